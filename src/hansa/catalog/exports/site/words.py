"""The index of the search in the browser: for the first letters of each word a shard of words, with what has them.

A reader's browser fetches the shards of the words that were typed, then those of what it shows: never the whole index.
"""

import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from hansa.catalog.exports.site.rendering import anchor, domain_path, legible, product_path
from hansa.model import Domain, Product, Term

SHARD = 200
"""Entries of a shard of what can be found."""
_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 600  # of one entry
_MOST_ENTRIES = 2_000  # of one word: nobody looks through more
_LINE = 160  # characters of what is said of an entry


class Index:
    """Built entry by entry. What it keeps grows with the words of the mesh, a number for each entry that has one."""

    def __init__(self) -> None:
        self._entries: list[tuple[str, str, str, str, str]] = []
        self._words: dict[str, array[int]] = {}

    def product(self, product: Product) -> None:
        columns = (c for o in product.outputs for c in o.table.columns)
        told = [product.purpose, *product.tags, product.owner]
        told += [text for c in columns for text in (c.name, c.title, c.description, *c.terms)]
        title = product.title or str(product.address)
        self._add(title, "product", product_path(product.address), str(product.address), product.purpose, told)

    def domain(self, domain: Domain) -> None:
        title = domain.title or str(domain.name)
        told = [domain.description, domain.capability, *domain.tags]
        self._add(title, "domain", domain_path(domain.name), str(domain.name), domain.description, told)

    def term(self, term: Term) -> None:
        self._add(
            term.name, "term", f"glossary.html#{anchor(term.id)}", term.id, term.definition, [*term.synonyms, term.definition]
        )

    def files(self) -> Iterator[tuple[str, Any]]:
        """Paths and documents: shards of entries, shards of words, and how many entries there are."""
        for start in range(0, len(self._entries), SHARD):
            yield f"search/entries-{start // SHARD}.json", self._entries[start : start + SHARD]
        shards = []
        # Words that begin alike follow each other, so that one shard at a time is written out.
        for name, words in groupby(sorted(self._words), shard_of):
            shards.append(name)
            yield f"search/words-{name}.json", {word: list(self._words[word]) for word in words}
        yield "search/index.json", {"entries": len(self._entries), "shard": SHARD, "words": sorted(shards)}

    def _add(self, title: str, kind: str, path: str, address: str, line: str, told: Iterable[str]) -> None:
        number = len(self._entries)
        said = " ".join(legible(line).split())
        title = legible(title)
        self._entries.append((title[:_LINE], kind, path, address, said if len(said) <= _LINE else f"{said[: _LINE - 1]}…"))
        strong = dict.fromkeys(folded(f"{title} {address}"))
        weak = dict.fromkeys(w for text in told for w in folded(text))
        for word in list({**strong, **weak})[:_MOST_WORDS]:
            held = self._words.setdefault(word, array("l"))
            if len(held) < _MOST_ENTRIES:
                # A word of the title counts for more: it is told by the sign.
                held.append(-number - 1 if word in strong else number)


def folded(text: str) -> list[str]:
    """The words of a text as they are looked for: small, without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return [w[:40] for w in _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)))]


def shard_of(word: str) -> str:
    """The shard of a word: its first two letters, in hexadecimal, so that any can be a file."""
    return word[:2].encode("utf-8", "replace").hex()
