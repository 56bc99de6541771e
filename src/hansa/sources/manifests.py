"""Manifests as files: those behind URLs, fetched within limits and kept, so that a mesh can be checked while their server is
away; and those that were uploaded, of which the ledger has the text.
"""

import hashlib
import http.client
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hansa.frozen import dataclass
from hansa.sources.http import OnlyWeb
from hansa.sources.support import shown_url
from hansa.trouble import Severity, Trouble, TroubleError

TIMEOUT_SECONDS = 10.0
SIZE_LIMIT = 200_000_000
FRESH_SECONDS = 30.0
"""A copy as young as this is taken without asking: one sequence of commands sees one state."""
OUTDATED_SECONDS = 3_600.0


@dataclass(frozen=True, slots=True)
class Kept:
    """The file that a manifest was kept in, and what is to be told about it."""

    file: Path
    troubles: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True)
class RemoteManifests:
    """Fetches manifests into a folder: one file a URL, and beside it the entity tag, whose file is as old as the last answer."""

    folder: Path

    def fetch(self, url: str) -> Kept:
        """The newest text of a URL. When its server is away, the copy of last time with a warning. Raises `TroubleError`."""
        file = self.folder / f"{hashlib.blake2b(url.encode(), digest_size=12).hexdigest()}.json"
        if file.is_file() and _age(file.with_suffix(".etag")) < FRESH_SECONDS:
            return Kept(file)
        try:
            self._refresh(url, file)
        except (urllib.error.URLError, OSError, http.client.HTTPException, ValueError) as error:
            reason = f"the manifest {shown_url(url)} cannot be fetched: {_reason(error)}"
            if not file.is_file():
                mend = "check the address and the network; it must answer without a login"
                raise TroubleError(Trouble("H510", reason, mend=mend)) from None
            days = _age(file.with_suffix(".etag")) / 86_400
            summary = f"{reason}; the copy of {days:.0f} days ago is used" if days >= 1 else f"{reason}; the last copy is used"
            return Kept(file, (Trouble("H510", summary, (), "check the address and the network", Severity.WARNING),))
        return Kept(file)

    def _refresh(self, url: str, file: Path) -> None:
        tag = file.with_suffix(".etag")
        headers = {"User-Agent": "hansa", "Accept-Encoding": "identity", "Accept": "application/json"}
        if file.is_file() and tag.is_file() and (known := tag.read_text(encoding="utf-8")):
            headers["If-None-Match"] = known
        opener = urllib.request.build_opener(OnlyWeb)
        try:
            with opener.open(urllib.request.Request(url, headers=headers), timeout=TIMEOUT_SECONDS) as answer:
                text, given = _bounded(answer), str(answer.headers.get("ETag") or "")
        except urllib.error.HTTPError as error:
            error.close()
            if error.code != 304:
                raise
            os.utime(tag)  # asked now; the text, and with it what was compiled from it, stays as it is
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        if not file.is_file() or file.read_bytes() != text:
            unfinished = file.with_suffix(f".{os.getpid()}")
            unfinished.write_bytes(text)
            unfinished.replace(file)
        tag.write_text(given if given.isprintable() else "", encoding="utf-8")


def keep_upload(folder: Path, domain: str, digest: str, text: Callable[[], str | None]) -> Path:
    """The file with a document that was uploaded; `text` is asked only where there is none yet. Raises `TroubleError`.

    A document never changes, and its digest is in the file's name. Older files go, but not those that somebody may read just now.
    """
    file = folder / f"{domain}@{hashlib.blake2b(digest.encode(), digest_size=12).hexdigest()}.json"
    if file.is_file():
        return file
    document = text()
    if document is None:
        # Nothing is kept in its place: it would be taken for the document ever after.
        summary = f"the uploaded manifest of {domain} is not in the ledger any more"
        raise TroubleError(Trouble("H510", summary, mend="run the command again; its team can upload it anew"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        unfinished.write_text(document, encoding="utf-8")
        # Older than the command that needs it, which else could not keep the mesh: no file of that name says anything else.
        os.utime(unfinished, (time.time() - 60, time.time() - 60))
        unfinished.replace(file)
        for old in folder.glob(f"{domain}@*"):
            if old != file and _age(old) > OUTDATED_SECONDS:
                old.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        summary = f"the uploaded manifest of {domain} cannot be kept in {folder.name}: {reason}"
        raise TroubleError(Trouble("H510", summary, mend="make room, or give your user the right to write there")) from None
    return file


def _bounded(answer: Any) -> bytes:
    text = bytes(answer.read(SIZE_LIMIT + 1))
    if len(text) > SIZE_LIMIT:
        raise ValueError(f"it is larger than {SIZE_LIMIT // 1_000_000} MB")
    return text


def _age(file: Path) -> float:
    try:
        return max(0.0, time.time() - file.stat().st_mtime)
    except OSError:
        return float("inf")


def _reason(error: BaseException) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"it answers {error.code} {error.reason}"
    return str(getattr(error, "reason", error)) or type(error).__name__
