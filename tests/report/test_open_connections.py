"""Streams and WebSockets: the first event, and the memory of open connections, on page and exports."""

from pathlib import Path

import numpy as np

from harness.load.histogram import Times
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.held import Held
from harness.model.measured.trial import Trial
from harness.report.export import ranking_of
from harness.report.write import read, write_report
from tests.report.campaigns import campaign, saved


def first_events() -> str:
    """A hundred thousand times of 2 ms to the first event."""
    times = Times()
    times.add(np.full(100_000, 0.002))
    encoded = times.encoded()
    assert encoded is not None
    return encoded


def measured(record: CampaignRecord) -> tuple[str, str]:
    """Two cells, neither of which is an A/A twin."""
    first, second, *_ = (cell.id for cell in record.plan.cells if not cell.twin)
    return first, second


def streamed() -> tuple[CampaignRecord, list[Trial]]:
    """A campaign of streams; the second cell could not hold as many as were asked for."""
    record, trials = campaign(4)
    scenarios = tuple(one.model_copy(update={"kind": "stream"}) for one in record.plan.scenarios)
    id_ = scenarios[0].id
    first, second = measured(record)
    whole = Held(asked=500, held=500, before_bytes=0, with_bytes=500 * 20_480)
    short = Held(
        asked=500, held=8, before_bytes=0, with_bytes=1, reason="the server answered 8 of 500 at the same time"
    )
    cells = record.cells | {
        first: record.cells[first].model_copy(update={"held": {id_: whole}}),
        second: record.cells[second].model_copy(update={"held": {id_: short}}),
    }
    plan = record.plan.model_copy(update={"scenarios": scenarios})
    timed = [trial.model_copy(update={"first_histogram": first_events()}) for trial in trials]
    return record.model_copy(update={"plan": plan, "cells": cells}), timed


def test_page_and_export_say_what_an_open_stream_costs_and_when_its_first_event_comes(tmp_path: Path) -> None:
    record, trials = streamed()
    folder = saved(tmp_path / "results", record, trials)
    page = write_report(folder, tmp_path / "out").read_text()
    assert "Memory of an open stream" in page
    assert "20.0 KiB" in page
    assert "8 of 500" in page
    assert "the server answered 8 of 500 at the same time" in page
    costs = ranking_of(read(folder)).costs[record.plan.scenarios[0].id]
    first, second = (costs[cell] for cell in measured(record))
    assert first.bytes_a_connection == 20_480
    assert (second.held_connections, second.bytes_a_connection) == (8, None)
    assert first.first_event_p50_s is not None
    assert abs(first.first_event_p50_s - 0.002) < 0.0001


def test_a_campaign_of_requests_has_no_such_table(tmp_path: Path) -> None:
    record, trials = campaign(4)
    page = write_report(saved(tmp_path / "results", record, trials), tmp_path / "out").read_text()
    assert "data-open" not in page
