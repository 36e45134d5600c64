"""Owning a process tree: start, wait, stop, assert gone."""
