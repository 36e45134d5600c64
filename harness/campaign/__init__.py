"""Plan, block, trial, resume: the loop that measures. It knows no server, driver or database by name."""
