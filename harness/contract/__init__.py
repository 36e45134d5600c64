"""A response and an expectation -> a verdict. Pure functions; no input or output."""
