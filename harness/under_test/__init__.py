"""The system under test: its environments, servers, services, and the verification of a live target."""
