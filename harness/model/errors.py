"""What the harness says when it cannot go on: what, where, how to mend it, and the exit code."""

from enum import IntEnum

from harness.model.foreign import redacted


class ExitCode(IntEnum):
    """The documented exit codes of the command line (docs/commands.md)."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    CELL_FAILED = 3
    REGRESSION = 4
    ENVIRONMENT = 5
    INCONCLUSIVE = 6
    INTERRUPTED = 130


class HarnessError(Exception):
    """A fault that the person at the keyboard can mend.

    `what` says what is wrong, `where` names the file, option or process, `mend` says what to do.
    It reaches the terminal as one message without a traceback, and ends the command with `exit_code`.
    """

    exit_code: ExitCode = ExitCode.INTERNAL

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        self.what, self.where, self.mend = redacted(what), redacted(where), redacted(mend)
        place = f"{self.where}: {self.what}" if where else self.what
        super().__init__("\n".join(part for part in (place, self.mend) if part))


class UsageError(HarnessError):
    """A manifest, an option or a results folder is wrong."""

    exit_code = ExitCode.USAGE


class EnvironmentRefused(HarnessError):
    """The machine lacks something the work cannot do without (interpreter, database, disk, port)."""

    exit_code = ExitCode.ENVIRONMENT


class TargetFailed(HarnessError):
    """An application or server under test failed; the cell is failed with it, the campaign goes on."""

    exit_code = ExitCode.CELL_FAILED

    def __init__(self, what: str, *, phase: str, where: str = "", mend: str = "", log_tail: str = "") -> None:
        super().__init__(what, where=where, mend=mend)
        self.phase, self.log_tail = phase, redacted(log_tail)
