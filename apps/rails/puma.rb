# Puma with its own default of 5 threads; {host}, {port} and {workers} are filled in by the harness.
bind "tcp://{host}:{port}?backlog=4096"
workers({workers} > 1 ? {workers} : 0)
threads 5, 5
environment "production"
persistent_timeout 3600
# Every connection in its turn. By default ten requests of one are answered before another's, which then waits for longer
# than it is looked at.
max_fast_inline 1
force_shutdown_after 1
