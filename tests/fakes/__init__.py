"""Applications that are wrong on purpose, and a right one, on a small server of the standard library."""
