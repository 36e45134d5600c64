"""harness: which Python web framework and server to choose, measured on your own machine."""

from typing import Final

VERSION: Final = "0.1.0"
