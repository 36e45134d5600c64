"""Trials as they were recorded -> those that count, and why the others do not."""
