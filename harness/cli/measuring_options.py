"""Options of the commands that measure: how long, how exactly, and where to."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from harness.cli.quantities import duration, duration_or_none, percentage

Blocks = Annotated[int | None, typer.Option("--blocks", min=1, metavar="N", help="Most blocks for each cell.")]
Seed = Annotated[
    int | None,
    typer.Option(
        "--seed", min=0, max=2**63 - 1, help="Seed of all random orders (default: chosen at random and recorded)."
    ),
]
PlanAlone = Annotated[bool, typer.Option("--plan", help="Show what would be measured, and measure nothing.")]
Rotations = Annotated[
    float | None,
    typer.Option("--rotations", parser=duration, metavar="TIME", help="Time of rotations per scenario and block."),
]
WaitingChoice = Annotated[
    Literal["spin", "block", "auto"] | None,
    typer.Option(
        "--generator",
        help="Whether the load generator keeps its core busy while it waits for answers (spin), or sleeps and must"
        " be woken, which costs the server time (block). Default: auto, by the machine.",
    ),
]
Until = Annotated[
    float | None,
    typer.Option(
        "--until", parser=percentage, metavar="SHARE", help="The difference that matters (default: 3%; of diff: 2%)."
    ),
]
Continuous = Annotated[
    float | None,
    typer.Option(
        "--continuous",
        parser=duration_or_none,
        metavar="TIME",
        help="Length of each cell's continuous run, which shows whether it is warm (default: 5s, and none with tune;"
        " 'none': no run).",
    ),
]
LatencyShare = Annotated[
    float | None,
    typer.Option(
        "--latency-share",
        parser=percentage,
        metavar="SHARE",
        help="The fixed rate as a share of the cell's capacity (default: 50%).",
    ),
]
Results = Annotated[
    Path | None,
    typer.Option("--results", metavar="DIR", help="Folder that gets the campaign's folder (default: results)."),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Folder of the report (default: reports/ and the campaign's name)."),
]
