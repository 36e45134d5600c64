"""The whole page as one value."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.report.text import moment, shorten
from harness.report.view.figures import Figures, figures
from harness.report.view.opening.answer import Answer, answers, headline
from harness.report.view.opening.compared import compared
from harness.report.view.opening.flags import Flag, flags
from harness.report.view.opening.lead import Lead, lead
from harness.report.view.opening.reason import reason
from harness.report.view.opening.tuning import TuningSection, tuning_answers, tuning_section
from harness.report.view.opening.variants import VariantsSection, variant_answers, variants_section
from harness.report.view.remarks import Remark
from harness.report.view.sections.again import Again, again
from harness.report.view.sections.claimed.ranking import ClaimSection, claim_section
from harness.report.view.sections.claimed.story import StorySection, story_section
from harness.report.view.sections.details import Detail, details
from harness.report.view.sections.effects import (
    EffectRow,
    ServerParts,
    SettingRow,
    effect_rows,
    server_parts,
    setting_rows,
)
from harness.report.view.sections.explanations import ExplanationSection, explanation_section
from harness.report.view.sections.facts import (
    Fact,
    Phase,
    facts,
    machine_facts,
    phases,
    plan_facts,
    remarks,
)
from harness.report.view.sections.gaps import GapRow, gap_rows
from harness.report.view.sections.settings.curves import CurveSection, curve_sections
from harness.report.view.sections.standings import Standing, standings
from harness.report.view.source import Source
from harness.report.view.tables.capabilities import CapabilitySection, capability_section
from harness.report.view.tables.events import Open, open_connections
from harness.report.view.tables.glance import Glance, glance
from harness.report.view.tables.latency import Latency, latency
from harness.report.view.tables.slopes import SlopeSection, slope_section
from harness.report.view.tables.table import Table, table


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter: its name in the address, what a reader calls it, and the values found in this campaign."""

    key: str
    title: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What the templates show."""

    campaign: str
    date: str
    flags: tuple[Flag, ...]
    variants: VariantsSection | None
    tuning: TuningSection | None
    headline: str
    reason: str
    lead: Lead | None
    compared: str
    again: Again
    answers: tuple[Answer, ...]
    facts: tuple[Fact, ...]
    glance: Glance
    tables: tuple[Table, ...]
    figures: Mapping[str, Figures]
    effects: Mapping[str, tuple[EffectRow, ...]]
    parts: Mapping[str, tuple[ServerParts, ...]]
    gaps: Mapping[str, tuple[GapRow, ...]]
    settings: Mapping[str, tuple[SettingRow, ...]]
    curves: Mapping[str, tuple[CurveSection, ...]]
    slopes: Mapping[str, SlopeSection | None]
    layered: Mapping[str, ExplanationSection | None]
    claim: ClaimSection | None
    story: StorySection | None
    capabilities: CapabilitySection | None
    latency: Mapping[str, Latency | None]
    opened: Mapping[str, Open | None]
    standings: Mapping[str, tuple[Standing, ...]]
    choices: tuple[Choice, ...]
    references: tuple[tuple[str, str], ...]
    reference: str
    reference_label: str
    details: tuple[Detail, ...]
    machine: tuple[Fact, ...]
    plan: tuple[Fact, ...]
    phases: tuple[Phase, ...]
    remarks: tuple[Remark, ...]


def page(source: Source) -> Page:
    """Everything a reader sees, from what was recorded and concluded."""
    record = source.record
    tables = tuple(table(source, scenario) for scenario in record.plan.scenarios)
    timed = {scenario.id: latency(source, scenario) for scenario in record.plan.scenarios}
    variants, tuning = variants_section(source), tuning_section(source)
    first = variants or tuning
    return Page(
        campaign=shorten(record.id, 80),
        date=moment(record.created_at),
        flags=flags(source),
        variants=variants,
        tuning=tuning,
        headline=first.headline if first else headline(source),
        reason="" if tuning else reason(source),
        lead=None if first else lead(source),
        compared=compared(source),
        again=again(source),
        answers=variant_answers(source) or tuning_answers(source) or answers(source),
        facts=facts(source),
        glance=glance(source),
        tables=tables,
        figures={scenario.id: figures(source, scenario) for scenario in record.plan.scenarios},
        effects={scenario.id: effect_rows(source, scenario.id) for scenario in record.plan.scenarios},
        parts={scenario.id: server_parts(source, scenario.id) for scenario in record.plan.scenarios},
        slopes={scenario.id: slope_section(source, scenario.id) for scenario in record.plan.scenarios},
        settings={scenario.id: setting_rows(source, scenario.id) for scenario in record.plan.scenarios},
        curves={scenario.id: curve_sections(source, scenario.id) for scenario in record.plan.scenarios},
        gaps={scenario.id: gap_rows(source, scenario.id) for scenario in record.plan.scenarios},
        layered={scenario.id: explanation_section(source, scenario.id) for scenario in record.plan.scenarios},
        claim=claim_section(source),
        story=story_section(source),
        capabilities=capability_section(source),
        latency=timed,
        opened={scenario.id: open_connections(source, scenario) for scenario in record.plan.scenarios},
        standings=standings(tables, timed),
        choices=_choices(source),
        references=tuple((name.id, name.label) for name in source.contestants),
        reference=source.ranking.reference,
        reference_label=source.reference.label,
        details=details(source),
        machine=machine_facts(record),
        plan=plan_facts(source),
        phases=phases(record),
        remarks=remarks(source),
    )


def _choices(source: Source) -> tuple[Choice, ...]:
    """A filter for each property in which the cells differ."""
    known = source.contestants
    all_values = (
        Choice("app", "Framework", tuple(sorted({name.title for name in known}))),
        Choice("server", "Server", tuple(sorted({name.server for name in known}))),
        Choice("interface", "Interface", tuple(sorted({name.interface for name in known}))),
        Choice("tier", "Tier", tuple(sorted({name.tier for name in known}))),
        Choice("language", "Language", tuple(sorted({name.language for name in known}))),
    )
    return tuple(choice for choice in all_values if len(choice.values) > 1)
