"""Fetches an issuer's public keys: with the standard library, under a time and a size, and from nowhere but where it may be."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import IO

from hansa.model import OidcSettings, is_trustworthy

PATIENCE = 5.0  # seconds for a whole document
MOST_BYTES = 512_000


class NotFetched(Exception):
    """The keys could not be had; the text says why, in a few words."""


def fetch_keys(settings: OidcSettings) -> list[Mapping[str, object]]:
    """The keys as the issuer publishes them (RFC 7517), found by its discovery document unless the mesh names their URL."""
    url = settings.jwks_url or _discovered(settings.issuer)
    keys = _document(url).get("keys")
    if not isinstance(keys, list):
        raise NotFetched("the issuer's key set has no keys")
    return [key for key in keys if isinstance(key, dict)]


def _discovered(issuer: str) -> str:
    found = _document(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise NotFetched("the discovery document is another issuer's")
    url = found.get("jwks_uri")
    if not isinstance(url, str) or not is_trustworthy(url):
        raise NotFetched("the discovery document names no key set at an https address")
    return url


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """An issuer's documents are where it says; to follow elsewhere would let a redirect choose whom we believe."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> None:
        return None


def _document(url: str) -> Mapping[str, object]:
    if not is_trustworthy(url):
        raise NotFetched("the address is neither https nor on this machine")
    opener = urllib.request.build_opener(_NoRedirect)
    request = urllib.request.Request(url, headers={"Accept": "application/json", "User-Agent": "hansa"})
    try:
        with opener.open(request, timeout=PATIENCE) as answer:
            document = json.loads(_read(answer))
    except (OSError, ValueError, RecursionError, http.client.HTTPException) as wrong:
        raise NotFetched(f"the issuer does not answer as it should: {type(wrong).__name__}") from wrong
    if not isinstance(document, dict):
        raise NotFetched("the issuer answers with what is no object")
    return document


def _read(answer: http.client.HTTPResponse) -> bytes:
    """All of an answer; one that is too large, or drips, is given up."""
    ends, found = time.monotonic() + PATIENCE, bytearray()
    while piece := answer.read1(65_536):
        found += piece
        if len(found) > MOST_BYTES or time.monotonic() > ends:
            raise NotFetched("the issuer's answer is too large or too slow")
    return bytes(found)
