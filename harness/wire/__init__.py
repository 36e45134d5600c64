"""HTTP/1.1 as bytes: what is sent and how what comes is understood, for verifier and load generator alike. Pure."""
