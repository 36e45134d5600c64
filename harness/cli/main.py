"""`harness`: the commands, and what every one of them does with a fault."""

import os
import sys
from typing import Final

import typer

from harness.cli.commands.clean import clean
from harness.cli.commands.compare import compare
from harness.cli.commands.doctor import doctor
from harness.cli.commands.export import export
from harness.cli.commands.list import list_
from harness.cli.commands.lock import lock
from harness.cli.commands.report import report
from harness.cli.commands.run import run
from harness.cli.commands.serve import serve
from harness.cli.commands.verify import verify
from harness.cli.commands.worker import worker
from harness.cli.console import print_error
from harness.model.errors import ExitCode, HarnessError

HELP: Final = """Which Python web framework and server to choose, measured on your own machine.

Exit codes: 0 ok, 1 internal fault, 2 usage, 3 some cell failed, 4 regression, 5 environment refused,
6 inconclusive (4 and 6 only under --fail-on), 130 interrupted.
"""

app = typer.Typer(help=HELP, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
app.command("list")(list_)
app.command()(doctor)
app.command()(verify)
app.command()(run)
app.command()(report)
app.command()(compare)
app.command()(export)
app.command()(lock)
app.command()(clean)
app.command()(serve)
app.command()(worker)


def main() -> None:
    """The entry point of the command. A HarnessError becomes one message and its exit code, without a traceback."""
    sys.exit(_ended(sys.argv[1:] or ["--help"]))


def _ended(arguments: list[str]) -> int:
    try:
        code = app(args=arguments, prog_name="harness", standalone_mode=False)
    except HarnessError as error:
        print_error(str(error))
        return int(error.exit_code)
    except typer.TyperException as error:
        print_error(f"{error.format_message()}\nsee: harness {' '.join(arguments[:1])} --help")
        return int(ExitCode.USAGE)
    except (KeyboardInterrupt, typer.Abort):
        print_error("interrupted")
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # Whoever read the output has gone; the interpreter must not complain while it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(ExitCode.OK)
    return int(code or ExitCode.OK)
