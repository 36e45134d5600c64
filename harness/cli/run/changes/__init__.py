"""What changed: between two campaigns, between two variants, by new locks."""
