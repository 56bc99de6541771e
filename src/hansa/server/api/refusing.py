"""What an address may refuse, told in the description of the API: the problem document, and which codes it has."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from hansa.server.api.shown import Shown, example
from hansa.server.transport.problems import MEDIA_TYPE, status_of
from hansa.trouble import Trouble, TroubleError, catalogue

Responses = dict[int | str, dict[str, Any]]

EVERYWHERE = ("H740", "H855", "H748", "H780", "H746", "H858", "H781", "H747", "H450")
"""What any address may answer, whatever it is about."""
_ANSWERED = {"H707": (403,), "H741": (406, 415), "H745": (410,), "H874": (409, 422), "H878": (412, 428), "H879": (404, 503)}
"""Statuses that a code has by where it is met."""


class PlaceShown(Shown):
    """Where something is written."""

    file: str
    line: int
    column: int
    note: str = ""


class TroubleShown(Shown):
    """One of several troubles."""

    code: str
    severity: str
    summary: str
    places: list[PlaceShown]
    mend: str


class Problem(Shown):
    """What went wrong (RFC 9457). `code` names a page of the reference; `mend` says what to do about it."""

    model_config = example(
        type="urn:hansa:trouble:H857", title="Not Found", status=404, code="H857",
        detail="there is no product `customer.profile`, or you may not know of it", mend="did you mean `customer.profiles`?",
        places=[], requestId="5f2d0c1e9a7b4c33",
    )  # fmt: skip
    type: str
    title: str
    status: int
    detail: str
    code: str
    mend: str
    places: list[dict[str, Any]]
    request_id: str
    troubles: list[dict[str, Any]] | None = None
    reasons: list[str] | None = None
    rules: list[str] | None = None


def refusals(*codes: str) -> Responses:
    """The problem documents of some codes, by status."""
    by_status: dict[int, list[str]] = {}
    for code in codes:
        for status in _ANSWERED.get(code) or (status_of(TroubleError(Trouble(code, ""))),):
            by_status.setdefault(status, []).append(code)
    return {status: _told(status, found) for status, found in sorted(by_status.items())}


def told_of(codes: Iterable[str]) -> str:
    return "; ".join(f"{code}: {catalogue.title(code)}" for code in codes)


def _told(status: int, codes: list[str]) -> dict[str, Any]:
    return {
        "description": f"{HTTPStatus(status).phrase}. {told_of(codes)}.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
