"""Files are read to their end, as far as is allowed, whatever size they are said to have."""

import os
import sys
from pathlib import Path

import pytest

from hansa.declare.files import Folder


def test_a_file_is_read_without_its_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\xef\xbb\xbfname: \xc3\xa4\n")
    assert Folder(tmp_path).text(tmp_path / "file", 100) == ("name: ä\n", ())


def test_bytes_that_are_no_text_are_told_with_their_place(tmp_path: Path) -> None:
    for start in (b"", b"\xef\xbb\xbf"):
        (tmp_path / "file").write_bytes(start + b"a: b\nc: \xff\n")
        text, (trouble,) = Folder(tmp_path).text(tmp_path / "file", 100)
        assert text is None
        assert (trouble.code, trouble.places[0].line, trouble.places[0].column) == ("H103", 2, 4)


@pytest.mark.parametrize("size", [0, 1, 99, 100, 101, 200_000])
def test_a_file_is_read_whole_up_to_what_is_allowed(tmp_path: Path, size: int) -> None:
    (tmp_path / "file").write_bytes(b"x" * size)
    text, troubles = Folder(tmp_path).text(tmp_path / "file", 100)
    assert (text, [t.code for t in troubles]) == (("x" * size, []) if size <= 100 else (None, ["H102"]))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows processes as files")
def test_a_file_that_does_not_say_how_large_it_is_is_read_to_its_end() -> None:
    file = Path("/proc/self/maps")
    assert file.stat().st_size == 0
    text, _ = Folder(file.parent).text(file, 5_000_000)
    assert text is not None
    assert text.count("\n") > 20
    assert text.endswith("\n")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "file")
    text, (trouble,) = Folder(tmp_path).text(tmp_path / "file", 100)
    assert (text, trouble.code) == (None, "H101")
