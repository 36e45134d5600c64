"""Whether `harness explain` names the layer, and the function, of twelve faults as people build them in.

Each fault is an edit of a copy of one of four applications: a loop in a middleware, a deep copy, a query too many, logs
that are formatted, a wait that blocks, and so on. The copy is explained against the original. The layer that differs
most must be the fault's in 11 of 12, and one of the three functions that differ most must be its own in 9.

A full run takes about 15 minutes.
"""

import argparse
import shutil
import sys
import tomllib
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import shared.program
from shared.faults import FAULTS, Fault
from shared.figures import Figure, Outcome, exact
from shared.profiled import Explained, profiled

from harness.analysis.layers.residence import limited_by_load
from harness.campaign.plan.options import Exactly, Selection
from harness.campaign.plan.project import Project
from harness.model.found.explanation import FunctionChange
from harness.report.view.sections.explanations import WAITING, named_layers, undecided

LAYERS_FOUND: Final = 11
FUNCTIONS_FOUND: Final = 9
FIRST_FUNCTIONS: Final = 3


def main(arguments: argparse.Namespace) -> Outcome:
    shared.program.look_at_the_machine()
    chosen = [one for one in FAULTS if not arguments.only or one.id in arguments.only]
    layers = functions = 0
    for _, faults in groupby(sorted(chosen, key=base), base):
        for one, found in explained(list(faults), arguments):
            apart = found.difference
            first, names = first_layer(found), [named(change) for change in apart.functions[:FIRST_FUNCTIONS]]
            right_layer = first in one.layers
            right_function = any(word in name for word in one.functions for name in names)
            layers, functions = layers + right_layer, functions + right_function
            shared.program.say(
                f"{one.id}: {first} {'right' if right_layer else 'WRONG'}, {apart.total.us:+.1f} us and"
                f" {apart.waiting.us:+.1f} us of waiting; {'right' if right_function else 'WRONG'}: {'; '.join(names)}"
            )
    return Outcome(list(figures(layers, functions)), missed(layers, functions))


def base(one: Fault) -> tuple[str, str]:
    """The original and the scenario: faults of one base are explained in the same blocks."""
    return one.app, one.scenario


def explained(faults: Sequence[Fault], arguments: argparse.Namespace) -> Iterable[tuple[Fault, Explained]]:
    with TemporaryDirectory(prefix="harness-benchmark-") as name:
        folder = Path(name)
        app, scenario = base(faults[0])
        copied(folder / "as-it-is", app, ())
        for one in faults:
            copied(folder / one.id, app, one.edits)
        ids = ["as-it-is", *(one.id for one in faults)]
        selection = Selection(
            app_folders=tuple(folder / id_ for id_ in ids),
            exactly=tuple(Exactly(app=id_, server=default_server(app)) for id_ in ids),
            scenarios=(scenario,),
        )
        found = profiled(
            folder / "results", selection, "as-it-is", blocks=arguments.blocks, stretch_s=arguments.stretch
        )
        for one in faults:
            yield one, found[one.id]


def copied(home: Path, app: str, edits: Iterable[tuple[str, str]]) -> None:
    """The application under the name of its new folder, edited."""
    shutil.copytree(Project.here().apps / app, home, ignore=shutil.ignore_patterns("__pycache__"))
    manifest = home / "app.toml"
    manifest.write_text(manifest.read_text().replace(f'id = "{app}"', f'id = "{home.name}"'))
    code = (home / "app.py").read_text()
    for old, new in edits:
        assert code.count(old) == 1, (home.name, old)
        code = code.replace(old, new)
    (home / "app.py").write_text(code)


def default_server(app: str) -> str:
    """The first one that the application names."""
    return str(tomllib.loads((Project.here().apps / app / "app.toml").read_text())["servers"][0])


def first_layer(found: Explained) -> str:
    """The layer that is named first; waiting, where that is more than the CPU time of all of them and not the load
    generator's doing."""
    apart = found.difference
    waits = apart.waiting.us > apart.total.us and not undecided(apart.waiting)
    if waits and not limited_by_load(found.cell.residence):
        return WAITING
    return next(iter(named_layers(apart)), "none")


def named(change: FunctionChange) -> str:
    return f"{change.function} {change.file} {change.owner}"


def figures(layers: int, functions: int) -> Iterable[Figure]:
    yield exact("faults_layer_first", layers)
    yield exact("faults_function_among_three", functions)


def missed(layers: int, functions: int) -> list[str]:
    faults = []
    if layers < LAYERS_FOUND:
        faults.append(f"the right layer was named first of {layers} faults, not {LAYERS_FOUND}")
    if functions < FUNCTIONS_FOUND:
        faults.append(f"the right function was among the first three of {functions} faults, not {FUNCTIONS_FOUND}")
    return faults


def arguments_of(given: Sequence[str]) -> argparse.Namespace:
    parser = shared.program.parser(__doc__)
    parser.add_argument("--only", nargs="+", help="these faults alone")
    parser.add_argument("--blocks", type=int, help="of profiles (default: 5; with --quick 3)")
    found = parser.parse_args(given)
    found.blocks = found.blocks or (3 if found.quick else 5)
    found.stretch = 1.0 if found.quick else 6.0
    return found


if __name__ == "__main__":
    chosen = arguments_of(sys.argv[1:])
    sys.exit(shared.program.ended(lambda: main(chosen), quick=chosen.quick))
