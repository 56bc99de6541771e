"""Files that commands write are there whole or not at all, and those of others keep their ends of lines."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hansa.scaffold import NewFile, amend, put, write_new
from hansa.trouble import TroubleError


@contextmanager
def room(size: int) -> Iterator[None]:
    """No file may grow larger than this."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_file_that_cannot_be_written_whole_stays_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    put(file, "before")
    with room(100), pytest.raises(OSError, match="large"):
        put(file, "x" * 1_000)
    assert [p.name for p in tmp_path.iterdir()] == ["a.yaml"]
    assert file.read_text() == "before"


def test_a_file_keeps_its_rights_and_a_link_leads_where_it_led(tmp_path: Path) -> None:
    file, link = tmp_path / "a.yaml", tmp_path / "link.yaml"
    put(file, "before")
    file.chmod(0o640)
    link.symlink_to(file)
    put(link, "after")
    assert link.is_symlink()
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("after", 0o640)


def test_a_pipe_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    put(pipe, "text")
    assert os.read(reading, 10) == b"text"
    os.close(reading)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, b"one\n"),
        (b"", b"one\n"),
        (b"a\n", b"a\none\n"),
        (b"a\r\nb\r\n", b"a\r\nb\r\none\r\n"),
        (b"a\r\nb\n", b"a\r\nb\none\n"),
    ],
)
def test_lines_end_as_they_did(before: bytes | None, after: bytes, tmp_path: Path) -> None:
    file = tmp_path / "new" / "a.yaml"
    if before is not None:
        file.parent.mkdir()
        file.write_bytes(before)
    assert amend(file, lambda text: text + "one\n")
    assert file.read_bytes() == after
    assert not amend(file, lambda text: text)


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_what_is_no_text_is_left_alone(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.mkdir() if content is None else file.write_bytes(content)
    with pytest.raises(OSError, match=r"UTF-8|directory"):
        amend(file, lambda text: text + "one\n")
    assert content is None or file.read_bytes() == content


def test_of_new_files_all_are_written_or_none(tmp_path: Path) -> None:
    files = (NewFile("x/a.yaml", "short"), NewFile("x/b.yaml", "y" * 1_000))
    with room(100), pytest.raises(TroubleError, match="H939"):
        write_new(tmp_path, files)
    assert list((tmp_path / "x").iterdir()) == []
    (tmp_path / "domains").write_text("no folder")
    with pytest.raises(TroubleError, match="H939"):
        write_new(tmp_path, (NewFile("domains/a.yaml", "text"),))
