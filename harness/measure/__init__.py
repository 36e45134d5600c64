"""The machine: its fingerprint, its cores, the CPU and memory of a process tree."""
