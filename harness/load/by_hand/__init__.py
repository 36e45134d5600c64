"""A Locust file for people who drive the engine by hand."""
