"""Running a command within the tests' own process: fast, and what it says is taken down."""

from dataclasses import dataclass

import pytest

from harness.cli.main import ended


@dataclass(frozen=True)
class Said:
    """The exit code, and what stood on standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def message(self) -> str:
        """Standard error without its line breaks."""
        return " ".join(self.err.split())


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> Said:
    """What the command says to these arguments."""
    capsys.readouterr()
    code = ended([str(argument) for argument in arguments])
    return Said(code, *capsys.readouterr())
