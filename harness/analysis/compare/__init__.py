"""Two campaigns -> what changed between them."""
