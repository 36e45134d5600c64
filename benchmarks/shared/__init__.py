"""What the programs of this folder share.

Importing it says what is missing before anything else can fail: a program's first import is `import shared.program`.
"""

import importlib.util
import sys

if importlib.util.find_spec("harness") is None:
    sys.exit(
        "harness is not installed for this Python\n"
        "in the folder of the project run: make setup\n"
        f"then: .venv/bin/python {' '.join(sys.argv)}"
    )
