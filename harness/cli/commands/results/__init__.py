"""Commands that read campaigns and measure nothing."""
