"""Environments of applications, from locks."""
