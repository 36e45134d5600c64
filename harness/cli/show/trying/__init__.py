"""Cells that were started and looked at, and not measured."""
