"""Cells of an earlier campaign measured again, on the locks of today (`harness upgraded`)."""
