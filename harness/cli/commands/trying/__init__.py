"""Commands that try what applications can do, and measure nothing."""
