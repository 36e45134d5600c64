"""Where the microseconds of a request go: profiles -> layers, differences, sentences."""
