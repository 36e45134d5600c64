"""`harness explain`: servers profiled in blocks of their own, which are never ranked."""
