"""Commands, tables, progress. Each command parses, calls one use case, and prints."""
