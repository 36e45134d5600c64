"""What `harness tune` was asked: the configuration of one application that is best on this machine."""

from pydantic import Field

from harness.model.record import Record, Slug


class Tuning(Record):
    """One application, each of its candidates a cell of the plan.

    `title`: the application's own. `default`: id of the cell that `harness run` would measure; None where it is no
    candidate. `p99_s`: the limit on the 99th percentile of response times at the fixed rate of the plan's latency
    windows; None without a limit. `src`: whether its modules lie in the folder src of its root.
    """

    application: Slug
    title: str
    default: str | None = None
    src: bool = False
    p99_s: float | None = Field(default=None, gt=0)
