"""The form of every program: options, what the machine lacks, figures last, an exit code."""

import argparse
import signal
import sys
from collections.abc import Callable
from typing import Final

import psutil

from harness.measure.cores import split_cores
from harness.model.errors import EnvironmentRefused, ExitCode, HarnessError
from shared.figures import Outcome

BUSY_SHARE: Final = 0.1
LOOK_S: Final = 1.0


def parser(about: str | None) -> argparse.ArgumentParser:
    """Options that every program has; `about` is its docstring."""
    options = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument(
        "--quick", action="store_true", help="a short look: the figures are too coarse to hold bounds to"
    )
    return options


def ended(program: Callable[[], Outcome], *, quick: bool) -> int:
    """Run the program, tell bounds it missed on standard error and its figures on standard output; its exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends with-blocks, as Ctrl-C does
    try:
        outcome = program()
    except HarnessError as fault:
        say(str(fault))
        return int(fault.exit_code)
    except KeyboardInterrupt:
        say("interrupted")
        return int(ExitCode.INTERRUPTED)
    for bound in outcome.missed:
        say(f"{'would miss' if quick else 'missed'}: {bound}")
    for figure in outcome.figures:
        print(figure)
    return 1 if outcome.missed and not quick else 0


def say(text: str) -> None:
    """To the person who waits; figures alone go to standard output."""
    print(text, file=sys.stderr, flush=True)


def look_at_the_machine() -> None:
    """Warn where other programs are busy. Raises EnvironmentRefused where load and server would share one core."""
    if split_cores().shared:
        raise EnvironmentRefused(
            "the load generator has no core of its own here, so that no figure would mean anything",
            where="this machine",
            mend="run it on Linux with two cores or more (see: .venv/bin/harness doctor)",
        )
    warn_if_busy()


def warn_if_busy() -> None:
    """Figures are meant for an idle machine; say how busy this one is."""
    busy = psutil.cpu_percent(LOOK_S) / 100
    if busy > BUSY_SHARE:
        say(f"warning: other programs use {busy:.0%} of this machine; figures are meant for an idle one")
