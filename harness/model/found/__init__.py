"""What the analysis found: a ranking, a comparison."""
