"""The load generator: a client for the campaign, and the load process behind it."""
