"""`governance/waivers.yaml`: who may break which rule until when, and how one more is written into it."""

import json
from collections.abc import Mapping

from hansa.declare.document import Document
from hansa.declare.files import parse
from hansa.declare.kinds import API_VERSION, read
from hansa.declare.reading import Reader
from hansa.declare.shape import Path, key, record_at
from hansa.frozen import dataclass


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
    said, reader = read(WaiversFile, document)
    return said.waivers, reader


class NotAppended(ValueError):
    """The file cannot be added to without touching what people wrote; the message says why."""


def with_waiver(text: str, entry: Mapping[str, str]) -> str:
    """The text of a waivers file with one more entry at the end of its list; every line that was there stays as it is.

    An empty text begins a new file. Raises `NotAppended`.
    """
    if not text.strip():
        return f"apiVersion: {API_VERSION}\nkind: Waivers\nwaivers:\n" + _lines(entry, 2)
    document, _ = parse("waivers.yaml", text)
    entries = document.data.get("waivers", []) if document is not None else None
    if document is None or document.data.get("kind") != "Waivers" or not isinstance(entries, list):
        raise NotAppended("it is not read as waivers; `hansa check` says why")
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    at, indent = _end_of_list(document, lines, len(entries)) if entries else _begun(document, lines)
    grown = "".join((*lines[:at], _lines(entry, indent), *lines[at:]))
    again, _ = parse("waivers.yaml", grown)
    if again is None or again.data != {**document.data, "waivers": [*entries, dict(entry)]}:
        raise NotAppended("its list is not written with one entry below the other")
    return grown


def _end_of_list(document: Document, lines: list[str], count: int) -> tuple[int, int]:
    """Behind which line the last entry ends, and how far the dashes are indented."""
    first = document.place(("waivers", count - 1)).line - 1
    indent = len(lines[first]) - len(lines[first].lstrip())
    end = first + 1
    for number in range(first + 1, len(lines)):
        stripped = lines[number].strip()
        if stripped and not stripped.startswith("#"):
            if len(lines[number]) - len(lines[number].lstrip()) <= indent:
                break
            end = number + 1
    return end, indent


def _begun(document: Document, lines: list[str]) -> tuple[int, int]:
    """Where the first entry of a list goes that is empty or not there; `waivers: []` becomes the head of a list."""
    if "waivers" not in document.data:
        lines.append("waivers:\n")
        return len(lines), 2
    at = document.place_of_key(("waivers",)).line - 1
    lines[at] = lines[at].replace("[]", "", 1).rstrip() + "\n"
    return at + 1, 2


def _lines(entry: Mapping[str, str], indent: int) -> str:
    rendered = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in entry.items()]
    return "".join(f"{' ' * indent}{'- ' if number == 0 else '  '}{line}\n" for number, line in enumerate(rendered))
