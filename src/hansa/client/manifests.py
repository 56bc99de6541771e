"""Uploading a manifest to the server of another mesh: which version is there, then the one that replaces it."""

import http.client
import json
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from hansa.addressing import checked_url
from hansa.trouble import Place, Severity, Trouble, TroubleError

SECONDS = 300.0
"""The server compiles its mesh with the manifest before it answers."""
_ADDRESS = "/api/v1/manifests"


class UploadRefused(TroubleError):
    """The server looked at the manifest, and the answer is no."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of an upload. `breaking` are the changes that break readers who have accepted it, or of whom there are none."""

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
        tag = there.getheader("ETag") or ""
        headers |= {"If-Match": tag} if not tag.startswith(('"0"', '"0-')) and tag else {"If-None-Match": "*"}
        answer = self._call("PUT", f"{_ADDRESS}/{quote(domain)}", headers, document.encode())
        try:
            said = json.loads(answer.read())
            return Uploaded(said["domain"], int(said["version"]), bool(said["unchanged"]), tuple(said["changes"]))
        except (ValueError, KeyError, TypeError):
            raise _unusable(answer.status) from None

    def _call(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> http.client.HTTPResponse:
        told = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", "User-Agent": "hansa", **headers}
        try:
            connection = self._connection()
            connection.request(method, urlsplit(self.url).path.rstrip("/") + path, body, told)
            response = connection.getresponse()
            if response.status < 300:
                return response
            raise _problem(response.read(1_000_000), response.status)
        except (OSError, http.client.HTTPException) as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0][:300]
            mend = "is `hansa serve` running there? Sending it again is safe"
            raise TroubleError(Trouble("H952", f"the server does not answer to the end: {reason}", mend=mend)) from None

    def _connection(self) -> http.client.HTTPConnection:
        at = urlsplit(self.url)
        if at.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(at.hostname or "", at.port, timeout=SECONDS, context=context)
        return http.client.HTTPConnection(at.hostname or "", at.port, timeout=SECONDS)


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
    except (ValueError, KeyError, TypeError):
        return _unusable(status)
    return UploadRefused(first, *more) if status in (403, 409, 412, 422) else TroubleError(first, *more)


def _trouble(said: Mapping[str, Any]) -> Trouble:
    places = tuple(Place(p["file"], p["line"], p["column"], p["note"]) for p in said["places"])
    return Trouble(said["code"], said["summary"], places, said["mend"], Severity(said["severity"]))


def _unusable(status: int) -> TroubleError:
    return TroubleError(Trouble("H749", f"the server's answer cannot be used: status {status}", mend="is it a Hansa server?"))
