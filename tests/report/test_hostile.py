"""Each string of a results folder replaced in turn: the page keeps its shape, and the text stays text."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.model.errors import UsageError
from harness.model.foreign import clean
from harness.model.measured.trial import Trial
from harness.model.notice import Notice
from harness.report.write import write_report
from harness.store.folder import ResultsFolder
from tests.report.campaigns import APPS, campaign, saved
from tests.report.dom import Element, parse
from tests.report.hostile import LONG, SHORT, Place, replaced, rewrite, strings

GATE = Notice(code="errors", seen="what was seen", mend="what to do")


def small_campaign(path: Path) -> Path:
    """Every kind of record once: a failed cell, a gated trial, a notice, services, versions. One block: few charts."""
    record, trials = campaign(1, apps=APPS[:4], scenarios={"json": "JSON"}, rotations=2, failed=("fastapi",))
    app = record.applications["starlette"].model_copy(update={"environment": {"MODE": "fast"}})
    record = record.model_copy(update={"applications": {**record.applications, "starlette": app}})
    gated = trials[-1].model_copy(update={"failed_gates": (GATE,), "histogram": "HISTFAAA", "errors": {"status": 3}})
    return saved(path, record, (gated, *trials[:-1]))


def documents(folder: Path) -> tuple[Any, Any]:
    record = json.loads((folder / "campaign.json").read_text())
    return record, json.loads((folder / "trials.jsonl").read_text().splitlines()[0])


def shape(page: Element) -> Counter[tuple[str, tuple[str, ...]]]:
    """How often each tag occurs with which attributes. A long name stands on two lines of a chart: of those it counts
    only which there are."""
    found = Counter((element.tag, tuple(element.attributes)) for element in page.walk())
    return Counter({look: 1 if look[0] == "text" else many for look, many in found.items() if look[0] != "g"})


@pytest.mark.parametrize("text", ["".join(SHORT), *SHORT, LONG], ids=["all", "tag", "template", "signs", "long"])
def test_no_string_of_a_results_folder_changes_the_shape_of_the_page(tmp_path: Path, text: str) -> None:
    folder = small_campaign(tmp_path / "results")
    record, trial = documents(folder)
    both = {"record": record, "trial": trial}
    taking = [place for place in strings(both) if is_accepted(folder, replaced(both, text, place))]
    assert len(taking) > 30, "hardly a string reached the page: what was replaced?"
    while taking:
        places, taking = accepted_together(folder, both, taking, text, "harmless")
        assert places, f"takes no harmless words: {taking}"
        hostile, harmless = (page_shape(folder, tmp_path, replaced(both, to, *places)) for to in (text, "harmless"))
        assert hostile == harmless, places


def accepted_together(
    folder: Path, both: Any, places: Sequence[Place], *texts: str
) -> tuple[Sequence[Place], Sequence[Place]]:
    """Places that take any of the texts at the same time, and those that do not beside these."""
    together: list[Place] = []
    left: list[Place] = []

    def offer(some: Sequence[Place]) -> None:
        if all(is_accepted(folder, replaced(both, text, *together, *some)) for text in texts):
            together.extend(some)
        elif len(some) == 1:
            left.extend(some)
        else:
            offer(some[: len(some) // 2])
            offer(some[len(some) // 2 :])

    offer(places)
    return together, left


def is_accepted(folder: Path, changed: Any) -> bool:
    """Whether the record and the trial can be read."""
    rewrite(folder, changed["record"], changed["trial"])
    opened = ResultsFolder.open(folder)
    try:
        opened.read_record()
    except UsageError as error:
        if "campaign.json" not in str(error):
            raise
        return False
    return not any("trials.jsonl, line 1 could not be read" in notice.seen for notice in opened.read_trials()[1])


def page_shape(folder: Path, tmp_path: Path, changed: Any) -> Counter[Any]:
    """Of the page of a record and a trial that can be read."""
    rewrite(folder, changed["record"], changed["trial"])
    return shape(parse(write_report(folder, tmp_path / "out").read_text(encoding="utf-8")))


@pytest.mark.parametrize("payload", SHORT[:2])
def test_a_hostile_text_is_shown_as_the_text_it_is(tmp_path: Path, payload: str) -> None:
    folder = small_campaign(tmp_path / "results")
    record, trial = documents(folder)
    record["notices"][0]["seen"] = payload
    record["failures"][0]["log_tail"] = payload
    rewrite(folder, record, trial)
    page = parse(write_report(folder, tmp_path / "out").read_text())
    assert payload in [text.text for text in page.all("bdi")]
    assert payload in [log.text for log in page.all("pre")]


def test_characters_that_no_page_may_hold_are_replaced() -> None:
    assert clean("a\x00b\x1bc\ud800d\n") == "a\ufffdb\ufffdc\ufffdd\n"
    assert clean("日本語 \u0645\u0631\u062d") == "日本語 \u0645\u0631\u062d"
    assert clean("\u202eevil\u2066") == "\ufffdevil\ufffd"


def test_a_lone_surrogate_in_a_results_folder_is_no_obstacle(tmp_path: Path) -> None:
    folder = small_campaign(tmp_path / "results")
    record, trial = documents(folder)
    record["failures"][0]["reason"] = "\ud800"
    rewrite(folder, record, trial)
    assert page_shape(folder, tmp_path, {"record": record, "trial": trial}) != Counter()


def test_the_factory_of_this_test_knows_every_string_of_a_trial() -> None:
    strings_of_a_trial = {
        name
        for name, info in Trial.model_fields.items()
        if "str" in str(info.annotation) or "Notice" in str(info.annotation)
    }
    assert strings_of_a_trial == {"cell", "scenario", "histogram", "first_histogram", "failed_gates"}


def test_hostile_names_stay_text_in_every_chart(tmp_path: Path) -> None:
    record, trials = campaign(2, apps=APPS[:4], scenarios={"json": "JSON"}, rotations=3, levels=3, timed=True)
    shapes = []
    for title in ("harmless", "<b>&amp;", "{{7*7}}", "$\\frac{1}{0}$", "\u202e\u0645\u0631\u062d\x00", "%s" * 40):
        apps = {id_: app.model_copy(update={"title": title}) for id_, app in record.applications.items()}
        items = tuple(item.model_copy(update={"title": title}) for item in record.plan.scenarios)
        plan = record.plan.model_copy(update={"scenarios": items})
        named = record.model_copy(update={"applications": apps, "plan": plan})
        folder = saved(tmp_path / f"results-{len(shapes)}", named, trials)
        shapes.append(shape(parse(write_report(folder, tmp_path / "out").read_text())))
    assert shapes == [shapes[0]] * 6
