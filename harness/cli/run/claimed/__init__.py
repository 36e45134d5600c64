"""The steps of `harness claim` for a story."""
