"""Scenarios, found in folders: scenarios/<id>/."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.catalog.checks import Check, loaded_check
from harness.catalog.document import Document, all_faults, read
from harness.catalog.fault import ManifestFault, refuse
from harness.catalog.folders import folders_with
from harness.catalog.prepared import SCRIPT, prepared_requests
from harness.catalog.scripts import DESCRIBED_IN
from harness.contract.judge import BODYLESS
from harness.model.asked.request import Level, Request, uncaptured
from harness.model.asked.scenario import ScenarioManifest
from harness.model.errors import UsageError
from harness.model.given_file import lies_at
from harness.model.measured.load import LoadScenario

MANIFEST = "scenario.toml"


@dataclass(frozen=True)
class Scenario:
    """What is asked and what is right: the manifest, and check.py where there is one."""

    manifest: ScenarioManifest
    folder: Path
    check: Check | None = None

    @property
    def id(self) -> str:
        return self.manifest.id

    @property
    def requests(self) -> tuple[Request, ...]:
        """What is asked: the manifest's requests, or those that prepare.py makes. Raises UsageError where it cannot."""
        prepared = self.manifest.prepared
        return prepared_requests(self._script, *prepared.given) if prepared else self.manifest.requests

    @property
    def probe(self) -> Request:
        """What a starting server is asked until it answers, with whatever status."""
        return self.requests[0] if self.manifest.prepared else self.manifest.probe

    @property
    def _script(self) -> Path:
        return self.folder.absolute() / SCRIPT

    @property
    def for_driver(self) -> LoadScenario:
        """The scenario as the load generator is given it."""
        check = str(self.check.path) if self.check else None
        together = self.check is not None and self.check.check_many is not None
        return LoadScenario(
            id=self.id,
            kind=self.manifest.kind,
            requests=self.manifest.requests,
            prepare=str(self._script) if self.manifest.prepared else None,
            prepared=self.manifest.prepared.given if self.manifest.prepared else (),
            expect=self.manifest.expect,
            check=check,
            together=together,
        )

    def working(self, work: int) -> "Scenario":
        """The same scenario, in which a request that computes takes so many steps."""
        prepared = self.manifest.prepared
        assert prepared is not None, "only what is prepared can be calibrated"
        changed = {"prepared": prepared.model_copy(update={"work": work})}
        return replace(self, manifest=self.manifest.model_copy(update=changed))

    def at(self, level: Level) -> "Scenario":
        """The same scenario, driven at another of its levels."""
        rank = self.manifest.rank.model_copy(update={"at": level})
        return replace(self, manifest=self.manifest.model_copy(update={"rank": rank}))


def find_scenarios(root: Path, extra: Sequence[Path] = ()) -> tuple[Scenario, ...]:
    """Every scenario under `root`, by id, then those under the `extra` folders. Raises UsageError that tells all faults
    of all of them at once, and where an extra folder holds none."""
    faults: list[ManifestFault] = []
    scenarios: list[Scenario] = []
    first: dict[str, Path] = {}
    for folder in (*folders_with(MANIFEST, root), *(found for given in extra for found in _given(given, root))):
        document = read(folder / MANIFEST, ScenarioManifest)
        path = folder / "check.py"
        check = loaded_check(path.absolute()) if lies_at(path) else None
        faults += all_faults(document, list(_faults(document, check)) if document.raw else [])
        taken = first.setdefault(folder.name, folder)
        if taken is not folder:
            faults.append(document.fault("id", f'"{folder.name}" is taken by {taken}', "choose another id"))
        if isinstance(check, ManifestFault):
            faults.append(check)
        elif document.record:
            scenarios.append(Scenario(document.record, folder, check))
    refuse(faults, DESCRIBED_IN)
    return tuple(scenarios)


def _given(folder: Path, root: Path) -> tuple[Path, ...]:
    """The scenarios in a folder that a person named."""
    if folder.resolve() == root.resolve():
        return ()
    found = tuple(folders_with(MANIFEST, folder.absolute()))
    if not found:
        raise UsageError(
            f"no folder in it holds a {MANIFEST}", where=f"--scenarios {folder}", mend=f"See {DESCRIBED_IN}."
        )
    return found


def _faults(document: Document[ScenarioManifest], check: Check | ManifestFault | None) -> Iterator[ManifestFault]:
    """What the model cannot see: names, files, and keys that must agree."""
    name = document.path.parent.name
    given, expect = document.raw.get("id"), document.table("expect")
    if isinstance(given, str) and given != name:
        yield document.fault("id", f'"{given}" is not the name of its folder', f'make both "{name}"')
    prepared = "prepared" in document.raw
    if prepared and not lies_at(document.path.parent / SCRIPT):
        yield document.fault("prepared", f"there is no {SCRIPT} beside the manifest", f"write {SCRIPT}")
    if expect and not _says_all(expect) and check is None and not prepared:
        yield document.fault("expect.body", "nothing says what a right body is", "give the body, or write check.py")
    requests = document.raw.get("requests")
    for number, request in enumerate(requests if isinstance(requests, list) else []):
        own = request.get("expect") if isinstance(request, dict) else None
        if isinstance(own, dict) and not (_says_all(own) or request.get("method") == "HEAD"):
            what, mend = "check.py is not asked about a request with its own expect", 'give the body, or form = "any"'
            yield document.fault(f"requests.{number}.expect.body", what, mend)
    yield from _capture_faults(document)
    if document.table("audit") and "database" not in _listed(document.raw.get("needs")):
        yield document.fault("audit", "the scenario needs no database", 'write needs = ["database"]')
    for key, value in document.table("audit").items():
        if value == "n" and not _takes_n(document):
            yield document.fault(f"audit.{key}", '"n", but no request\'s path holds {n}', "give a number")
    for table, prefix in ((document.raw, ""), (document.table("techempower"), "techempower.")):
        levels, rank = table.get("levels"), table.get("rank")
        if isinstance(levels, list):
            if isinstance(rank, dict) and "at" in rank and rank["at"] not in levels:
                mend = "name a level exactly as it stands there"
                yield document.fault(f"{prefix}rank.at", "is not one of the levels", mend)
            yield from _parameter_faults(document, levels, prefix)


def _listed(given: object) -> list[object]:
    return given if isinstance(given, list) else []


def _says_all(expect: dict[str, object]) -> bool:
    """Whether nothing of a body is left to be judged by check.py."""
    return "body" in expect or expect.get("form") == "any" or expect.get("status") in BODYLESS


def _capture_faults(document: Document[ScenarioManifest]) -> Iterator[ManifestFault]:
    """Each value is captured before it is sent."""
    if document.record is None:
        return
    manifest = document.record
    for key, what, mend in uncaptured(manifest.before, manifest.requests):
        yield document.fault(key, what, mend)


def _parameter_faults(
    document: Document[ScenarioManifest], levels: list[object], prefix: str
) -> Iterator[ManifestFault]:
    """A level gives `n` just when a request asks for it."""
    asked = _takes_n(document)
    for number, level in enumerate(levels):
        if isinstance(level, dict) and ("n" in level) != asked:
            what = "no n, but a request's path holds {n}" if asked else "n, but no request's path holds {n}"
            yield document.fault(f"{prefix}levels.{number}", what, "give n to every level just when a path holds {n}")


def _takes_n(document: Document[ScenarioManifest]) -> bool:
    """Whether a request's path holds {n}."""
    requests = document.raw.get("requests")
    paths = [r.get("path", "") for r in requests if isinstance(r, dict)] if isinstance(requests, list) else []
    return any("{n}" in str(path) for path in paths)
