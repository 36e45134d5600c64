"""A story put to the test: each statement by its evidence, and the lines that would measure what is missing."""

from collections.abc import Sequence
from math import ceil
from typing import Final, assert_never

from harness.analysis.statements.answer import answer_part
from harness.analysis.statements.at_once import at_once_part
from harness.analysis.statements.capability import capability_part
from harness.analysis.statements.idle import idle_part
from harness.analysis.statements.parts import parts_part
from harness.analysis.statements.ranked import ranking_part
from harness.analysis.statements.requirement import requirement_part
from harness.analysis.statements.seen import Seen
from harness.analysis.statements.threads import threads_part
from harness.model.asked.statement import (
    AnswerAsked,
    Asked,
    AtOnceAsked,
    CapabilityAsked,
    IdleAsked,
    PartsAsked,
    RankingAsked,
    RequirementAsked,
    Statement,
    Story,
    ThreadsAsked,
)
from harness.model.found.statements import CapabilityPart, FoundPart, StatementFinding, StatementVerdict, StoryFinding

PROFILES: Final = ("story", "full")
"""Profiles that measure what the statements need. More blocks of such a campaign decide what is open."""


def story_finding(story: Story, seen: Seen, results: str | None = None) -> StoryFinding:
    """What the campaign says of each statement. `results` names its folder in commands (default: its id)."""
    statements = tuple(_statement(one, seen) for one in story.statements)
    return StoryFinding(
        story=story.id,
        title=story.title,
        about=story.about,
        source=story.source,
        campaign=seen.record.id,
        statements=statements,
        commands=_commands(statements, seen, results or seen.record.id),
    )


def _statement(statement: Statement, seen: Seen) -> StatementFinding:
    parts = tuple(_part(asked, seen) for asked in statement.evidence)
    return StatementFinding(
        id=statement.id, title=statement.title, said=statement.said, verdict=together(parts), parts=parts
    )


def together(parts: Sequence[FoundPart]) -> StatementVerdict:
    """One part that does not hold is enough to refute; all must hold to confirm. It held then where every part that
    does not hold now held then."""
    refuted = [part for part in parts if part.verdict == "does-not-hold"]
    if refuted:
        then = [part.then is not None and part.then.verdict == "holds" for part in refuted]
        return "held-then" if all(then) else "does-not-hold"
    return "holds" if all(part.verdict == "holds" for part in parts) else "cannot-tell"


def _part(asked: Asked, seen: Seen) -> FoundPart:
    match asked:
        case RankingAsked():
            found: FoundPart = ranking_part(asked, seen)
        case RequirementAsked():
            found = requirement_part(asked, seen)
        case PartsAsked():
            found = parts_part(asked, seen)
        case ThreadsAsked():
            found = threads_part(asked, seen)
        case IdleAsked():
            found = idle_part(asked, seen)
        case AtOnceAsked():
            found = at_once_part(asked, seen)
        case CapabilityAsked():
            found = capability_part(asked, seen)
        case AnswerAsked():
            found = answer_part(asked, seen)
        case _:
            assert_never(asked)
    return found


def _commands(statements: Sequence[StatementFinding], seen: Seen, results: str) -> tuple[tuple[str, ...], ...]:
    """Where a campaign measured what the story needs, more blocks decide what is open; else its profile does. What was
    not probed is probed into the campaign's folder."""
    plan = seen.record.plan
    open_ = [part for one in statements if one.verdict == "cannot-tell" for part in one.parts]
    missing = [part for part in open_ if part.verdict == "cannot-tell"]
    if plan.profile not in PROFILES:
        return (("harness", "run", "--profile", PROFILES[0]),) if missing else ()
    unprobed = [part for part in missing if isinstance(part, CapabilityPart) and not part.how]
    unmeasured = any(not isinstance(part, CapabilityPart) for part in missing)
    more = ("--budget", f"{ceil(2 * plan.budget_s / 60)}m")
    blocks = ("--blocks", str(2 * plan.max_blocks)) if len(seen.record.completed_blocks) >= plan.max_blocks else ()
    measure = (("harness", "run", "--resume", results, *more, *blocks),) if unmeasured else ()
    return (*measure, _probing(unprobed, results)) if unprobed else measure


def _probing(parts: Sequence[CapabilityPart], results: str) -> tuple[str, ...]:
    apps = [word for app in dict.fromkeys(part.app for part in parts) for word in ("--only", app)]
    servers = [word for server in dict.fromkeys(part.server for part in parts) for word in ("--server", server)]
    return ("harness", "capabilities", *apps, *servers, "--keep", results)
