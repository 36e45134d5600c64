"""harness: which Python web framework and server to choose, measured on your own machine."""

import os
from typing import Final

VERSION: Final = "0.1.0"

# On import, numpy and scipy each start a thread for every further core. These spin for a while, beside what is
# measured, and the matrices of the statistics are too small to need them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
