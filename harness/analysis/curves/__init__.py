"""Throughput over the values of a setting."""
