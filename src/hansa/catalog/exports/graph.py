"""Statements about things, as RDF has them (RDF 1.1 Concepts): every thing has an IRI, so two documents of one mesh agree on it.

There are no blank nodes and no language tags: what people wrote does not say in which language it is.
"""

import datetime as dt
from collections.abc import Iterable, Iterator

from hansa.frozen import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Iri:
    """An absolute IRI, as it is: only signs that IRIs may have."""

    text: str


@dataclass(frozen=True, slots=True, order=True)
class Word:
    """A word of a vocabulary, by its prefix: `dcat:Dataset`."""

    text: str


@dataclass(frozen=True, slots=True, order=True)
class Literal:
    """A text, or a value of the type that `of` names."""

    text: str
    of: Word | None = None


Value = Iri | Word | Literal
Fact = tuple[str, Value | None]
"""What a property, by its prefixed name, says of a thing; None says nothing, so that callers need not ask first."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A thing and what is said of it: properties in the order in which they were said first, the values of each sorted."""

    iri: Iri
    types: tuple[Word, ...]
    facts: tuple[tuple[str, tuple[Value, ...]], ...]


def resource(iri: Iri, types: Iterable[str], facts: Iterable[Fact]) -> Resource:
    """A thing of some types. A fact that stands twice is said once."""
    said: dict[str, dict[Value, None]] = {}
    for name, value in facts:
        if value is not None:
            said.setdefault(name, {})[value] = None
    ordered = tuple((name, tuple(sorted(values, key=_order))) for name, values in said.items())
    return Resource(iri, tuple(Word(t) for t in types), ordered)


def once(resources: Iterable[Resource]) -> Iterator[Resource]:
    """Each thing the first time that it comes."""
    seen: set[str] = set()
    for each in resources:
        if each.iri.text not in seen:
            seen.add(each.iri.text)
            yield each


def text(*values: str) -> Literal | None:
    """The first of some texts that says something. What is no sign of Unicode (half of a pair of surrogates) becomes `?`."""
    clean = (v.strip().encode("utf-8", "replace").decode("utf-8") for v in values)
    return next((Literal(c) for c in clean if c), None)


def moment(at: dt.datetime) -> Literal:
    return Literal(at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z"), Word("xsd:dateTime"))


def _order(value: Value) -> tuple[str, str, str]:
    of = value.of.text if isinstance(value, Literal) and value.of is not None else ""
    return (type(value).__name__, value.text, of)
