"""Asks an issuer: with the standard library, under a time and a size, and nowhere but where it may be."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import IO
from urllib.parse import urlencode

from hansa.model import OidcSettings, is_trustworthy

PATIENCE = 5.0  # seconds for a whole document
MOST_BYTES = 512_000
MOST_ERROR = 8_000


class NotFetched(Exception):
    """What was asked for could not be had; the text says why, in a few words. `error` is the issuer's own word (RFC 6749)."""

    def __init__(self, why: str, error: str = "") -> None:
        super().__init__(why)
        self.error = error


def fetch_keys(settings: OidcSettings) -> list[Mapping[str, object]]:
    """The keys as the issuer publishes them (RFC 7517), found by its discovery document unless the mesh names their URL."""
    url = settings.jwks_url or _discovered(settings.issuer)
    keys = _document(url).get("keys")
    if not isinstance(keys, list):
        raise NotFetched("the issuer's key set has no keys")
    return [key for key in keys if isinstance(key, dict)]


def discover(issuer: str) -> Mapping[str, object]:
    """What an issuer says of itself (OpenID Connect Discovery 1.0)."""
    found = _document(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise NotFetched("the discovery document is another issuer's")
    return found


def post_form(url: str, fields: Mapping[str, str], authorization: str = "") -> Mapping[str, object]:
    """What an endpoint of the issuer answers to a form. No redirect is followed: the form may hold secrets."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", **({"Authorization": authorization} if authorization else {})}
    return _document(url, urlencode(fields).encode(), headers)


def _discovered(issuer: str) -> str:
    url = discover(issuer).get("jwks_uri")
    if not isinstance(url, str) or not is_trustworthy(url):
        raise NotFetched("the discovery document names no key set at an https address")
    return url


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """An issuer's documents are where it says; to follow elsewhere would let a redirect choose whom we believe."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> None:
        return None


def _document(url: str, data: bytes | None = None, headers: Mapping[str, str] | None = None) -> Mapping[str, object]:
    if not is_trustworthy(url):
        raise NotFetched("the address is neither https nor on this machine")
    opener = urllib.request.build_opener(_NoRedirect)
    sent = {"Accept": "application/json", "User-Agent": "hansa", **(headers or {})}
    request = urllib.request.Request(url, data, sent)
    try:
        with opener.open(request, timeout=PATIENCE) as answer:
            document = json.loads(_read(answer))
    except urllib.error.HTTPError as wrong:
        with wrong:
            raise NotFetched(f"the issuer answers with {wrong.code}", _error_of(wrong)) from None
    except (OSError, ValueError, RecursionError, http.client.HTTPException) as wrong:
        raise NotFetched(f"the issuer does not answer as it should: {type(wrong).__name__}") from wrong
    if not isinstance(document, dict):
        raise NotFetched("the issuer answers with what is no object")
    return document


def _error_of(wrong: urllib.error.HTTPError) -> str:
    """The issuer's word for what is wrong with a request, if it is one of the few plain ones."""
    try:
        said = json.loads(wrong.read(MOST_ERROR)).get("error")
    except (OSError, ValueError, RecursionError, AttributeError, http.client.HTTPException):
        return ""
    return said if isinstance(said, str) and said.isascii() and said.isidentifier() and len(said) <= 60 else ""


def _read(answer: http.client.HTTPResponse) -> bytes:
    """All of an answer; one that is too large, or drips, is given up."""
    ends, found = time.monotonic() + PATIENCE, bytearray()
    while piece := answer.read1(65_536):
        found += piece
        if len(found) > MOST_BYTES or time.monotonic() > ends:
            raise NotFetched("the issuer's answer is too large or too slow")
    return bytes(found)
