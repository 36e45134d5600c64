"""`harness list`: what can be measured."""

import sys
from dataclasses import dataclass
from pathlib import Path

from harness.cli.console import output, print_json, print_notice
from harness.cli.option_record import options_from
from harness.cli.options import Filters, Json
from harness.cli.show.tables import table
from harness.measure.interpreter import describe
from harness.model.errors import ExitCode


@dataclass(frozen=True, kw_only=True)
class ListAsked(Filters):
    """The options of `harness list`."""

    json: Json = False


@options_from(ListAsked)
def list_(asked: ListAsked) -> int:
    """Show the applications, the servers and the scenarios there are."""
    from harness.campaign.plan.cells import Choice, why_not_on, whys_not_on
    from harness.campaign.plan.project import Project
    from harness.campaign.plan.selection import select

    found = select(Project.here(), asked.selection)
    python = describe(Path(sys.executable)).label
    named = [Choice(a.manifest, server) for a in found.applications for server in a.manifest.servers]
    for notice in found.notices:
        print_notice(notice)
    if asked.json:
        print_json(
            {
                "applications": [a.manifest.model_dump(mode="json") for a in found.applications],
                "cells": [
                    {"app": choice.application.id, "server": choice.server}
                    for choice in found.choices
                    if not why_not_on(choice.server, python)
                ],
                "scenarios": [s.manifest.model_dump(mode="json") for s in found.scenarios],
            }
        )
        return ExitCode.OK
    output.print(
        table(
            ("application", "tier", "servers, the default one first", "scenarios"),
            [
                (a.id, a.manifest.tier, ", ".join(a.manifest.servers), ", ".join(a.manifest.scenarios))
                for a in found.applications
            ],
            title="Applications",
        )
    )
    for why in whys_not_on(named, [python]):
        output.print(f"{why}: it is left out there.", markup=False, highlight=False)
    output.print(
        table(
            ("scenario", "ranked at", "about"),
            [(s.id, s.manifest.rank.at.label, s.manifest.about) for s in found.scenarios],
            title="Scenarios",
        )
    )
    return ExitCode.OK
