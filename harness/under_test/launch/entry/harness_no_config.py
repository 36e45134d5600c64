"""Deliberately empty: given to a server as its configuration file, so that it reads no other."""
