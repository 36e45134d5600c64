"""Stacks of a live server, sampled from outside, and whose code each function in them is."""
