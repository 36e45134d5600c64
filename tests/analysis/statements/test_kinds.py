"""Each kind of evidence against campaigns with a known truth."""

import pytest

from harness.analysis.statements.answer import answer_part
from harness.analysis.statements.at_once import at_once_part
from harness.analysis.statements.capability import capability_part
from harness.analysis.statements.idle import idle_part
from harness.analysis.statements.parts import parts_part
from harness.analysis.statements.requirement import requirement_part
from harness.analysis.statements.seen import Seen
from harness.analysis.statements.threads import threads_part
from harness.model.asked.statement import (
    AnswerAsked,
    AtOnceAsked,
    CapabilityAsked,
    IdleAsked,
    PartsAsked,
    RequirementAsked,
    ThreadsAsked,
)
from harness.model.found.capabilities import TITLES, Capabilities, Evidence, Probed
from harness.model.measured.campaign import CellFacts
from harness.model.measured.machine import Identity
from harness.model.notice import Failure
from tests.analysis.statements.seeing import cell, recorded, seen

ASGI, WSGI, FASTAPI, FLASK = (cell(app) for app in ("raw-asgi", "raw-wsgi", "fastapi", "flask"))
KEY = PartsAsked(kind="parts", scenario="json", faster="fastapi", slower="flask")


@pytest.mark.parametrize(
    ("speeds", "verdict", "interface_us", "framework_us"),
    [
        # 100 us and 150 us for the bare callables; the frameworks add 20 us each, then 20 us and 120 us.
        ({ASGI: 10_000, WSGI: 1e6 / 150, FASTAPI: 1e6 / 120, FLASK: 1e6 / 170}, "holds", 50, 0),
        ({ASGI: 10_000, WSGI: 1e6 / 110, FASTAPI: 1e6 / 120, FLASK: 1e6 / 230}, "does-not-hold", 10, 100),
    ],
)
def test_a_difference_is_told_apart_in_microseconds(
    speeds: dict[object, float], verdict: str, interface_us: float, framework_us: float
) -> None:
    part = parts_part(KEY, seen(speeds))  # type: ignore[arg-type]
    assert part.verdict == verdict
    assert part.interface_us is not None
    assert part.framework_us is not None
    share = part.interface_us / (part.interface_us + part.framework_us)
    assert share == pytest.approx(interface_us / (interface_us + framework_us), abs=0.1)
    assert part.interface_low is not None
    assert part.interface_high is not None
    assert part.interface_low < part.interface_us < part.interface_high
    assert part.framework_low is not None
    assert part.framework_high is not None
    assert part.framework_low < part.framework_us < part.framework_high


def test_who_is_not_ahead_has_no_key_to_it() -> None:
    part = parts_part(KEY, seen({ASGI: 10_000, WSGI: 9_000, FASTAPI: 3_000, FLASK: 8_000}))
    assert part.verdict == "does-not-hold"
    assert part.high is not None
    assert part.high < 1


def test_without_the_bare_callable_of_one_server_nothing_is_told_apart() -> None:
    part = parts_part(KEY, seen({ASGI: 10_000, FASTAPI: 8_000, FLASK: 3_000}))
    assert (part.verdict, part.reason) == ("cannot-tell", "no bare callable was measured on the server of each")
    assert part.ratio is not None


def test_what_was_not_measured_is_named() -> None:
    missing = parts_part(KEY, seen({ASGI: 10_000, FASTAPI: 8_000}))
    assert (missing.verdict, missing.reason) == ("cannot-tell", "flask was not measured")
    other = parts_part(KEY.model_copy(update={"scenario": "db"}), seen({ASGI: 10_000, FASTAPI: 8_000}))
    assert other.reason == "the scenario db was not measured"


FEW, MANY = cell("flask", 1), cell("flask", 200)
COSTLY = ThreadsAsked(kind="threads", app="flask", scenario="json", at_least=1.5)


