"""Response times: the rates that are offered, the capacity they are held against, and percentiles."""
