"""Records -> tables and lines in the terminal."""
