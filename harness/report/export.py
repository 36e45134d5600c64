"""ranking.json: the figures of the page, for programs."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from harness.model.asked.scenario import ScenarioManifest
from harness.model.found.statements import StoryFinding
from harness.model.measured.latency import LatencyRow
from harness.report.document import AnsweredStatement, AnsweredStory, Costs, Inference, NamedCurve, RankingDocument
from harness.report.view.sections.claimed.story_words import sentence
from harness.report.view.sections.settings.curves import sentences, titles
from harness.report.view.source import Source
from harness.report.view.tables.costs import costs
from harness.report.view.tables.events import first_event_s, first_events, held_by
from harness.report.view.tables.limits import limits


def ranking_of(source: Source) -> RankingDocument:
    """The figures of a campaign. `scenarios` maps each scenario's id to its rows, best first."""
    record, ranking = source.record, source.ranking
    known = (scenario.id for scenario in record.plan.scenarios if scenario.id in ranking.scenarios)
    found = {id_: ranking.scenarios[id_] for id_ in known}
    return RankingDocument(
        campaign=record.id,
        created_at=record.created_at,
        ended_at=record.ended_at,
        state=record.state,
        harness_version=record.harness_version,
        commit=record.commit,
        seed=record.plan.seed,
        completed_blocks=record.completed_blocks,
        reference=ranking.reference,
        delta=ranking.delta,
        scenarios={id_: one.rows for id_, one in found.items()},
        unranked={id_: one.unranked for id_, one in found.items()},
        pairs={id_: one.pairs for id_, one in found.items()},
        inference={id_: Inference(**{name: getattr(one, name) for name in INFERRED}) for id_, one in found.items()},
        cpu={id_: one.cpu for id_, one in found.items()},
        slopes={id_: one.slopes for id_, one in found.items() if one.slopes},
        overall=ranking.overall,
        effects=ranking.effects,
        gaps=ranking.gaps,
        settings=ranking.settings,
        curves=tuple(_named(source)),
        claims=source.claims,
        story=answered(source.story, source) if source.story else None,
        costs={item.id: _costs(source, item) for item in record.plan.scenarios},
        limits={item.id: dict(limits(source, item)) for item in record.plan.scenarios},
        latency={id_: tuple(_bare(row) for row in rows) for id_, rows in source.latency.items()},
        capacity=dict(source.capacity),
        explanations=dict(source.explanations),
        waiting=record.plan.waiting,
        null_rps=record.null_rps,
        titles={name.id: name.label for name in source.names.values()},
        cells={cell.id: cell for cell in record.plan.cells},
        uses={id_: app.uses for id_, app in record.applications.items()},
        machine=record.machine,
        interpreter=record.interpreter,
        other_interpreters=record.other_interpreters,
    )


def answered(found: StoryFinding, source: Source) -> AnsweredStory:
    """The story with a sentence for each statement."""
    statements = tuple(
        AnsweredStatement(**dict(one), evidence=sentence(one, lambda cell: source.name(cell).label, source.title))
        for one in found.statements
    )
    return AnsweredStory(**(dict(found) | {"statements": statements}))


INFERRED = tuple(Inference.model_fields)


def ranking_document(source: Source) -> dict[str, Any]:
    """The document as plain values."""
    return ranking_of(source).model_dump(mode="json")


def _bare(row: LatencyRow) -> LatencyRow:
    """Without the histogram: it is in the results folder, and would be most of the file."""
    return row.model_copy(update={"histogram": None})


def _named(source: Source) -> Iterator[NamedCurve]:
    """Each curve with its name on the page."""
    for scenario, setting in dict.fromkeys((curve.scenario, curve.setting) for curve in source.curves):
        found = [one for one in source.curves if (one.scenario, one.setting) == (scenario, setting)]
        for curve, title in zip(found, titles(source, found), strict=True):
            yield NamedCurve(**dict(curve), title=title, says=sentences(source, curve))


def _costs(source: Source, scenario: ScenarioManifest) -> dict[str, Costs]:
    firsts = first_events(source, scenario)
    held = {cell: held_by(source.record, cell, scenario.id) for cell in source.record.cells}
    return {
        cell: Costs(
            cpu_us_a_request=found.cpu.value,
            service_cpu_us_a_request=found.service.value,
            load_pss_bytes=found.memory.value,
            rest_pss_bytes=found.rest.value,
            startup_s=found.startup.value,
            first_event_p50_s=first_event_s(firsts.get(cell), 0.5),
            first_event_p99_s=first_event_s(firsts.get(cell), 0.99),
            held_connections=one.held if (one := held.get(cell)) else None,
            bytes_a_connection=one.bytes_each if one else None,
            voluntary_switches_a_request=found.voluntary.value,
            involuntary_switches_a_request=found.involuntary.value,
            rest_switches_s=found.idle_switches.value,
            rest_cpu_share=found.idle_cpu.value,
        )
        for cell, found in costs(source, scenario).items()
    }


def as_json(document: dict[str, Any]) -> str:
    """Keys in their own order, the same bytes for the same document. A list or an object without others in it is one
    line: 160 cells have 12,720 pairs in each scenario, which is most of the file and of the time to write it."""
    return _written(document, "\n") + "\n"


def _written(value: Any, line: str) -> str:
    """`line` is a new line with its indentation."""
    inner = line + " "
    match value:
        case dict() if _nested(value.values()):
            parts = (f"{inner}{json.dumps(key)}: {_written(each, inner)}" for key, each in value.items())
            return "{" + ",".join(parts) + line + "}"
        case list() if _nested(value):
            return "[" + ",".join(inner + _written(each, inner) for each in value) + line + "]"
        case _:
            return json.dumps(value, ensure_ascii=True)


def _nested(values: Iterable[Any]) -> bool:
    return any(isinstance(each, dict | list) for each in values)


def inside_html(document: dict[str, Any]) -> str:
    """JSON that cannot end the script element it stands in: ASCII, with `<` as an escape."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=True).replace("<", "\\u003c")
