# Puma with its own default of 5 threads; {host}, {port} and {workers} are filled in by the harness.
bind "tcp://{host}:{port}?backlog=4096"
workers({workers} > 1 ? {workers} : 0)
threads 5, 5
environment "production"
persistent_timeout 3600
force_shutdown_after 1
