"""Cells before they are measured: launched, verified, audited; and what the database counted of them."""
