"""What every chart is drawn with: figures, scales, lines, and small SVG."""
