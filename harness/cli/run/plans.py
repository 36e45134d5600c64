"""The steps of `harness run` before anything is measured: options to a plan, and the plan shown.

Apart from what measures and reports, which takes a second to load: a plan, or a fault in an option, is shown at once.
"""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from harness.campaign.plan.continuous_budget import affordable, not_made
from harness.campaign.plan.options import RunOptions, Selection
from harness.campaign.plan.profiles import profile
from harness.campaign.session.surroundings import others, wait_for_others
from harness.cli.console import messages, output, print_json, print_notice
from harness.cli.quantities import number_of, spoken
from harness.cli.show.tables import table
from harness.model.asked.cell import Cell
from harness.model.errors import EnvironmentRefused, UsageError
from harness.model.measured.campaign import CampaignRecord, Plan
from harness.model.measured.machine import Interpreter
from harness.model.notice import Notice
from harness.store.folder import ResultsFolder

FAIL_ON: Final = ("unresolved",)


def check_fail_on(what: str | None) -> None:
    """Refuse a --fail-on that means nothing, before anything is measured."""
    if what is not None and what not in FAIL_ON:
        raise UsageError(f"{what!r} is not known", where="--fail-on", mend=f"choose one of: {', '.join(FAIL_ON)}")


def wanted_options(resumed: Path | None, asked: RunOptions) -> RunOptions:
    """The options that are set in `asked`; where a campaign is resumed, the others are as they were then."""
    given = {name: getattr(asked, name) for name in asked.model_fields_set}
    if resumed is None:
        return RunOptions(**(profile(asked.profile).options | given))
    record = ResultsFolder.open(resumed).read_record()
    _refuse_variants(record)
    before = RunOptions.like(record.plan)
    folders = {name: getattr(asked.selection, name) for name in ("app_folders", "scenario_folders")}
    if asked.selection == Selection(**folders):
        given["selection"] = before.selection.model_copy(update=folders)
    given |= {"platform": before.platform, "generator": before.generator}
    return before.model_copy(update=given).on(asked.platform, asked.generator)


def _refuse_variants(record: CampaignRecord) -> None:
    """Two variants lie in no folder of applications; of a race, this command would give no answer."""
    if record.tuning:
        raise UsageError(
            "its configurations race, and it is not resumed",
            where=record.id,
            mend=f"measure again, with a larger --budget if need be: harness tune {record.tuning.application}",
        )
    if record.diff:
        sides = (("--a", record.diff.a), ("--b", record.diff.b))
        words = [part for option, side in sides for word in side.words for part in (option, word)]
        raise UsageError(
            "it compares two variants, and is not resumed",
            where=record.id,
            mend="measure again, with a larger --budget where time was short: "
            + shlex.join(["harness", "diff", record.diff.application, *words]),
        )


def show_plan(plan: Plan, notices: Sequence[Notice], *, json: bool, interpreters: Sequence[Interpreter] = ()) -> None:
    """What would be measured, on which interpreters, and what is known beforehand of its figures."""
    for notice in notices:
        print_notice(notice)
    if json:
        print_json(plan.model_dump(mode="json"))
        return
    cells = [cell for cell in plan.cells if not cell.twin]
    rows = [(cell.app, cell.server, *_settings(plan, cell), cell.database, cell.interpreter) for cell in cells]
    columns = ("application", "server", *_settings_of(plan), "database", "interpreter")
    output.print(
        table(columns, rows, title=f"{number_of(len(rows), 'configuration')}, in random order from seed {plan.seed}")
    )
    if interpreters:
        pythons = [(one.label, *_built(one)) for one in interpreters]
        output.print(table(("interpreter", "global lock", "JIT", "build"), pythons, title="Interpreters"))
    scenarios = [(s.id, s.rank.at.label, s.title) for s in plan.scenarios]
    output.print(table(("scenario", "ranked at", "what"), scenarios, title="Scenarios"))
    shape = plan.shape
    messages.print(
        f"Slices of {shape.length_s * 1000:.0f} ms ({shape.burn_in_s * 1000:.0f} ms of it burn-in), "
        f"{spoken(shape.rotations_s)} of rotations per scenario and block on average, "
        f"at most {plan.max_blocks:,} blocks each, budget {spoken(plan.budget_s)}; "
        f"ratios are relative to {plan.reference}, which has a hidden twin.",
        highlight=False,
    )
    messages.print(continuous_plan(plan), highlight=False)
    if plan.latency:
        messages.print(latency_plan(plan), highlight=False)


def _built(interpreter: Interpreter) -> tuple[str, ...]:
    """Its lock, its JIT and its build, as far as it says."""
    return tuple(known or "n/a" for known in (interpreter.lock, interpreter.jit, interpreter.built))


def _settings_of(plan: Plan) -> tuple[str, ...]:
    """The workers, and the threads and pools where anybody chose their number."""
    chosen = {"threads": plan.threads, "runtime threads": plan.runtime_threads, "pool": plan.pools}
    return ("workers", *(name for name, numbers in chosen.items() if numbers))


def _settings(plan: Plan, cell: Cell) -> tuple[str, ...]:
    """The cell's values of them."""
    known = {
        "workers": cell.workers,
        "threads": cell.threads,
        "runtime threads": cell.runtime_threads,
        "pool": plan.pool_of(cell),
    }
    return tuple(str(known[name] or "") for name in _settings_of(plan))


def continuous_plan(plan: Plan) -> str:
    """Whether cells would have a continuous run before they are measured."""
    if not plan.shape.continuous_s:
        return "No continuous runs, which show whether a configuration is warm (--continuous 5s makes them)."
    if not affordable(plan):
        return f"No continuous runs, for lack of time: {not_made(plan).seen}."
    return f"Each configuration has a continuous run of {plan.shape.continuous_s:g} s first: is it warm?"


def latency_plan(plan: Plan) -> str:
    """In which scenarios response times would be measured, and how."""
    text = (
        f"Response times of {', '.join(plan.latency)} at {plan.latency_share:.0%} of what each configuration can do, "
        f"for {plan.shape.window_s:g} s or more of each block"
        + (", one scenario a block in turn" if plan.latency_in_turn else "")
    )
    limit = "" if plan.p99_s is None else f"; the highest rate with a p99 within {plan.p99_s * 1000:g} ms is searched"
    return f"{text}{limit}."


def heed_others(wait_s: float | None, *, exclusive: bool) -> None:
    """Wait for other campaigns on this machine, where that is wanted. Raises EnvironmentRefused where one still runs
    and this one is to have the machine for itself."""
    if wait_s is not None:
        wait_for_others(wait_s, lambda text: messages.print(text, style="dim", markup=False, highlight=False))
    if exclusive and (found := others()):
        raise EnvironmentRefused(
            f"{found[0]} runs on this machine", where="--exclusive", mend="wait for its end: harness run --wait 1h"
        )
