"""Uploading a manifest to the server of another mesh: which version is there, then the one that replaces it."""

import contextlib
import http.client
import json
import secrets
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from hansa.addressing import checked_url
from hansa.frozen import dataclass
from hansa.trouble import Place, Severity, Trouble, TroubleError

SECONDS = 300.0
"""The server compiles its mesh with the manifest before it answers."""
_ADDRESS = "/api/v1/manifests"
_MOST_BYTES = 50_000_000
_NOT_OURS = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
"""What comes of reading an answer that no Hansa has given."""


class UploadRefused(TroubleError):
    """The server looked at the manifest, and the answer is no."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of an upload: the version that is there now, and what it changes, as the server says it."""

    domain: str
    version: int
    unchanged: bool
    changes: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class ManifestsOf:
    """The manifests of a server, by its address and a token. Each call has a connection of its own, and follows no redirect."""

    url: str
    token: str

    def upload(self, domain: str, document: str) -> Uploaded:
        """Replace the version that is there now by another. Raises TroubleError; `UploadRefused` for what the server refuses."""
        there = self._call("GET", f"{_ADDRESS}/{quote(domain)}", {})
        headers = {"Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(16)}
        tag = there.tag
        headers |= {"If-Match": tag} if not tag.startswith(('"0"', '"0-')) and tag else {"If-None-Match": "*"}
        answer = self._call("PUT", f"{_ADDRESS}/{quote(domain)}", headers, document.encode())
        try:
            said = json.loads(answer.body)
            changes = tuple(change for change in said["changes"] if isinstance(change, dict))
            return Uploaded(str(said["domain"]), int(said["version"]), bool(said["unchanged"]), changes)
        except _NOT_OURS:
            raise _unusable(answer.status) from None

    def _call(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> "_Answer":
        told = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", "User-Agent": "hansa", **headers}
        try:
            with contextlib.closing(self._connection()) as connection:
                connection.request(method, urlsplit(self.url).path.rstrip("/") + path, body, told)
                response = connection.getresponse()
                # What is cut off here is no JSON any more, and is told as an answer that cannot be used.
                body = response.read(_MOST_BYTES)
                if response.length and len(body) < _MOST_BYTES:
                    raise http.client.IncompleteRead(body, response.length)
                answer = _Answer(response.status, response.getheader("ETag") or "", body)
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0][:300]
            mend = "is `hansa serve` running there? Sending it again is safe"
            raise TroubleError(Trouble("H952", f"the server does not answer to the end: {reason}", mend=mend)) from None
        if answer.status < 300:
            return answer
        raise _problem(answer.body, answer.status)

    def _connection(self) -> http.client.HTTPConnection:
        at = urlsplit(self.url)
        if at.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(at.hostname or "", at.port, timeout=SECONDS, context=context)
        return http.client.HTTPConnection(at.hostname or "", at.port, timeout=SECONDS)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a server answered, read to its end."""

    status: int
    tag: str
    body: bytes


def manifests_of(url: str, environ: Mapping[str, str]) -> ManifestsOf:
    """The manifests of the server at an address, with the token of HANSA_TOKEN. Raises TroubleError."""
    address = checked_url(url, "upload to")
    token = environ.get("HANSA_TOKEN", "")
    if not token or not token.isascii() or not token.isprintable():
        mend = "set HANSA_TOKEN; `hansa token issue NAME --scope administer` at the server's mesh makes one"
        raise TroubleError(Trouble("H953", "an upload needs a token", mend=mend))
    return ManifestsOf(address, token)


def _problem(body: bytes, status: int) -> TroubleError:
    """The troubles of a problem document: the first is what it is about. Refusals are told from what could not be done."""
    try:
        said = json.loads(body)
        first = _trouble({**said, "summary": said["detail"], "severity": "error"})
        more = [_trouble(t) for t in (said.get("troubles") or ())[1:]]
    except _NOT_OURS:
        return _unusable(status)
    return UploadRefused(first, *more) if status in (403, 409, 412, 422) else TroubleError(first, *more)


def _trouble(said: Mapping[str, Any]) -> Trouble:
    places = tuple(Place(p["file"], p["line"], p["column"], p["note"]) for p in said["places"])
    return Trouble(said["code"], said["summary"], places, said["mend"], Severity(said["severity"]))


def _unusable(status: int) -> TroubleError:
    return TroubleError(Trouble("H749", f"the server's answer cannot be used: status {status}", mend="is it a Hansa server?"))
