"""ranking.json: the figures of the page, for programs."""

import json
from typing import Any

from harness.model.scenario import ScenarioManifest
from harness.report.view.costs import costs
from harness.report.view.source import Source


def ranking_document(source: Source) -> dict[str, Any]:
    """`scenarios` maps each scenario's id to its rows, best first; what else is known of it stands beside that."""
    record, ranking = source.record, source.ranking
    known = (scenario.id for scenario in record.plan.scenarios if scenario.id in ranking.scenarios)
    found = {id_: ranking.scenarios[id_].model_dump(mode="json") for id_ in known}
    return {
        "schema_version": 1,
        "campaign": record.id,
        "created_at": record.created_at,
        "ended_at": record.ended_at,
        "state": record.state,
        "harness_version": record.harness_version,
        "commit": record.commit,
        "seed": record.plan.seed,
        "completed_blocks": record.completed_blocks,
        "reference": ranking.reference,
        "delta": ranking.delta,
        "scenarios": {id_: one.pop("rows") for id_, one in found.items()},
        "unranked": {id_: one.pop("unranked") for id_, one in found.items()},
        "pairs": {id_: one.pop("pairs") for id_, one in found.items()},
        "inference": found,
        "overall": ranking.overall.model_dump(mode="json") if ranking.overall else None,
        "effects": [effect.model_dump(mode="json") for effect in ranking.effects],
        "costs": {item.id: _costs(source, item) for item in record.plan.scenarios},
        "titles": {name.id: name.label for name in source.names.values()},
        "machine": record.machine.model_dump(mode="json"),
        "interpreter": record.interpreter.model_dump(mode="json"),
    }


def _costs(source: Source, scenario: ScenarioManifest) -> dict[str, Any]:
    """By cell: microseconds of CPU a request, bytes of memory, seconds of start-up; None where not told."""
    return {
        cell: {
            "cpu_us_a_request": found.cpu.value,
            "service_cpu_us_a_request": found.service.value,
            "load_pss_bytes": found.memory.value,
            "rest_pss_bytes": found.rest.value,
            "startup_s": found.startup.value,
        }
        for cell, found in costs(source, scenario).items()
    }


def as_json(document: dict[str, Any]) -> str:
    """Keys in their own order, a line each, the same bytes for the same document."""
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


def inside_html(document: dict[str, Any]) -> str:
    """JSON that cannot end the script element it stands in: ASCII, with `<` as an escape."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=True).replace("<", "\\u003c")
