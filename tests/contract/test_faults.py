"""Codes of faults: each one that is given is documented, and each one that is documented is given."""

import re
from pathlib import Path

from harness.contract.faults import FAULTS

ROOT = Path(__file__).parents[2]
ROOMS = ("contract", "under_test", "campaign")
SOURCES = (*(ROOT / "harness" / room for room in ROOMS), ROOT / "scenarios")


def test_the_documentation_has_every_code_and_its_meaning_and_no_other() -> None:
    text = (ROOT / "docs" / "contract.md").read_text().partition("## Faults and their codes")[2]
    assert dict(re.findall(r"^\| `([a-z0-9-]+)` \| (.+) \|$", text, re.MULTILINE)) == dict(FAULTS)


def test_every_code_is_given_somewhere_and_no_other_is() -> None:
    code = "".join(path.read_text() for folder in SOURCES for path in folder.rglob("*.py"))
    given = set(re.findall(r'Fault\(\s*code="([a-z0-9-]+)"', code)) | set(re.findall(r'"code": "([a-z0-9-]+)"', code))
    assert given == set(FAULTS)
