"""What an application can do, asked as a user asks it."""

from tests.end_to_end.applications import given, shop
from tests.end_to_end.command import Place


def test_an_application_is_tried_and_every_answer_has_its_evidence(place: Place) -> None:
    ended = place.run("capabilities", "--only", "shop", *given(shop(place.folder, "shop")), "--json")
    assert ended.code == 0, ended
    (cell,) = ended.json["cells"]
    answers = {one["probe"]: one for one in cell["probed"]}
    assert answers["keep-alive"]["answer"] == "yes"
    assert answers["http2-prior-knowledge"]["answer"] == "no"
    assert answers["streaming"]["answer"] == "unknown"
    assert all(one["evidence"] for one in answers.values() if one["answer"] != "unknown")


def test_one_that_does_not_come_up_is_a_failure_with_its_reason(place: Place) -> None:
    home = shop(place.folder, "shop")
    manifest = home / "app.toml"
    manifest.write_text(manifest.read_text().replace('"{python}"', '"{python}", "-c", "raise SystemExit(9)"'))
    ended = place.run("capabilities", "--only", "shop", *given(home))
    assert ended.code == 3, ended
    assert "exit code 9" in ended.err
