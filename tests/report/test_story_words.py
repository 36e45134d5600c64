"""Sentences of evidence, made from figures alone."""

import pytest

from harness.model.found.statements import (
    AnswerPart,
    AtOncePart,
    CapabilityPart,
    FoundPart,
    IdlePart,
    PartsPart,
    RankingPart,
    RequirementPart,
    StatementFinding,
    StatementVerdict,
    Then,
    ThreadsPart,
)
from harness.report.view.sections.claimed.story import is_answered
from harness.report.view.sections.claimed.story_words import sentence

NAMES = {"slow": "Flask", "fast": "FastAPI"}
TITLES = {"fastapi": "FastAPI"}


def said(verdict: StatementVerdict, *parts: FoundPart) -> str:
    found = StatementFinding(id="a", title="A", said="So it is.", verdict=verdict, parts=parts)
    return sentence(found, NAMES.__getitem__, TITLES.__getitem__)


HELD = Then(verdict="holds", rests_on="published", of="Round 19")
TRIED = Then(verdict="does-not-hold", rests_on="tried", of="django 3.1.3")


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (
            RankingPart(
                verdict="does-not-hold",
                claim="c",
                scenario="fortunes",
                tier="controlled",
                first="Django",
                second="Flask",
                ratio=0.7,
                low=0.64,
                high=0.77,
                then=HELD,
            ),
            (
                "In fortunes, controlled tier, Django answers 0.700× (0.640–0.770) the requests of Flask; it held"
                " then, by the published figures (Round 19)."
            ),
        ),
        (
            RequirementPart(verdict="holds", distribution="fastapi", requires="starlette", version="0.165.0"),
            "Fastapi 0.165.0 requires starlette.",
        ),
        (
            RequirementPart(verdict="does-not-hold", distribution="starlette", requires="uvicorn", required=("anyio",)),
            "Starlette requires anyio, and not uvicorn.",
        ),
        (
            PartsPart(
                verdict="holds",
                scenario="db",
                faster="fast",
                slower="slow",
                ratio=2.0,
                low=1.9,
                high=2.1,
                interface_us=90.0,
                interface_low=80.0,
                interface_high=95.0,
                framework_us=10.0,
                framework_low=5.0,
                framework_high=15.0,
            ),
            (
                "In db, FastAPI answers 2.00× (1.90–2.10) the requests of Flask; a request of the"
                " latter takes +100 µs, of which interface, server and driver are +90.0 µs (+80.0 to +95.0)"
                " and the frameworks +10.0 µs (+5.00 to +15.0)."
            ),
        ),
        (
            ThreadsPart(
                verdict="does-not-hold",
                scenario="wait",
                few="slow",
                many="slow",
                few_threads=1,
                many_threads=200,
                few_cpu_us=200.0,
                many_cpu_us=220.0,
                ratio=1.1,
                low=1.05,
                high=1.15,
                few_switches=2.0,
                many_switches=2.5,
            ),
            (
                "In wait, a request of Flask takes 1.10× (1.05–1.15) the CPU with 200 threads in the place of"
                " 1 (200 to 220 µs; 2.00 to 2.50 context switches)."
            ),
        ),
        (
            IdlePart(verdict="does-not-hold", cell="slow", threads=200, cpu_share=0.004, switches_s=12.0),
            ("With 200 threads and nothing to do, Flask uses 0.4 % of a core and switches 12.0 times a second."),
        ),
        (
            AtOncePart(
                verdict="does-not-hold",
                cell="fast",
                says="one-by-one",
                connections=256,
                rps=4000.0,
                at_once=200.0,
                low=190.0,
                high=210.0,
                then=TRIED,
            ),
            (
                "Of 256 requests to FastAPI, 200 (190–210) waited at the same time on one worker with one thread; it"
                " did not hold then, by that version, tried here (django 3.1.3)."
            ),
        ),
        (
            CapabilityPart(
                verdict="does-not-hold",
                probe="http2-alpn",
                app="fastapi",
                server="uvicorn",
                says="yes",
                answer="no",
                how="it chose http/1.1",
            ),
            "HTTP/2, TLS with ALPN of FastAPI on uvicorn: no (it chose http/1.1).",
        ),
        (
            AnswerPart(verdict="holds", cell="fast", app="fastapi", scenario="validate", cpu_us=310.0),
            "FastAPI answers validate as the contract has it, refusals included, at 310 µs of CPU per request.",
        ),
    ],
)
def test_each_kind_of_evidence_is_a_sentence_of_its_figures(part: FoundPart, text: str) -> None:
    verdict: StatementVerdict = "holds" if part.verdict == "holds" else "does-not-hold"
    assert said(verdict, part) == text


def test_what_refutes_comes_first_and_what_is_missing_is_named_once() -> None:
    holds = RequirementPart(verdict="holds", distribution="fastapi", requires="starlette")
    not_ = RequirementPart(verdict="does-not-hold", distribution="starlette", requires="uvicorn")
    missing = RequirementPart(verdict="cannot-tell", distribution="one", requires="two", reason="one was not seen")
    assert said("does-not-hold", holds, missing, not_).startswith("Starlette requires nothing, and not uvicorn; ")
    assert said("cannot-tell", holds, missing, missing) == "One was not seen; fastapi requires starlette."


def test_a_statement_is_answered_by_measurements_and_not_by_a_part_or_by_metadata_alone() -> None:
    measured, open_ = (
        AnswerPart(verdict="holds", scenario="auth", app="fastapi"),
        IdlePart(verdict="cannot-tell", threads=200),
    )
    required = RequirementPart(verdict="holds", distribution="fastapi", requires="starlette")

    def answered(verdict: StatementVerdict, *parts: FoundPart) -> bool:
        return is_answered(StatementFinding(id="a", title="A", said="So it is.", verdict=verdict, parts=parts))

    assert answered("holds", measured)
    assert not answered("cannot-tell", measured, open_)
    assert not answered("holds", required)
