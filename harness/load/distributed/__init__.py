"""Load from several machines: the master, its workers, and the messages between them."""
