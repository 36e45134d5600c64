"""Servers started and proven ready."""
