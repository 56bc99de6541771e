"""`acknowledgements.yaml` of a product or domain: which breaking changes of what it reads its owner has accepted."""

import json
from collections.abc import Mapping

from hansa.declare.document import Document
from hansa.declare.files import parse
from hansa.declare.kinds import API_VERSION, read
from hansa.declare.reading import Reader
from hansa.declare.shape import Path, key, record_at
from hansa.declare.yaml import plain
from hansa.frozen import dataclass
from hansa.trouble import Place, Trouble, TroubleError

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
    said, reader = read(AcknowledgementsFile, document)
    return said.acknowledgements, reader


def with_entry(text: str, entry: Mapping[str, str], file: str) -> str:
    """The file's text with one more entry at its end, all else as it was written; a new file for an empty text.

    Raises TroubleError when the list is not written so that a line can be added to it, as with `[…]`.
    """
    if not text.strip():
        text = f"apiVersion: {API_VERSION}\nkind: Acknowledgements\nacknowledgements:\n"
    known = _entries(text, file)
    dash = next((line for line in text.splitlines() if line.lstrip().startswith("- ")), "  - ")
    indent = " " * (len(dash) - len(dash.lstrip()))
    lines = [f"{'- ' if number == 0 else '  '}{key}: {_scalar(value)}" for number, (key, value) in enumerate(entry.items())]
    longer = text.rstrip("\n") + "\n" + "".join(f"{indent}{line}\n" for line in lines)
    if known is None or _entries(longer, file) != [*known, dict(entry)]:
        mend = "add it by hand: " + ", ".join(f"{key}: {_scalar(value)}" for key, value in entry.items())
        raise TroubleError(Trouble("H165", f"an entry cannot be added to {file} as it is written", (Place(file),), mend))
    return longer


def _entries(text: str, file: str) -> list[object] | None:
    document, troubles = parse(file, text)
    if document is None or any(t.is_error for t in troubles):
        return None
    found = document.data.get("acknowledgements")
    return list(found) if isinstance(found, list) else [] if found is None else None


def _scalar(text: str) -> str:
    """A text that YAML reads back as just that."""
    bare = text[:1].isalnum() and text.isprintable() and text == text.strip() and plain(text) == text
    bare = bare and not text.endswith(":") and not any(sign in text for sign in (": ", " #"))
    return text if bare else json.dumps(text, ensure_ascii=not text.isprintable())
