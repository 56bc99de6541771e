"""Writes generations of the index: all parts anew, or only those that changed."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import tantivy

from hansa.catalog.search.documents import Part
from hansa.catalog.search.keeping import Contents, Shelf, read_contents, unwritable, write_contents
from hansa.catalog.search.records import Gate, UseCaseName
from hansa.catalog.search.storing import OPEN_GATE, schema, stored, use_words
from hansa.frozen import dataclass
from hansa.names import DomainName, PortMajor, ProductName, parse

_MEMORY = 96_000_000  # bytes that tantivy gathers before it writes a segment
_LITTLE = 20_000_000
_ANEW = 0.5  # the share of changed parts from which on everything is made anew


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did: how many parts (products, domains, glossary, use cases) were made, and how many taken out."""

    made: int
    removed: int
    anew: bool = False

    @property
    def changed(self) -> bool:
        return bool(self.made or self.removed)


def refresh(shelf: Shelf, parts: Sequence[Part], synonyms: Sequence[Sequence[str]]) -> Refreshed:
    """Bring the index up to these parts. Raises TroubleError when nobody can write it, or somebody else writes for too long."""
    with shelf.locked():
        current = shelf.current()
        before = _contents(current)
        groups = tuple(map(tuple, synonyms))
        known = before.parts if before is not None else {}
        made = [p for p in parts if known.get(p.key, (0, ""))[1] != p.digest]
        removed = set(known) - {p.key for p in parts}
        if before is not None and not made and not removed and before.synonyms == groups:
            shelf.tidy(current)
            return Refreshed(0, 0)
        anew = before is None or current is None or len(made) > _ANEW * len(parts)
        try:
            if not anew and before is not None:
                try:
                    _write(shelf, current, before, made, removed, groups)
                except ValueError:
                    # What is there is damaged, though its list can be read.
                    anew = True
            if anew:
                made = list(parts)
                _write(shelf, None, Contents(), made, set(), groups)
        except (OSError, ValueError) as reason:
            shelf.tidy(shelf.current())
            raise unwritable(shelf.folder, reason) from reason
        return Refreshed(len(made), len(removed), anew)


def _contents(generation: Path | None) -> Contents | None:
    """What a generation holds; None for none, or for one that is damaged."""
    if generation is None:
        return None
    try:
        # Opening reads the end of every file; what is cut off is found here.
        use_words(tantivy.Index.open(str(generation))).searcher()
        return read_contents(generation)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _write(
    shelf: Shelf,
    after: Path | None,
    before: Contents,
    made: Sequence[Part],
    removed: set[str],
    groups: tuple[tuple[str, ...], ...],
) -> None:
    generation = shelf.begin(after)
    path = str(generation)
    index = use_words(tantivy.Index(schema(), path) if after is None else tantivy.Index.open(path))
    writer = index.writer(_MEMORY if len(made) > 100 else _LITTLE, 1)
    parts = {key: value for key, value in before.parts.items() if key not in removed}
    gates = {key: value for key, value in before.gates.items() if key not in removed}
    number = before.next
    for key in (*removed, *(p.key for p in made)):
        if key in before.parts:
            # By query: `delete_documents_by_term` takes every number for a signed one, and deletes nothing.
            writer.delete_documents_by_query(tantivy.Query.term_query(index.schema, "part", before.parts[key][0]))
    for part in made:
        parts[part.key] = (number, part.digest)
        numbers = {gate: number + 1 + i for i, (gate, _) in enumerate(part.gates)}
        for document in part.documents():
            writer.add_document(stored(document, number, OPEN_GATE if document.gate is None else numbers[document.gate]))
        gates[part.key] = tuple(_listed(part, number))
        number += 1 + len(part.gates)
    writer.commit()
    writer.wait_merging_threads()
    write_contents(generation, Contents(parts, gates, groups, number))
    _flush(generation)
    shelf.put_in_force(generation)


def part_of(first: int) -> int:
    """The number of a part, by that of its first gate: every document of a part that has gates stands behind one of them."""
    return first - 1


def _listed(part: Part, number: int) -> Iterator[tuple[int, str, str, int]]:
    for position, (gate, before) in enumerate(part.gates, start=1):
        yield number + position, _KINDS[type(gate)], str(gate), number + 1 + before if before >= 0 else 0


_KINDS = {DomainName: "domain", ProductName: "product", PortMajor: "port", UseCaseName: "use-case"}


def gate_of(kind: str, text: str) -> Gate:
    """A gate from how it is kept. Raises ValueError for what is none."""
    if kind == "use-case":
        return UseCaseName(text)
    found = parse(text)
    if isinstance(found, DomainName | ProductName | PortMajor):
        return found
    raise ValueError(f"`{text}` is nothing that can be discovered")


def _flush(folder: Path) -> None:
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
