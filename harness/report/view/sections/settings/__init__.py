"""What the settings of a campaign bring, in figures and in sentences."""
