"""Documents as tantivy keeps them: the fields of its schema, and how texts are taken apart.

Words are made by `words` before; tantivy only splits them at spaces.
"""

from collections.abc import Iterator
from typing import Any

import tantivy

from hansa.catalog.search.documents import Document
from hansa.catalog.search.records import FACETS
from hansa.catalog.search.words import as_one
from hansa.frozen import dataclass

FORMAT = 4
"""Raise it when fields or words change; an index of another format is made anew."""

_WORDS, _WHOLE = "words", "raw"
TEXTS = ("name", "column", "about", "path", "text")
TOGETHER = ("kind", "status", "freshness", "certification")
"""Facets of which a document has at most one value each, and a mesh few: they are counted in one go, by `MIXED`."""
MIXED = "mixed"
_BETWEEN = "\x1e"
"""Between the texts that are kept: a sign that stands in no text of people."""
OPEN_GATE = 0
"""The gate of what belongs to everybody."""


def schema() -> tantivy.Schema:
    built = tantivy.SchemaBuilder()
    for name in TEXTS:
        built.add_text_field(name, tokenizer_name=_WORDS, index_option="basic")
    for name in ("address", "exact", "column_exact", "joined", "term"):
        built.add_text_field(name, tokenizer_name=_WHOLE, index_option="basic")
    for name in FACETS:
        built.add_text_field(name, tokenizer_name=_WHOLE, index_option="basic", fast=name not in TOGETHER)
    built.add_text_field(MIXED, tokenizer_name=_WHOLE, index_option="basic", fast=True)
    built.add_unsigned_field("part", indexed=True)
    built.add_unsigned_field("gate", indexed=True, fast=True)
    built.add_unsigned_field("rank", fast=True)
    built.add_bytes_field("shown", stored=True)
    return built.build()


def use_words(index: tantivy.Index) -> tantivy.Index:
    """Tell an index how its texts are split; a file does not know."""
    index.register_tokenizer(_WORDS, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index


@dataclass(frozen=True, slots=True)
class Shown:
    """What is kept of a document for those who see it."""

    kind: str
    address: str
    title: str
    product: str
    texts: tuple[str, ...]


def stored(document: Document, part: int, gate: int) -> tantivy.Document:
    made = tantivy.Document()
    put = made.add_text
    of_column = document.kind == "column"
    put("column" if of_column else "name", document.name)
    for phrase in document.exact:
        put("column_exact" if of_column else "exact", phrase)
        if " " in phrase:
            put("joined", as_one(phrase))
    for name, text in (("about", document.about), ("path", document.path), ("text", document.text)):
        if text:
            put(name, text)
    for term in document.terms:
        put("term", term)
    for name, value in document.facets:
        put(name, value)
    put("kind", document.kind)
    single = {"kind": document.kind, **{n: v for n, v in document.facets if n in TOGETHER}}
    put(MIXED, _BETWEEN.join(_plain(single.get(name, "")) for name in TOGETHER))
    put("address", document.address)
    made.add_unsigned("part", part)
    made.add_unsigned("gate", gate)
    made.add_unsigned("rank", document.rank)
    made.add_bytes("shown", _BETWEEN.join(map(_plain, _shown(document))).encode("utf-8", "replace"))
    return made


def _shown(document: Document) -> tuple[str, ...]:
    return (document.kind, document.address, document.title, document.product, *filter(None, document.texts))


def _plain(text: str) -> str:
    return text.replace(_BETWEEN, " ") if _BETWEEN in text else text


def unmixed(values: str) -> Iterator[tuple[str, str]]:
    """The facets that were counted together, each with its value."""
    return ((name, value) for name, value in zip(TOGETHER, values.split(_BETWEEN), strict=True) if value)


def shown(document: tantivy.Document) -> Shown:
    found: Any = document.get_first("shown")
    kind, address, title, product, *texts = bytes(found).decode().split(_BETWEEN)
    return Shown(kind, address, title, product, tuple(texts))
