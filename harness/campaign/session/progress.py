"""What a campaign tells while it runs. Who listens decides how to show it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from harness.model.found.ranking import Ranking
from harness.model.found.tuning import Tuned
from harness.model.found.variants import VariantComparison
from harness.model.measured.campaign import CampaignRecord
from harness.model.notice import Failure, Notice

if TYPE_CHECKING:  # it brings scipy, which takes seconds to load and verify has no use for
    from harness.analysis.inference.unresolved import Unresolved


class Progress(Protocol):
    """Called from the campaign's own thread; must not raise."""

    def step(self, text: str) -> None:
        """A named step begins, such as "Building environments"."""

    def block(self, number: int, cells: int) -> None:
        """A block begins."""

    def advance(self, done_s: float, total_s: float) -> None:
        """Seconds of planned measuring behind, and in all, as far as known."""

    def answer(self, record: CampaignRecord, ranking: Ranking, still_open: "Sequence[Unresolved]") -> None:
        """What is known of the campaign after a block, and what of each scenario is not resolved yet."""

    def compared(self, found: VariantComparison) -> None:
        """What is known after a block of two variants."""

    def raced(self, record: CampaignRecord, found: Tuned) -> None:
        """What is known after a block of configurations that race."""

    def ending(self, now: bool) -> None:
        """An end was asked for, and comes now or after the rotation in hand. Called from a signal handler."""

    def failed(self, failure: Failure) -> None:
        """A cell has failed; the campaign goes on."""

    def noticed(self, notice: Notice) -> None:
        """Something a reader of the result must know."""


class Silent:
    """Progress for nobody: tests, and `--quiet`."""

    def step(self, text: str) -> None: ...
    def block(self, number: int, cells: int) -> None: ...
    def advance(self, done_s: float, total_s: float) -> None: ...
    def answer(self, record: CampaignRecord, ranking: Ranking, still_open: "Sequence[Unresolved]") -> None: ...
    def compared(self, found: VariantComparison) -> None: ...
    def raced(self, record: CampaignRecord, found: Tuned) -> None: ...
    def ending(self, now: bool) -> None: ...
    def failed(self, failure: Failure) -> None: ...
    def noticed(self, notice: Notice) -> None: ...
