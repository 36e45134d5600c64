"""The ranking of a campaign, and what is said beside it."""