@pytest.mark.parametrize(("many_us", "verdict"), [(400.0, "holds"), (210.0, "does-not-hold")])
def test_threads_cost_what_a_request_takes_more_of_cpu_with_many_of_them(many_us: float, verdict: str) -> None:
    switches = {"voluntary_switches": 900.0, "involuntary_switches": 100.0}
    costs = {FEW: {"cpu_us": 200.0, **switches}, MANY: {"cpu_us": many_us, **switches}}
    part = threads_part(COSTLY, seen({ASGI: 10_000, FEW: 5_000, MANY: 5_000}, costs=costs))
    assert part.verdict == verdict
    assert part.ratio == pytest.approx(many_us / 200, rel=0.01)
    assert (part.few_cpu_us, part.many_cpu_us) == (pytest.approx(200), pytest.approx(many_us))
    assert part.few_switches == pytest.approx(1.0)


def test_without_both_numbers_of_threads_or_their_cpu_nothing_is_said_of_threads() -> None:
    alone = threads_part(COSTLY, seen({ASGI: 10_000, FEW: 5_000}))
    assert (alone.verdict, alone.reason) == (
        "cannot-tell",
        "flask with 1 and with 200 threads was not measured in json",
    )
    unknown = threads_part(COSTLY, seen({ASGI: 10_000, FEW: 5_000, MANY: 5_000}))
    assert (unknown.verdict, unknown.reason) == ("cannot-tell", "the system does not report the CPU time of both")


@pytest.mark.parametrize(("share", "verdict"), [(0.3, "holds"), (0.004, "does-not-hold")])
def test_idle_threads_cost_what_their_server_uses_while_nobody_asks(share: float, verdict: str) -> None:
    costs = {MANY: {"cpu_us": 200.0, "rest_cpu_share": share, "rest_switches_s": 12.0}}
    part = idle_part(IdleAsked(kind="idle", app="flask"), seen({ASGI: 10_000, MANY: 5_000}, costs=costs))
    assert (part.verdict, part.cpu_share, part.switches_s) == (verdict, pytest.approx(share), pytest.approx(12))


def test_a_server_that_nobody_saw_idle_says_nothing() -> None:
    part = idle_part(IdleAsked(kind="idle", app="flask"), seen({ASGI: 10_000, MANY: 5_000}))
    assert (part.verdict, part.reason) == ("cannot-tell", "flask with 200 threads was not seen idle")


ONE = cell("flask-async", 1)
ALONE = AtOnceAsked(kind="at-once", app="flask-async", server="gunicorn-gthread", scenario="json")


@pytest.mark.parametrize(
    ("rps", "says", "verdict"),
    [
        (19.5, "one-by-one", "holds"),
        (19.5, "together", "does-not-hold"),
        (1_200.0, "one-by-one", "does-not-hold"),
        (1_200.0, "together", "holds"),
    ],
)
def test_what_waits_at_once_is_the_rate_times_the_wait(rps: float, says: str, verdict: str) -> None:
    asked = ALONE.model_copy(update={"says": says})
    part = at_once_part(asked, seen({ASGI: 10_000, ONE: rps}))
    assert part.verdict == verdict
    assert part.rps is not None
    assert part.at_once == pytest.approx(part.rps * 0.05)
    assert part.low is not None
    assert part.high is not None
    assert part.low < part.at_once < part.high


def test_several_threads_say_nothing_of_one() -> None:
    part = at_once_part(ALONE, seen({ASGI: 10_000, cell("flask-async", 8): 160.0}))
    assert part.verdict == "cannot-tell"
    assert "not measured as the statement needs it" in part.reason


def with_requirements(**required: tuple[str, ...]) -> Seen:
    identity = Identity(pid=1, interpreter=recorded([FASTAPI]).interpreter, packages={"starlette": "1.10.0"})
    record = recorded([ASGI, FASTAPI]).model_copy(
        update={"cells": {FASTAPI.id: CellFacts(identity=identity, requirements=required)}}
    )
    found = seen({ASGI: 10_000, FASTAPI: 8_000})
    return Seen(record, found.ranking)


def test_a_requirement_is_read_from_the_metadata_of_the_environment() -> None:
    asked = RequirementAsked(kind="requirement", app="fastapi", distribution="starlette", requires="uvicorn")
    found = requirement_part(asked, with_requirements(starlette=("anyio",)))
    assert (found.verdict, found.version, found.required) == ("does-not-hold", "1.10.0", ("anyio",))
    assert requirement_part(asked, with_requirements(starlette=("anyio", "uvicorn"))).verdict == "holds"
    assert requirement_part(asked, with_requirements(fastapi=("starlette",))).verdict == "cannot-tell"


