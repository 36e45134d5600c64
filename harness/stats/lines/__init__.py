"""Straight lines through the levels of a scenario."""
