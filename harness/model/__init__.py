"""Frozen records that every other layer speaks in. Standard library and pydantic only."""
