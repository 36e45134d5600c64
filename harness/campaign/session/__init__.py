"""What lasts as long as the command: its record, its phases, what interrupts it and what else runs."""
