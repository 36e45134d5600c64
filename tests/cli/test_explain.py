"""What `harness explain` refuses, before anything is installed or started."""

from pathlib import Path

import pytest

from tests.cli.said import said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nobody",), "APP: "),
        (("raw-*",), "raw-* means several: raw-asgi@uvicorn"),
        (("raw-asgi", "--against", "raw-asgi@gunicorn"), "APP@SERVER (raw-asgi@gunicorn): "),
        (("raw-asgi", "--against", "raw-asgi@uvicorn"), "raw-asgi is to be compared with itself"),
        (("flask", "--against", "raw-asgi", "--against", "raw-asgi@uvicorn"), "raw-asgi is to be compared with itself"),
        (("raw-asgi", "--scenario", "nothing"), "name one that all answer: json, plaintext"),
        (("rails", "--against", "nginx", "--scenario", "db"), "not all of rails, nginx answer db"),
        (("raw-asgi", "--until", "0%"), "is not a percentage above 0%"),
        (("raw-asgi", "--budget", "soon"), "is not a duration"),
    ],
)
def test_what_means_nothing_is_refused_with_what_there_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    ended = said(capsys, "explain", *arguments, "--results", tmp_path / "results")
    assert ended.code == 2
    assert message in ended.message
    assert not (tmp_path / "results").exists()
