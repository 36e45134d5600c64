"""A race of configurations: who is still in it, and what it came to."""
