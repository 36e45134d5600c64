"""What `harness diff` was asked: two sides of one application, and how their words were understood."""

from harness.model.asked.gate import Threshold
from harness.model.record import Record, Slug


class Side(Record):
    """One side. `app`: the id of its application in the campaign. `name`: what sets it apart, for people.

    `words`: as they were given; none where the side is the application as it is. `understood`: what each word was
    taken for. `commit`: of the revision whose files were measured; None where they were the files as they lay there.
    """

    app: Slug
    name: str
    words: tuple[str, ...] = ()
    understood: tuple[str, ...] = ()
    commit: str | None = None


class Diff(Record):
    """Two sides of one application. `title`: the application's own. `same`: whether nothing sets the two apart, so that
    they are one thing measured twice. `thresholds`: of the gate; the campaign goes on until each is decided,
    or without any until there are verdicts."""

    application: Slug
    title: str
    a: Side
    b: Side
    same: bool = False
    thresholds: tuple[Threshold, ...] = ()
