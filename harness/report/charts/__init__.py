"""matplotlib figures as inline SVG: one look, in the page's own colours and letters, with a text alternative."""
