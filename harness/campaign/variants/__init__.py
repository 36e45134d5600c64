"""Two variants of one application in one campaign: what `harness diff` measures."""
