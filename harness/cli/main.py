"""`harness`: the commands, and what every one of them does with a fault."""

import sys
from typing import Final

import typer

from harness.cli.commands.claim import claim
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
6 inconclusive (4 and 6 only under --fail-on, and from claim: does not hold, cannot tell), 130 interrupted.
"""

app = typer.Typer(help=HELP, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
app.command("list")(list_)
app.command()(doctor)
app.command()(verify)
app.command()(run)
app.command()(report)
app.command()(compare)
app.command()(export)
app.command()(claim)
app.command()(lock)
app.command()(clean)
app.command()(serve)
app.command()(worker)


def main() -> None:
    """The entry point of the command. A HarnessError becomes one message and its exit code, without a traceback."""
    sys.exit(ended(sys.argv[1:] or ["--help"]))


def _help_on(command: str) -> str:
    known = {one.name or one.callback.__name__ for one in app.registered_commands if one.callback}
    return f"harness {command} --help" if command in known else "harness --help"


def ended(arguments: list[str]) -> int:
    """Do what is asked; the exit code."""
    try:
        code = app(args=arguments, prog_name="harness", standalone_mode=False)
    except HarnessError as error:
        print_error(str(error))
        return int(error.exit_code)
    except typer.TyperException as error:
        print_error(f"{error.format_message()}\nsee: {_help_on(arguments[0])}")
        return int(ExitCode.USAGE)
    except (KeyboardInterrupt, typer.Abort):
        print_error("interrupted")
        return int(ExitCode.INTERRUPTED)
    except SystemExit:
        # So rich and typer end, both quietly, when whoever read the output has gone (`harness list | head`): no fault.
        return int(ExitCode.OK)
    return int(code or ExitCode.OK)
