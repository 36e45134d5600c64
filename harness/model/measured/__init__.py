"""What was measured: plans, slices, trials, and the machine they ran on."""