def with_answer(**answer: object) -> Seen:
    evidence = Evidence(sent="PRI", got="400")
    others = [Probed(probe=probe, answer="no", evidence=(evidence,)) for probe in TITLES if probe != "websocket"]
    probed = Probed.model_validate({"probe": "websocket", "evidence": (evidence,), **answer})
    found = seen({ASGI: 10_000, FASTAPI: 8_000})
    return Seen(found.record, found.ranking, capabilities=(Capabilities(cell=FASTAPI, probed=(*others, probed)),))


@pytest.mark.parametrize(
    ("answer", "says", "verdict"),
    [
        ({"answer": "yes"}, "yes", "holds"),
        ({"answer": "yes"}, "no", "does-not-hold"),
        ({"answer": "no"}, "no", "holds"),
        ({"answer": "unknown", "how": "it did not come up"}, "no", "cannot-tell"),
    ],
)
def test_a_probe_answers_what_a_stack_can_do(answer: dict[str, object], says: str, verdict: str) -> None:
    asked = CapabilityAsked.model_validate(
        {"kind": "capability", "probe": "websocket", "app": "fastapi", "server": "uvicorn", "says": says}
    )
    part = capability_part(asked, with_answer(**answer))
    assert part.verdict == verdict
    assert part.reason == answer.get("how", "")
    nobody = capability_part(asked.model_copy(update={"server": "granian-asgi"}), with_answer(**answer))
    assert (nobody.verdict, nobody.reason) == ("cannot-tell", "fastapi on granian-asgi was not probed")


def test_who_is_ranked_answers_as_the_contract_has_it_and_who_was_wrong_does_not() -> None:
    asked = AnswerAsked(kind="answer", app="fastapi", scenario="json")
    right = seen({ASGI: 10_000, FASTAPI: 8_000}, costs={FASTAPI: {"cpu_us": 120.0}})
    part = answer_part(asked, right)
    assert (part.verdict, part.cpu_us) == ("holds", pytest.approx(120))
    assert part.framework_low is not None
    assert part.framework_high is not None
    assert 0 < part.framework_low < part.framework_high
    for phase, verdict in (("verify", "does-not-hold"), ("start", "cannot-tell")):
        wrong = recorded([ASGI, FASTAPI]).model_copy(
            update={"failures": (Failure(cell=FASTAPI.id, phase=phase, reason="an expired token was taken"),)}
        )
        failed = answer_part(asked, Seen(wrong, seen({ASGI: 10_000}).ranking))
        assert failed.verdict == verdict
        assert ("an expired token was taken" in failed.reason) == (phase == "verify")


def test_the_usual_threads_of_a_wsgi_server_are_several_and_an_event_loop_is_one() -> None:
    usual = at_once_part(ALONE, seen({ASGI: 10_000, cell("flask-async"): 160.0}))
    assert usual.verdict == "cannot-tell"
    asked = AtOnceAsked(kind="at-once", app="fastapi", server="uvicorn", scenario="json", says="together")
    assert at_once_part(asked, seen({ASGI: 10_000, FASTAPI: 4_000})).verdict == "holds"


def test_a_version_of_that_time_says_whether_a_statement_held_then() -> None:
    past = cell("django-2020")
    asked = AtOnceAsked(kind="at-once", app="fastapi", server="uvicorn", scenario="json", then_app="django-2020")
    for rps, then in ((20.0, "holds"), (4_000.0, "does-not-hold")):
        part = at_once_part(asked, seen({ASGI: 10_000, FASTAPI: 4_000, past: rps}))
        assert part.then is not None
        assert (part.verdict, part.then.verdict, part.then.rests_on) == ("does-not-hold", then, "tried")
    missing = at_once_part(asked, seen({ASGI: 10_000, FASTAPI: 4_000}))
    assert missing.then is not None
    assert (missing.then.verdict, missing.then.of) == ("cannot-tell", "django-2020")
