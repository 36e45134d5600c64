"""Pairs of trials -> intervals, verdicts and who stands in which league."""
