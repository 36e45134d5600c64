"""The first screen: the answer, the reason, one picture, and what was compared."""
