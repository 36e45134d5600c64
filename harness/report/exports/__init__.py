"""The figures of a campaign for others: tables and a badge."""
