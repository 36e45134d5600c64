"""The bar on a terminal."""

import io
import time

import pytest
from rich.console import Console

from harness.cli.show import progress
from harness.cli.show.progress import Bar


def test_it_draws_when_it_is_told_to_and_never_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two rotations, that is: while slices are driven nobody works on the load generator's core."""
    written = io.StringIO()
    monkeypatch.setattr(progress, "messages", Console(file=written, force_terminal=True, width=80))
    with Bar() as bar:
        bar.advance(10.0, 60.0)
        drawn = written.getvalue()
        assert "about 50 s to go" in drawn
        time.sleep(0.4)
        assert written.getvalue() == drawn
        bar.advance(20.0, 60.0)
        assert "about 40 s to go" in written.getvalue().removeprefix(drawn)
