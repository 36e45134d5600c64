"""The list of all pages."""

from collections.abc import Sequence
from typing import Final

from harness.report.documented.application import COMMAND, TIERS, Documented, as_text, server_name, table, with_version

INDEX: Final = "README.md"


def index(all_of: Sequence[Documented]) -> str:
    """In Markdown, a table for each tier that has an application."""
    tables = [
        part
        for tier, meaning in TIERS.items()
        if (those := [one for one in all_of if one.manifest.tier == tier])
        for part in (f"## {tier.capitalize()}", f"{meaning[0].upper()}{meaning[1:]}.", _table(those))
    ]
    opening = f"""\
# Applications

<!-- Made by `{COMMAND}` from apps/; do not edit. -->

{len(all_of)} applications, each with a page of its own: what it is, how it is served, what it answers,
which documentation it follows, and how to correct it. Two versions of a framework are for different versions of Python.
[What a reviewer looks at](../reviewing-an-application.md) says what makes an implementation fair."""
    return "\n\n".join([opening, *tables]) + "\n"


def _table(those: Sequence[Documented]) -> str:
    rows = (
        (
            f"[{as_text(one.manifest.title)}]({one.manifest.id}.md)",
            with_version(one.manifest.uses.framework, one.versions),
            server_name(one.servers[0], one),
            str(len(one.servers)),
            str(len(one.scenarios)),
        )
        for one in those
    )
    return table(("application", "framework", "default server", "servers", "scenarios"), rows)
