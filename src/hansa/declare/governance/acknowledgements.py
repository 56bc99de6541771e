"""`acknowledgements.yaml` of a product or domain: which breaking changes of what it reads its owner has accepted."""

# ruff: noqa: RUF009 (`key` makes a dataclass field, as `dataclasses.field` does)

from dataclasses import dataclass

from hansa.declare.document import Document
from hansa.declare.kinds import API_VERSION, read
from hansa.declare.reading import Reader
from hansa.declare.shape import Path, key, record_at

FILE = "acknowledgements.yaml"


@dataclass(frozen=True, slots=True)
class AcknowledgementEntry:
    """One change that is accepted. `consumer` is needed in a domain's file alone; `on` is a day, written 2026-12-31."""

    subject: str = key(required=True)
    version: str = key(required=True)
    by: str = key(required=True)
    reason: str = key()
    on: str = key(format="date")
    consumer: str = key()
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class AcknowledgementsFile:
    api_version: str = key(required=True, choices=(API_VERSION,))
    kind: str = key(required=True, choices=("Acknowledgements",))
    acknowledgements: tuple[AcknowledgementEntry, ...] = key((), required=True)
    at: Path = record_at()


def read_acknowledgements(document: Document) -> tuple[tuple[AcknowledgementEntry, ...], Reader]:
    said, reader = read(AcknowledgementsFile, document, {})
    return said.acknowledgements, reader
