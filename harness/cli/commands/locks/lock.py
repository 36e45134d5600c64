"""`harness lock`: resolve the versions that applications run with."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from harness.cli.console import messages
from harness.cli.option_record import options_from
from harness.cli.options import Folders, Names, selection
from harness.model.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from harness.campaign.plan.options import Selection
    from harness.campaign.plan.project import Project
    from harness.catalog.applications import Application

WHY_NOT: Final = "no requirements.in is there, so its lock is its author's own, or it needs none"
HOW: Final = "to have a lock made, put what the application requires into requirements.in in its folder"


@dataclass(frozen=True, kw_only=True)
class LockedAsked(Folders, Names):
    """Which locks a command is about."""

    @property
    def named(self) -> bool:
        """Whether applications were chosen by name. Else those that stand for statements are among them."""
        return bool(self.only or self.app)

    def chosen(self, project: "Project") -> "Selection":
        """The applications, on every server that they name: a lock holds all of these."""
        from harness.campaign.plan.profiles import STATEMENTS

        chosen = selection(self, only=self.only, skip=self.skip, servers=["all"])
        if self.named:
            return chosen
        return chosen.model_copy(update={"app_folders": project.applications_in(STATEMENTS)})


@dataclass(frozen=True, kw_only=True)
class LockAsked(LockedAsked):
    """The options of `harness lock`."""

    keep: Annotated[
        bool, typer.Option("--keep", help="Keep locked versions that still fit, instead of taking the newest.")
    ] = False


@options_from(LockAsked)
def lock(asked: LockAsked) -> int:
    """Make each application's requirements.txt anew from its requirements.in, its servers and what all share."""
    from harness.campaign.plan.project import Project

    project = Project.here()
    lock_all(project, asked.chosen(project), keep=asked.keep, named=asked.named)
    return ExitCode.OK


def lock_all(project: "Project", chosen: "Selection", *, keep: bool, named: bool = False) -> None:
    """Lock what is chosen, and print what came of it. `named`: whether it was chosen by name, so that it is said of
    whom no lock is made."""
    from harness.process.in_use import using
    from harness.under_test.install.locks import lock as resolve
    from harness.under_test.launch.servers import REQUIREMENTS

    applications = with_locks(project, chosen, named=named)
    messages.print("Resolving; this asks the package index", style="dim")
    with using(project.cache, "harness lock"):
        written = resolve(applications, REQUIREMENTS, project.apps, project.cache, upgrade=not keep)
    for locked in written:
        name = f"{locked.path.parent.name}/{locked.path.name}"
        messages.print(f"{'changed  ' if locked.changed else 'unchanged'} {name}", markup=False, highlight=False)


def with_locks(project: "Project", chosen: "Selection", *, named: bool) -> "tuple[Application, ...]":
    """The chosen applications, without a message those that have no lock to make unless they were `named`. Raises
    UsageError where none has."""
    from harness.campaign.plan.selection import select
    from harness.under_test.install.locks import has_lock_to_make

    found = select(project, chosen)
    without = [one for one in found.applications if not has_lock_to_make(one)]
    if len(without) == len(found.applications):
        raise UsageError(f"no lock is to be made: {WHY_NOT}", where=", ".join(one.id for one in without), mend=HOW)
    for application in without if named else ():
        messages.print(f"skipped   {application.id}: {WHY_NOT}", markup=False, highlight=False)
    return found.applications
