"""What Locust sees: a runner, one user class, and what the engine reports to it."""
