"""What `harness run` does between its options and its exit code."""
