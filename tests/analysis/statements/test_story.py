"""Statements of several pieces of evidence, and their verdicts together."""

from typing import get_args

import pytest

from harness.analysis.statements.seen import Seen
from harness.analysis.statements.story import story_finding, together
from harness.catalog.claim_files import STORY, rankings_of, read_story
from harness.model.asked.claim import ClaimVerdict
from harness.model.asked.statement import Asked
from harness.model.found.statements import RequirementPart, Then
from tests.analysis.statements.seeing import cell, seen

ASGI, FASTAPI = cell("raw-asgi"), cell("fastapi")


def part(verdict: ClaimVerdict, then: ClaimVerdict | None = None) -> RequirementPart:
    held = None if then is None else Then(verdict=then, rests_on="published", of="a run")
    return RequirementPart(verdict=verdict, distribution="one", requires="two", then=held)


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [
        ([part("holds"), part("holds")], "holds"),
        ([part("holds"), part("cannot-tell")], "cannot-tell"),
        ([part("does-not-hold"), part("cannot-tell")], "does-not-hold"),
        ([part("does-not-hold", "holds"), part("holds")], "held-then"),
        ([part("does-not-hold", "holds"), part("does-not-hold")], "does-not-hold"),
        ([part("does-not-hold", "does-not-hold")], "does-not-hold"),
        ([part("does-not-hold", "cannot-tell")], "does-not-hold"),
    ],
)
def test_one_part_refutes_all_confirm_and_what_held_then_is_said_only_of_what_is_refuted_now(
    parts: list[RequirementPart], verdict: str
) -> None:
    assert together(parts) == verdict


def test_the_story_of_a_campaign_that_measured_nothing_of_it_cannot_be_told_and_the_line_that_would_is_given() -> None:
    few = seen({ASGI: 10_000, FASTAPI: 8_000}, "plaintext")
    story = read_story(STORY)
    found = story_finding(story, Seen(few.record, few.ranking, rankings_of(story)))
    assert {one.verdict for one in found.statements} == {"cannot-tell"}
    assert all(part.reason for one in found.statements for part in one.parts)
    assert found.commands == (("harness", "run", "--profile", "story"),)


def test_a_campaign_of_the_profile_is_gone_on_with() -> None:
    few = seen({ASGI: 10_000, FASTAPI: 8_000}, "plaintext")
    plan = few.record.plan.model_copy(update={"profile": "story", "max_blocks": 8})
    story, record = read_story(STORY), few.record.model_copy(update={"plan": plan})
    found = story_finding(story, Seen(record, few.ranking, rankings_of(story)), "elsewhere")
    probing = ("--only", "fastapi", "--only", "flask", "--server", "uvicorn", "--server", "gunicorn-gthread")
    assert found.commands == (
        ("harness", "run", "--resume", "elsewhere", "--budget", "2m", "--blocks", "16"),
        ("harness", "capabilities", *probing, "--keep", "elsewhere"),
    )


def test_every_kind_of_evidence_is_used_by_the_story() -> None:
    kinds = {asked.kind for one in read_story(STORY).statements for asked in one.evidence}
    assert kinds == {get_args(kind.model_fields["kind"].annotation)[0] for kind in get_args(get_args(Asked)[0])}
