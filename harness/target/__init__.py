"""What is under test: environments, servers, services, readiness, verification of a live target."""
