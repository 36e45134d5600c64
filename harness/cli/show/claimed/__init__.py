"""Claims put to the test, on the terminal: a ranking, and a story of statements."""
