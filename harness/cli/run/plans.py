"""The steps of `harness run` before anything is measured: options to a plan, and the plan shown.

Apart from what measures and reports, which takes a second to load: a plan, or a fault in an option, is told at once.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from harness.campaign.plan.continuous_budget import affordable, not_made
from harness.campaign.plan.options import RunOptions, Selection
from harness.campaign.plan.profiles import CORE, profile
from harness.campaign.session.surroundings import others, wait_for_others
from harness.cli.console import messages, output, print_json, print_notice
from harness.cli.quantities import number_of, spoken
from harness.cli.show.tables import table
from harness.model.errors import EnvironmentRefused, UsageError
from harness.model.measured.campaign import Plan
from harness.model.notice import Notice
from harness.store.folder import ResultsFolder

FAIL_ON: Final = ("unresolved",)


def check_fail_on(what: str | None) -> None:
    """Refuse a --fail-on that means nothing, before anything is measured."""
    if what is not None and what not in FAIL_ON:
        raise UsageError(f"{what!r} is not known", where="--fail-on", mend=f"choose one of: {', '.join(FAIL_ON)}")


def wanted_options(resumed: Path | None, asked: dict[str, Any]) -> RunOptions:
    """What was asked for; where a campaign is gone on with, what was not asked for is as it was then."""
    given = {name: value for name, value in asked.items() if value is not None}
    if resumed is None:
        return RunOptions(**(profile(given.get("profile", CORE)).options | given))
    before = RunOptions.like(ResultsFolder.open(resumed).read_record().plan)
    folders = {name: getattr(given["selection"], name) for name in ("app_folders", "scenario_folders")}
    if given.get("selection") == Selection(**folders):
        given["selection"] = before.selection.model_copy(update=folders)
    given["generator"] = before.generator.model_copy(update=given["generator"].model_dump(exclude_unset=True))
    given["place"] = before.place.model_copy(update=given["place"].model_dump(exclude_unset=True))
    return before.model_copy(update=given)


def show_plan(plan: Plan, notices: Sequence[Notice], *, json: bool) -> None:
    """What would be measured, and what is known beforehand of its figures."""
    for notice in notices:
        print_notice(notice)
    if json:
        print_json(plan.model_dump(mode="json"))
        return
    cells = [cell for cell in plan.cells if not cell.twin]
    rows = [(cell.app, cell.server, str(cell.workers), cell.database, cell.interpreter) for cell in cells]
    columns = ("application", "server", "workers", "database", "interpreter")
    output.print(table(columns, rows, title=f"{number_of(len(rows), 'cell')}, in random order from seed {plan.seed}"))
    scenarios = [(s.id, s.rank.at.label, s.title) for s in plan.scenarios]
    output.print(table(("scenario", "ranked at", "what"), scenarios, title="Scenarios"))
    shape = plan.shape
    messages.print(
        f"Slices of {shape.length_s * 1000:.0f} ms ({shape.burn_in_s * 1000:.0f} ms of it burn-in), "
        f"{spoken(shape.rotations_s)} of rotations a scenario and block, at most {plan.max_blocks:,} blocks a cell, "
        f"budget {spoken(plan.budget_s)}; ratios are told to {plan.reference}, which has a hidden twin.",
        highlight=False,
    )
    messages.print(continuous_plan(plan), highlight=False)
    if plan.latency:
        messages.print(latency_plan(plan), highlight=False)


def continuous_plan(plan: Plan) -> str:
    """Whether cells would be driven on end before they are measured."""
    if not plan.shape.continuous_s:
        return "No cell is driven on end to see whether it is warm (--continuous 5s does it)."
    if not affordable(plan):
        return f"Not made, for lack of time: {not_made(plan).seen}."
    return f"Before its first rotations each cell is once driven for {plan.shape.continuous_s:g} s on end: is it warm?"


def latency_plan(plan: Plan) -> str:
    """In which scenarios response times would be measured, and how."""
    told = (
        f"Response times of {', '.join(plan.latency)} at {plan.latency_share:.0%} of what each cell can do, "
        f"for {plan.shape.window_s:g} s of each block"
    )
    limit = "" if plan.p99_s is None else f"; the highest rate with a p99 within {plan.p99_s * 1000:g} ms is searched"
    return f"{told}{limit}."


def heed_others(wait_s: float | None, *, exclusive: bool) -> None:
    """Wait for other campaigns on this machine, where that is wanted. Raises EnvironmentRefused where one still runs
    and this one is to have the machine for itself."""
    if wait_s is not None:
        wait_for_others(wait_s, lambda text: messages.print(text, style="dim", markup=False, highlight=False))
    if exclusive and (found := others()):
        raise EnvironmentRefused(
            f"{found[0]} runs on this machine", where="--exclusive", mend="wait for its end: harness run --wait 1h"
        )
