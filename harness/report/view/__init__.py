"""Records -> frozen view records: everything a reader sees is chosen and formatted here, once."""
