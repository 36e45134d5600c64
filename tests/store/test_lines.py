import resource
import subprocess
import sys
import textwrap
from pathlib import Path

from harness.store.lines import append_lines, read_lines


def number(line: dict[str, int]) -> int:
    if set(line) != {"number"}:
        raise ValueError("not a number line")
    return line["number"]


def test_what_was_appended_is_read_back_in_order(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    append_lines(path, [{"number": 1}, {"number": 2}])
    append_lines(path, [{"number": 3}])
    assert read_lines(path, number) == ((1, 2, 3), ())


def test_a_missing_file_holds_nothing(tmp_path: Path) -> None:
    assert read_lines(tmp_path / "none.jsonl", number) == ((), ())


def test_a_half_line_left_by_a_kill_is_told_by_its_number_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    append_lines(path, [{"number": 1}, {"number": 2}])
    path.write_bytes(path.read_bytes()[:-6])
    append_lines(path, [{"number": 3}])
    taken, notices = read_lines(path, number)
    assert taken == (1, 3)
    assert [notice.code for notice in notices] == ["broken-line"]
    assert "line 2" in notices[0].seen


def test_a_line_of_another_shape_and_bytes_that_are_no_text_are_told_and_skipped(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_bytes(b'{"number": 1}\n{"other": 2}\n\xff\xfe\n[]\n{"number": 4}\n')
    taken, notices = read_lines(path, number)
    assert taken == (1, 4)
    assert len(notices) == 3


def test_a_full_disk_ends_in_one_message_and_keeps_what_was_written(tmp_path: Path) -> None:
    # A limit on the file's size fails a write just as a full disk does, without filling one.
    path = tmp_path / "lines.jsonl"
    append_lines(path, [{"number": 1}])
    program = textwrap.dedent(f"""
        import resource, signal, sys
        from pathlib import Path
        from harness.model.errors import EnvironmentRefused
        from harness.store.lines import append_lines
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
        try:
            append_lines(Path({str(path)!r}), [{{"number": n}} for n in range(100)])
        except EnvironmentRefused as error:
            print(error)
            sys.exit(int(error.exit_code))
    """)
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 64
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 5, ended.stderr
    assert "cannot be written" in ended.stdout
    assert "--resume" in ended.stdout
    assert read_lines(path, number)[0][0] == 1
