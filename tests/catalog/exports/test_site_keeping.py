"""The folder of a site: only ours, whole files only, what changed and nothing else."""

import fcntl
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.catalog.exports.site import SiteFile, keep, safe
from hansa.trouble import TroubleError


def files(**texts: str) -> list[SiteFile]:
    return [SiteFile(name.replace("__", "/"), text.encode()) for name, text in texts.items()]


def code(folder: Path, made: list[SiteFile]) -> str:
    with pytest.raises(TroubleError) as refused:
        keep(folder, made)
    return refused.value.troubles[0].code


def test_what_changed_is_written_and_what_is_gone_removed(tmp_path: Path) -> None:
    site = tmp_path / "deep" / "site"
    assert keep(site, files(a="1", b__c="2", b__d__e="3")).written == 3
    stays = (site / "a").stat()
    (site / "CNAME").write_text("somebody's own")
    kept = keep(site, files(a="1", b__c="other"))
    assert (kept.written, kept.unchanged, kept.removed) == (1, 1, 1)
    assert (site / "a").stat().st_mtime_ns == stays.st_mtime_ns
    assert (site / "a").stat().st_ino == stays.st_ino
    assert (site / "b/c").read_text() == "other"
    assert not (site / "b/d").exists()
    assert (site / "CNAME").read_text() == "somebody's own"


def test_a_folder_of_others_is_refused_and_left(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("mine")
    assert code(tmp_path, files(index="x")) == "H871"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["index.html"]
    (tmp_path / "file").write_text("x")
    assert code(tmp_path / "file", files(a="x")) == "H871"


def test_a_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    site, outside = tmp_path / "site", tmp_path / "outside"
    outside.mkdir()
    (outside / "c").write_text("kept")
    keep(site, files(a="1"))
    (site / "b").symlink_to(outside)
    assert code(site, files(a="1", b__c="2")) == "H871"
    assert (outside / "c").read_text() == "kept"
    (site / "b").unlink()
    (site / "a").unlink()
    (site / "a").symlink_to(outside / "c")
    keep(site, files(a="new"))
    assert (outside / "c").read_text() == "kept"
    assert (site / "a").read_text() == "new"
    assert not (site / "a").is_symlink()


@pytest.mark.parametrize("listed", ["../../victim", "/etc/victim", "a/../../victim", "..", "x\\..\\victim"])
def test_a_list_that_somebody_changed_removes_nothing_outside(tmp_path: Path, listed: str) -> None:
    victim = tmp_path / "victim"
    victim.write_text("kept")
    site = tmp_path / "deep" / "site"
    keep(site, files(a="1"))
    (site / ".hansa-site-files").write_text(f"a\n{listed}\n")
    keep(site, files(a="1"))
    assert victim.read_text() == "kept"


@pytest.mark.parametrize("path", ["../a", "/a", "a//b", "a/./b", "", "a\\b"])
def test_no_file_is_written_outside(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValueError, match="no path of a site"):
        keep(tmp_path / "site", [SiteFile(path, b"x")])


def test_a_writer_that_died_leaves_nothing_behind_for_good(tmp_path: Path) -> None:
    site = tmp_path / "site"
    keep(site, files(a="1"))

    def dying() -> Iterator[SiteFile]:
        yield SiteFile("a", b"2")
        yield SiteFile("never/seen/again", b"3")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keep(site, dying())
    assert (site / "never/seen/again").exists()
    (site / "never/seen/again.hansa-new").write_text("half")
    keep(site, files(a="2"))
    assert not (site / "never").exists()
    assert sorted(p.name for p in site.iterdir()) == [".hansa-site", ".hansa-site-files", "a"]


def test_a_file_is_there_as_a_whole_at_any_time(tmp_path: Path) -> None:
    site = tmp_path / "site"
    texts = [c * 200_000 for c in "ab"]
    keep(site, files(a=texts[0]))
    seen: set[str] = set()
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            seen.add((site / "a").read_text())

    reader = threading.Thread(target=look)
    reader.start()
    for n in range(60):
        keep(site, files(a=texts[n % 2]))
    over.set()
    reader.join()
    assert seen <= set(texts)


def test_of_two_writers_one_is_refused(tmp_path: Path) -> None:
    site = tmp_path / "site"
    keep(site, files(a="1"))
    held = os.open(site / ".hansa-site", os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert code(site, files(a="2")) == "H872"
    finally:
        os.close(held)
    assert (site / "a").read_text() == "1"


@given(st.lists(st.text(max_size=200), unique=True, max_size=8))
def test_names_are_safe_as_files_and_different_ones_stay_so(names: list[str]) -> None:
    made = [safe(n) for n in names]
    for name in made:
        assert name == name.lower()
        assert name.isascii()
        assert 0 < len(name) <= 160
        assert not set(name) & set('/\\:*?"<>|\0 ')
        assert name not in (".", "..")
        assert not name.endswith(".")
        assert name.split(".")[0] not in ("con", "nul", "aux", "prn", "com1", "lpt1")
    assert len(set(made)) == len(names)


@pytest.mark.parametrize(
    "name", ["con", "nul.txt", "../../etc/passwd", "Straße", "STRASSE", "ä" * 200, "a" * 200, "a.", ".a", "\u202e"]
)
def test_names_that_no_file_can_have_get_another(name: str) -> None:
    assert safe(name) != name
    assert safe("customer.profiles") == "customer.profiles"
