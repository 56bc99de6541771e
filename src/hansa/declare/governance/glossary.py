"""`governance/glossary.yaml`: the words of the business, each with its one meaning."""

from hansa.declare.document import Document
from hansa.declare.kinds import API_VERSION, read
from hansa.declare.shape import Path, key, record_at
from hansa.frozen import dataclass
from hansa.trouble import Trouble


@dataclass(frozen=True, slots=True)
class TermEntry:
    """A term. Columns name it by its id; people find it by its name and synonyms, too."""

    id: str = key(required=True, pattern=r"[a-z][a-z0-9_-]*")
    name: str = key()
    definition: str = key(required=True)
    synonyms: tuple[str, ...] = key(())
    parents: tuple[str, ...] = key(())
    owner: str = key()
    status: str = key("approved", choices=("draft", "approved", "deprecated"))
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class GlossaryFile:
    api_version: str = key(required=True, choices=(API_VERSION,))
    kind: str = key(required=True, choices=("Glossary",))
    terms: tuple[TermEntry, ...] = key((), required=True)
    at: Path = record_at()


def read_glossary(document: Document) -> tuple[tuple[TermEntry, ...], tuple[Trouble, ...]]:
    """The terms of the file that have an id, and its troubles. An id that stands twice is told; the first counts."""
    glossary, reader = read(GlossaryFile, document)
    reader.once(document.data.get("terms"), "id", ("terms",))
    found: dict[str, TermEntry] = {}
    for term in glossary.terms:
        if term.id:
            found.setdefault(term.id, term)
    return tuple(found[name] for name in sorted(found)), tuple(reader.troubles)
