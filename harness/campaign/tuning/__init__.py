"""One application in many configurations, from the options to a campaign (`harness tune`)."""
