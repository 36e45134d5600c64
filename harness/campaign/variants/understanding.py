"""What the words of a side mean, beside a repository and a lock: a name is a git revision or a package."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from harness.campaign.variants.revisions import Repository, Revision, revision
from harness.campaign.variants.sides import AS_IT_LIES, ENVIRONMENT, SETTINGS, SideAsked
from harness.model.errors import UsageError
from harness.model.foreign import HIDDEN, secrets_in


@dataclass(frozen=True)
class Understood:
    """A side whose names are decided. `revision`: None for the files as they lie there. `lines`: what each word was
    taken for. `words`: the words, without secrets."""

    asked: SideAsked
    revision: Revision | None
    requirements: tuple[Requirement, ...]
    words: tuple[str, ...]
    lines: tuple[str, ...]


AS_THEY_LIE: Final = "the files as they lie there"


def understood(
    asked: SideAsked, repository: Repository | None, why_no_repository: str, packages: Collection[str]
) -> Understood:
    """Decide each name: a git revision where the repository knows one of that name, else a package of the lock
    (`packages`, by normalised names), of which it means the newest version that fits.

    Raises UsageError that names every word that is neither, and two revisions for one side.
    """
    revisions = {name: found for name in asked.names if repository and (found := revision(repository, name))}
    others = [name for name in asked.names if name not in revisions]
    faults = [
        f'{asked.option} "{name}": is neither a git revision ({_no_revision(repository, why_no_repository)}) nor a'
        f" package of its lock; a package is added with a version: {name}>=0"
        for name in others
        if _package(name) not in packages
    ]
    required = {canonicalize_name(one.name) for one in asked.requirements}
    faults += [f'{asked.option} "{name}": is given twice' for name in others if _package(name) in required]
    trees = [*revisions, *([AS_IT_LIES] if asked.as_it_lies else [])]
    if len(trees) > 1:
        faults.append(f"{asked.option}: a side is of one revision, not of {' and '.join(trees)}")
    if faults:
        raise UsageError("\n".join(faults))
    return Understood(
        asked=asked,
        revision=next(iter(revisions.values()), None),
        requirements=(*asked.requirements, *(Requirement(name) for name in others)),
        words=tuple(_without_secrets(word) for word in asked.words),
        lines=tuple(_lines(asked, revisions, packages)),
    )


def _no_revision(repository: Repository | None, why: str) -> str:
    return f"the repository {repository.top} knows none" if repository else why


def _package(name: str) -> str | None:
    try:
        return canonicalize_name(Requirement(name).name)
    except InvalidRequirement:
        return None


def _without_secrets(word: str) -> str:
    name, _, value = word.removeprefix(ENVIRONMENT).partition("=")
    hidden = word.startswith(ENVIRONMENT) and secrets_in({name: value})
    return f"{ENVIRONMENT}{name}={HIDDEN}" if hidden else word


def _lines(asked: SideAsked, revisions: dict[str, Revision], packages: Collection[str]) -> Iterator[str]:
    for word in asked.words:
        if word in revisions:
            also = f"; the package is written {word}>=0" if _package(word) in packages else ""
            yield f"{word}: git revision {revisions[word].short}{also}"
        elif word == AS_IT_LIES:
            yield f"{word}: {AS_THEY_LIE}"
        elif word in asked.names:
            yield f"{word}: the newest version of the package that fits"
        elif word.startswith(ENVIRONMENT):
            yield f"{_without_secrets(word)}: an environment variable"
        elif word.partition("=")[0] in SETTINGS and "==" not in word:
            yield f"{word}: a setting"
        else:
            yield f"{word}: a requirement"
