"""Two campaigns at the same time on one machine: both records say so; --exclusive refuses."""

from harness.model.measured.campaign import CampaignRecord
from harness.store.folder import ResultsFolder
from tests.end_to_end.applications import given, shop
from tests.end_to_end.command import Place, until


def test_both_records_name_the_other_campaign(place: Place) -> None:
    options = (*given(shop(place.folder, "mine", "slow")), "--only", "mine", "--scenario", "json", "--quick")
    marks = place.folder / "tmp"
    with place.measuring(*options, "--rotations", "6s") as first:
        until(lambda: any(marks.glob("harness-campaigns-*/*.json")), "the first is under way")
        refused = place.measure(*options, "--exclusive")
        assert refused.code == 5, refused
        assert "another campaign (process" in refused.err
        earlier = place.campaign
        with place.running(
            "run", "--results", place.folder / "second", "--out", place.folder / "page", *options, "--rotations", "6s"
        ) as second:
            assert first.end(timeout_s=120).code == 0
            assert second.end(timeout_s=120).code == 0
    for record, other in ((earlier.read_record(), "second"), (_second(place), "results")):
        (notice,) = [notice for notice in record.notices if notice.code == "other-campaign"]
        assert str(place.folder / other) in notice.seen
    assert "another campaign" in (place.page.read_text())


def _second(place: Place) -> CampaignRecord:
    return ResultsFolder.open(place.folder / "second" / "latest").read_record()
