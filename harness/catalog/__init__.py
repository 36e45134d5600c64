"""Applications and scenarios as they are found in folders."""
