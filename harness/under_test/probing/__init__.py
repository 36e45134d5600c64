"""What a live server can do, found by trying: a module for each group of probes."""
