"""`governance/waivers.yaml`: who may break which rule until when."""

# ruff: noqa: RUF009 (`key` makes a dataclass field, as `dataclasses.field` does)

from dataclasses import dataclass

from hansa.declare.document import Document
from hansa.declare.kinds import API_VERSION, read
from hansa.declare.reading import Reader
from hansa.declare.shape import Path, key, record_at


@dataclass(frozen=True, slots=True)
class WaiverEntry:
    """Leave for one subject. `granted` and `expires` are days, written 2026-12-31."""

    policy: str = key(required=True)
    subject: str = key(required=True)
    reason: str = key(required=True)
    approver: str = key(required=True)
    granted: str = key()
    expires: str = key(required=True)
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class WaiversFile:
    api_version: str = key(required=True, choices=(API_VERSION,))
    kind: str = key(required=True, choices=("Waivers",))
    waivers: tuple[WaiverEntry, ...] = key((), required=True)
    at: Path = record_at()


def read_waivers(document: Document) -> tuple[tuple[WaiverEntry, ...], Reader]:
    said, reader = read(WaiversFile, document, {})
    return said.waivers, reader
