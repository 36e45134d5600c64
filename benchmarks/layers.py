"""Whether `harness explain` finds a loop of known cost in the layer that it was put into.

Copies of one application answer JSON. Each has a loop of about 20, 50 or 100 us per request in a file of another layer;
one has none. What a loop really takes is measured in the server itself, by its thread's CPU clock. The difference that
`explain` finds in that layer must lie within 20 % of it.

A full run takes about 25 minutes.
"""

import argparse
import shutil
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import shared.program
from shared.figures import Figure, Outcome, slug
from shared.profiled import profiled

from harness.campaign.plan.options import Exactly, Selection
from harness.campaign.plan.project import Project
from harness.model.found.explanation import Difference

MODULES: Final = {
    "server": "uvicorn.main",
    "event-loop": "asyncio.base_events",
    "framework": "starlette.routing",
    "telemetry": "logging",
    "validation": "pydantic.main",
    "serialiser": "json.encoder",
    "template-engine": "jinja2.environment",
    "orm": "sqlalchemy.orm.session",
    "driver": "psycopg.connection",
    "standard-library": "ipaddress",
    "application": "",
    "kernel": "kernel",
}
"""A module of each layer."""
COSTS_US: Final = (20, 50, 100)
CLOSE: Final = 0.2
NONE: Final = "no-loop"
ORIGINAL: Final = "starlette"
PACKAGES_OF: Final = "fastapi-sqlalchemy"
"""Its lock holds a package of every layer."""
LOOPED: Final = Path(__file__).parent / "shared" / "looped_app.py"
READ_US: Final = 12.0
"""What a system call of the loop takes, about."""
MANIFEST: Final = """
id = "{id}"
title = "{id}"
servers = ["uvicorn"]
scenarios = ["json"]

[targets]
asgi = "looped_app:app"

[environment]
TURNS = "{turns}"
LOOP_IN = "{module}"
LOOP_COST = "{cost}"
"""


def main(arguments: argparse.Namespace) -> Outcome:
    shared.program.look_at_the_machine()
    figures: list[Figure] = []
    missed: list[str] = []
    for cost_us in arguments.costs:
        with TemporaryDirectory(prefix="harness-benchmark-") as name:
            folder = Path(name)
            apps = {NONE: ("", 0)} | {layer: (module, cost_us) for layer, module in MODULES.items()}
            selection = looped(folder, apps)
            found = profiled(folder / "results", selection, NONE, blocks=arguments.blocks, stretch_s=arguments.stretch)
            for layer in MODULES:
                figure, fault = concluded(folder, layer, cost_us, found[layer].difference)
                shared.program.say(str(figure))
                figures.append(figure)
                missed += fault
    return Outcome(figures, missed)


def looped(folder: Path, apps: Mapping[str, tuple[str, int]]) -> Selection:
    """The copies, below `folder`, by their ids: the module that the loop lies in, and about how many microseconds it
    takes."""
    turn_us = microseconds_a_turn()
    project = Project.here()
    for id_, (module, cost_us) in apps.items():
        home = folder / id_
        home.mkdir()
        shutil.copy(project.apps / ORIGINAL / "app.py", home)
        shutil.copy(project.apps / PACKAGES_OF / "requirements.txt", home)
        shutil.copy(LOOPED, home)
        turns = round(cost_us / (READ_US if module == "kernel" else turn_us))
        (home / "app.toml").write_text(MANIFEST.format(id=id_, turns=turns, module=module, cost=folder / f"{id_}.cost"))
    return Selection(
        app_folders=tuple(folder / id_ for id_ in apps),
        exactly=tuple(Exactly(app=id_, server="uvicorn") for id_ in apps),
        scenarios=("json",),
    )


def microseconds_a_turn() -> float:
    """Of the loop, here and now: the median of short stretches."""
    stretches = []
    for _ in range(50):
        before = time.thread_time()
        for _ in range(20_000):
            pass
        stretches.append(time.thread_time() - before)
    return 1e6 * statistics.median(stretches) / 20_000


def concluded(folder: Path, layer: str, cost_us: int, found: Difference) -> tuple[Figure, list[str]]:
    """What was found in the layer over what the loop took there, and whether that is close enough."""
    took_us = statistics.mean(float(file.read_text()) for file in folder.glob(f"{layer}.cost.*"))
    amount = found.layers[layer]
    low, high = amount.low or amount.us, amount.high or amount.us
    figure = Figure(f"{slug(layer)}_{cost_us}_us_found_over_true", amount.us / took_us, low / took_us, high / took_us)
    shared.program.say(f"{layer}: {amount.us:.1f} us, of {found.total.us:.1f} us in all, {took_us:.1f} us in the loop")
    first = max(found.layers, key=lambda one: found.layers[one].us)
    faults = []
    if abs(amount.us - took_us) > CLOSE * took_us:
        faults.append(f"{amount.us:.1f} us were found in {layer}, of {took_us:.1f}")
    if first != layer:
        faults.append(f"a loop of {took_us:.1f} us in {layer} was put to {first}")
    return figure, faults


def arguments_of(given: Sequence[str]) -> argparse.Namespace:
    parser = shared.program.parser(__doc__)
    parser.add_argument("--costs", type=int, nargs="+", help="of loops, in us (default: 20 50 100; with --quick 100)")
    parser.add_argument("--blocks", type=int, help="of profiles (default: 4; with --quick 3)")
    found = parser.parse_args(given)
    found.costs = found.costs or ([100] if found.quick else list(COSTS_US))
    found.blocks = found.blocks or (3 if found.quick else 4)
    found.stretch = 1.0 if found.quick else 6.0
    return found


if __name__ == "__main__":
    chosen = arguments_of(sys.argv[1:])
    sys.exit(shared.program.ended(lambda: main(chosen), quick=chosen.quick))
