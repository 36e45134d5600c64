"""Commands about the versions that applications run with."""
