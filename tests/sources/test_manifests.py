"""Manifests behind URLs: fetched within limits, asked for seldom, and kept for when their server is away."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from hansa.sources.manifests import OUTDATED_SECONDS, Kept, RemoteManifests, keep_upload
from hansa.trouble import Severity, TroubleError


@pytest.fixture
def remote(tmp_path: Path) -> RemoteManifests:
    return RemoteManifests(tmp_path / "manifests")


def aged(kept: Kept, seconds: float) -> None:
    """As if it had been asked for so long ago."""
    then = time.time() - seconds
    os.utime(kept.file.with_suffix(".etag"), (then, then))


def test_it_is_fetched_once_within_half_a_minute(web: Any, remote: RemoteManifests) -> None:
    web.answers = {"/m.json": (200, {}, b"one")}
    kept = remote.fetch(f"{web.url}/m.json")
    assert kept.file.read_text() == "one"
    assert remote.fetch(f"{web.url}/m.json") == kept
    assert len(web.asked) == 1


def test_it_is_asked_again_and_its_file_stays_untouched_when_it_is_the_same(web: Any, remote: RemoteManifests) -> None:
    web.answers = {"/m.json": (200, {"ETag": '"1"'}, b"one")}
    kept = remote.fetch(f"{web.url}/m.json")
    before = kept.file.stat().st_mtime_ns
    aged(kept, 60)
    remote.fetch(f"{web.url}/m.json")
    assert (len(web.asked), kept.file.stat().st_mtime_ns) == (2, before)
    aged(kept, 60)
    web.answers = {"/m.json": (304, {}, b"")}
    remote.fetch(f"{web.url}/m.json")
    assert (len(web.asked), kept.file.read_text()) == (3, "one")


def test_a_new_text_replaces_the_old(web: Any, remote: RemoteManifests) -> None:
    web.answers = {"/m.json": (200, {}, b"one")}
    kept = remote.fetch(f"{web.url}/m.json")
    aged(kept, 60)
    web.answers = {"/m.json": (200, {}, b"two")}
    assert remote.fetch(f"{web.url}/m.json").file.read_text() == "two"


def test_while_its_server_is_away_the_last_copy_is_used_with_a_warning(web: Any, remote: RemoteManifests) -> None:
    web.answers = {"/m.json": (200, {}, b"one")}
    kept = remote.fetch(f"{web.url}/m.json")
    aged(kept, 3 * 86_400)
    web.answers = {"/m.json": (503, {}, b"")}
    again = remote.fetch(f"{web.url}/m.json")
    assert again.file.read_text() == "one"
    assert [(t.code, t.severity) for t in again.troubles] == [("H510", Severity.WARNING)]
    assert "503" in again.troubles[0].summary
    assert "3 days" in again.troubles[0].summary


def test_without_a_copy_it_is_an_error_that_shows_no_secret(web: Any, remote: RemoteManifests) -> None:
    web.answers = {}
    url = web.url.replace("http://", "http://user:pass@") + "/m.json?token=abc"
    with pytest.raises(TroubleError) as refused:
        remote.fetch(url)
    said = str(refused.value)
    assert "H510" in said
    assert "pass" not in said.replace("passed", "")
    assert "abc" not in said
    assert not remote.folder.exists()


@pytest.mark.parametrize("url", ["http://[::1/x.json", "http://u:pass@[::1/x?token=abc", "http://a..b/", "http://h:port/"])
def test_an_address_that_is_none_is_an_error_too(remote: RemoteManifests, url: str) -> None:
    with pytest.raises(TroubleError, match="H510") as refused:
        remote.fetch(url)
    assert "pass" not in str(refused.value).replace("passed", "")
    assert "abc" not in str(refused.value)


def test_an_upload_is_kept_once_and_old_ones_go(tmp_path: Path) -> None:
    asked: list[str] = []

    def text(content: str) -> str:
        asked.append(content)
        return content

    first = keep_upload(tmp_path / "kept", "people", "blake2b:1", lambda: text("one"))
    assert keep_upload(tmp_path / "kept", "people", "blake2b:1", lambda: text("never")) == first
    assert (first.read_text(), asked) == ("one", ["one"])
    other = keep_upload(tmp_path / "kept", "people", "blake2b:2", lambda: text("two"))
    assert first.is_file(), "somebody may read it just now"
    os.utime(first, (0, time.time() - OUTDATED_SECONDS - 100))
    sales = keep_upload(tmp_path / "kept", "sales", "blake2b:1", lambda: text("three"))
    keep_upload(tmp_path / "kept", "people", "blake2b:3", lambda: text("four"))
    assert [f.is_file() for f in (first, other, sales)] == [False, True, True]


def test_an_upload_that_the_ledger_does_not_have_any_more_is_not_kept_as_nothing(tmp_path: Path) -> None:
    with pytest.raises(TroubleError, match="not in the ledger any more"):
        keep_upload(tmp_path / "kept", "people", "blake2b:1", lambda: None)
    assert keep_upload(tmp_path / "kept", "people", "blake2b:1", lambda: "one").read_text() == "one"


def test_an_upload_that_cannot_be_kept_is_a_trouble(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("no folder")
    with pytest.raises(TroubleError, match="H510"):
        keep_upload(tmp_path / "kept", "people", "blake2b:1", lambda: "one")
