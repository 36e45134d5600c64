from pathlib import Path

import pytest

from harness.catalog.content import tree_digest


@pytest.fixture
def code(tmp_path: Path) -> Path:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "app.py").write_text("app = 1\n")
    return tmp_path


def test_it_changes_with_a_byte_a_name_and_a_new_file(code: Path) -> None:
    seen = {tree_digest(code)}
    (code / "package" / "app.py").write_text("app = 2\n")
    seen.add(tree_digest(code))
    (code / "package" / "app.py").rename(code / "package" / "other.py")
    seen.add(tree_digest(code))
    (code / "data.json").touch()
    seen.add(tree_digest(code))
    assert len(seen) == 4


def test_it_does_not_change_with_what_tools_and_runs_leave_behind(code: Path) -> None:
    before = tree_digest(code)
    for name in ("__pycache__", ".git", "node_modules", "mylib.egg-info"):
        (code / name).mkdir()
        (code / name / "file").write_text("left")
    (code / "requests.log").write_text("left")
    (code / "circle").symlink_to(code)
    assert tree_digest(code) == before


def test_the_same_code_elsewhere_has_the_same_digest(code: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "package").mkdir()
    (other / "package" / "app.py").write_text("app = 1\n")
    assert tree_digest(other) == tree_digest(code)


def test_of_code_alone_it_does_not_change_with_what_a_service_writes_beside_it(code: Path) -> None:
    before = tree_digest(code, code_alone=True)
    (code / "shop.sqlite3").write_bytes(b"orders")
    assert tree_digest(code, code_alone=True) == before
    (code / "more.py").write_text("x = 1\n")
    assert tree_digest(code, code_alone=True) != before
