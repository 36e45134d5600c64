"""Two campaigns compared -> a page of its own and its figures."""

from pathlib import Path

from harness.analysis.compare.comparison import Measured
from harness.model.errors import EnvironmentRefused
from harness.model.found.comparison import Comparison
from harness.model.measured.campaign import CampaignRecord
from harness.report.export import as_json
from harness.report.page import comparison_html
from harness.report.reading import read
from harness.report.write import put


def measured(results: Path) -> Measured:
    """The campaign in a results folder, as it can be compared. Raises UsageError where there is none."""
    source = read(results)
    return Measured(source.record, source.trials)


def write_comparison(comparison: Comparison, later: CampaignRecord, out: Path) -> Path:
    """Write `compare.html` and `comparison.json` into `out`, and return the path of the first.

    Raises EnvironmentRefused where `out` cannot be written.
    """
    page, figures = comparison_html(comparison, later), as_json(comparison.model_dump(mode="json"))
    try:
        out.mkdir(parents=True, exist_ok=True)
        put(out / "comparison.json", figures)
        put(out / "compare.html", page)
    except OSError as error:
        raise EnvironmentRefused(
            f"the comparison cannot be written: {error.strerror}", where=str(out), mend="name another folder with --out"
        ) from None
    return out / "compare.html"
