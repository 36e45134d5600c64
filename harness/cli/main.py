"""`harness`: the commands, and what every one of them does with a fault."""

import sys
from functools import cache
from typing import Annotated, Any, Final

import typer

from harness import VERSION
from harness.campaign.plan.commit import commit_of
from harness.campaign.plan.project import Project
from harness.campaign.session.interrupt import raising
from harness.cli.commands.clean import clean
from harness.cli.commands.diff import diff
from harness.cli.commands.doctor import doctor
from harness.cli.commands.explain import explain
from harness.cli.commands.list import list_
from harness.cli.commands.locks.lock import lock
from harness.cli.commands.locks.outdated import outdated
from harness.cli.commands.locks.upgraded import upgraded
from harness.cli.commands.new import new
from harness.cli.commands.results.claim import claim
from harness.cli.commands.results.compare import compare
from harness.cli.commands.results.export import export
from harness.cli.commands.results.report import report
from harness.cli.commands.run import run
from harness.cli.commands.serve import serve
from harness.cli.commands.trying.capabilities import capabilities
from harness.cli.commands.tune import tune
from harness.cli.commands.verify import verify
from harness.cli.commands.worker import worker
from harness.cli.console import output, print_error
from harness.cli.single import Single
from harness.cli.streams import guard, unwritten
from harness.model.errors import EnvironmentRefused, ExitCode, HarnessError
from harness.process.folders import sweep_temporary

HELP: Final = """Which Python web framework and server to choose, measured on your own machine.

Exit codes: 0 ok, 1 internal fault, 2 usage, 3 some cell failed, 4 regression, 5 environment refused,
6 inconclusive (4 and 6 only under --fail-on, and from claim: does not hold, cannot tell; 6 from tune: nothing is
known to keep the limit), 130 interrupted.
"""

app = typer.Typer(help=HELP, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
app.command("list", cls=Single)(list_)
for command in (
    doctor,
    verify,
    run,
    report,
    compare,
    diff,
    tune,
    explain,
    capabilities,
    export,
    claim,
    new,
    lock,
    outdated,
    upgraded,
    clean,
    serve,
    worker,
):
    app.command(cls=Single)(command)


def tell_version(asked: bool) -> None:
    """The version, and the commit that is checked out where that is known."""
    if asked:
        commit = commit_of(Project.here().root)
        output.print(f"harness {VERSION}" + (f", commit {commit}" if commit else ""), markup=False, highlight=False)
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=tell_version, is_eager=True, help="Show the version and the commit.")
]


@app.callback()
def every_command(*, version: Version = False) -> None:
    """What holds for every command."""


@cache
def program() -> Any:
    """All commands, which typer makes of their functions. That takes as long as a small command."""
    return typer.main.get_command(app)


def main() -> None:
    """The entry point of the command. A HarnessError becomes one message and its exit code, without a traceback."""
    guard()
    sys.exit(ended(sys.argv[1:] or ["--help"]))


def _help_on(command: str) -> str:
    known = {one.name or one.callback.__name__ for one in app.registered_commands if one.callback}
    return f"harness {command} --help" if command in known else "harness --help"


def ended(arguments: list[str]) -> int:
    """Do what is asked; the exit code. A reader of standard output who has left (`harness list | head`) is no fault."""
    code = _done(arguments)
    if lost := unwritten():
        mend = "see that there is room where standard output goes, and do it again"
        print_error(str(EnvironmentRefused(f"cannot be written: {lost}", where="standard output", mend=mend)))
        return code or int(ExitCode.ENVIRONMENT)
    return code


def _done(arguments: list[str]) -> int:
    try:
        with raising():
            sweep_temporary()
            code = program()(args=arguments, prog_name="harness", standalone_mode=False)
    except HarnessError as error:
        print_error(str(error))
        return int(error.exit_code)
    except typer.TyperException as error:
        print_error(f"{error.format_message()}\nsee: {_help_on(arguments[0])}")
        return int(ExitCode.USAGE)
    except (KeyboardInterrupt, typer.Abort):
        print_error("interrupted")
        return int(ExitCode.INTERRUPTED)
    return int(code or ExitCode.OK)
