"""Manifests and options -> a plan, and what it needs before the first block."""
