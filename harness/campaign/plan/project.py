"""Where the project keeps its folders."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Project:
    """The checkout: applications, scenarios, results, reports, cache."""

    root: Path

    @classmethod
    def here(cls) -> "Project":
        """The checkout this harness was installed from (it is installed in place by `make setup`)."""
        return cls(Path(__file__).resolve().parents[3])

    @property
    def apps(self) -> Path:
        return self.root / "apps"

    def applications_in(self, room: str) -> tuple[Path, ...]:
        """Folders of the applications below this folder of apps/, such as `_statements`; none where `room` is empty."""
        return tuple(path.parent for path in sorted((self.apps / room).glob("*/app.toml"))) if room else ()

    @property
    def scenarios(self) -> Path:
        return self.root / "scenarios"

    @property
    def results(self) -> Path:
        return self.root / "results"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def cache(self) -> Path:
        return self.root / ".cache"
