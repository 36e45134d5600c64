"""Trials -> estimates, verdicts, ranks. Pure functions of records."""
