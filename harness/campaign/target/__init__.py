"""Somebody's own service, measured without a file written for it: from a target or a command to an application."""
