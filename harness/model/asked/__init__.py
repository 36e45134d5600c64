"""What is asked for: applications, scenarios, cells, claims."""
