import pytest
import typer

from harness.cli.quantities import duration, percentage, spoken


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("10m", 600), ("1h", 3600), ("100ms", 0.1), ("1.5m", 90), (" 2s ", 2)]
)
def test_durations_are_read_as_people_write_them(text: str, seconds: float) -> None:
    assert duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "10", "s", "-1s", "0ms", "1 d", "1h30m", "nan s", "1e3s"])
def test_what_is_no_duration_is_refused_with_examples(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="90s, 10m, 100ms"):
        duration(text)


@pytest.mark.parametrize(("text", "share"), [("3%", 0.03), ("0.5%", 0.005), (" 50% ", 0.5)])
def test_percentages_are_shares_of_one(text: str, share: float) -> None:
    assert percentage(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["3", "0%", "100%", "-3%", "%", "three%"])
def test_what_is_no_percentage_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="such as 3%"):
        percentage(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "0 s"),
        (42, "42 s"),
        (59.6, "1 min 00 s"),
        (185, "3 min 05 s"),
        (3599.7, "1 h 00 min"),
        (3725, "1 h 02 min"),
    ],
)
def test_a_duration_is_told_in_two_units_at_most(seconds: float, text: str) -> None:
    assert spoken(seconds) == text
