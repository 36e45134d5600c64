"""Statements put to the test: each kind of evidence has a module, and `story` puts them together."""
