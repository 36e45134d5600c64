"""Requests for an application that has no scenario: found in files that people have anyway."""
