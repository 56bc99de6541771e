"""Units as queries of tantivy, tier by tier: whole names before words of names, names before what is said of them.

Hits are ordered by the tier that finds them first and, within it, by rank. No frequency takes part, so that nothing that a viewer
may not see moves what the viewer sees.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

import tantivy
from tantivy import Occur, Query

from hansa.catalog.search.wanted import Phrase, Unit
from hansa.catalog.search.words import inflected
from hansa.frozen import dataclass

_SHORTEST_OPEN = 2  # letters from which on the beginning of a word is looked for outside of names, too
_MOST_LISTED = 50  # words that begin alike; of more than these, a range of words is looked for
_FEW = 12
_MOST_KEPT = 8192  # words of which it is remembered which forms of them there are
_NAMES = ("name", "column")
_JOINED = "joined"


@dataclass(frozen=True, slots=True)
class Tier:
    """The fields that units are looked for in. `loose` takes other forms, beginnings and misspelt words, `alike` synonyms."""

    fields: tuple[str, ...]
    whole: bool = False
    loose: bool = False
    alike: bool = False


TIERS = (
    Tier(("exact",), whole=True),
    Tier(("name",)),
    Tier(("name",), loose=True),
    Tier(("column_exact",), whole=True),
    Tier(("column",)),
    Tier(("column",), loose=True),
    Tier(("name", "about", "column"), loose=True, alike=True),
    Tier(("name", "about", "column", "text"), loose=True, alike=True),
)
WITH_PATH = Tier(("name", "about", "column", "text", "path"), loose=True, alike=True)
"""The last tier of several words: one of them may say where something is."""


class Matching:
    """Makes the queries of one generation: which words there are decides which are asked for."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        self._schema = schema
        self._searcher = searcher
        # A word is looked for in several tiers, and by everybody who types it.
        self._forms = lru_cache(maxsize=_MOST_KEPT)(self._known_forms)
        self._longer = lru_cache(maxsize=_MOST_KEPT)(self._known_longer)

    def tiers(self, units: Sequence[Unit]) -> list[Query]:
        """From the best to the last, which finds everything that any of them finds."""
        tiers = (*TIERS, WITH_PATH) if len(units) > 1 else TIERS
        return [q for tier in tiers if (q := self.of_tier(units, tier)) is not None]

    def everything(self, units: Sequence[Unit]) -> Query:
        """What all units are found in; nothing for no units."""
        last = WITH_PATH if len(units) > 1 else TIERS[-1]
        return (self.of_tier(units, last) if units else None) or Query.empty_query()

    def anything(self, units: Sequence[Unit]) -> list[Query]:
        """For words that are never found together: what any of them is found in, by name first."""
        several = [[q for u in units if (q := self.of_tier((u,), tier)) is not None] for tier in (TIERS[2], TIERS[5], TIERS[-1])]
        return [any_of(queries) for queries in several if queries]

    def of_tier(self, units: Sequence[Unit], tier: Tier) -> Query | None:
        """None where a tier can find nothing that a later one would not find as well."""
        if tier.whole:
            phrase = " ".join(w for u in units for w in u.phrase)
            return None if any(u.wrong for u in units) else self.narrowed(tier.fields[0], [phrase])
        if not tier.loose and any(u.wrong for u in units):
            return None
        wanted = [self._unit(u, tier) for u in units]
        # What no path could give is found elsewhere already, and asking for that again takes as long as all the rest.
        if tier is WITH_PATH and all(self._may_lie_in_path(u) for u in units):
            wanted.append(any_of([self._unit(u, TIERS[-1]) for u in units]))
        return all_of(wanted)

    def _may_lie_in_path(self, unit: Unit) -> bool:
        """Whether any of a unit's words may be found by where something is. Misspelt ones may be."""
        words = {word for phrase in (*unit.written, *unit.alike) for word in phrase}
        return bool(unit.wrong) or any(self._forms("path", w) or self._longer("path", w) != () for w in words)

    def _unit(self, unit: Unit, tier: Tier) -> Query:
        written = [self._phrase(p, unit, tier) for p in unit.written]
        if tier.alike:
            other = replace(unit, open=False, wrong=0)
            written += [self._phrase(p, other, tier) for p in unit.alike]
        return any_of(written)

    def _phrase(self, phrase: Phrase, unit: Unit, tier: Tier) -> Query:
        ways = []
        for number, word in enumerate(phrase, start=1):
            begun = unit.open and number == len(phrase)
            found = [q for field in tier.fields for q in self._word(field, word, unit, tier, begun=begun)]
            if tier.loose and self._searcher.doc_freq(_JOINED, word):
                found.append(self.narrowed(_JOINED, [word]))
            if not found:
                return Query.empty_query()
            ways.append(any_of(found))
        return all_of(ways)

    def _word(self, field: str, word: str, unit: Unit, tier: Tier, *, begun: bool) -> Iterable[Query]:
        """The queries for a word in a field. Words that the index does not have are left out: most forms of a word are none."""
        known = self._forms(field, word) if tier.loose else (word,)
        if begun and tier.loose and (len(word) >= _SHORTEST_OPEN or field in _NAMES):
            longer = self._longer(field, word)
            if longer is not None:
                known = tuple(dict.fromkeys((*known, *longer)))
            else:
                yield Query.fuzzy_term_query(self._schema, field, word, 0, True, True)
        if known and (tier.loose or word in self._forms(field, word)):
            yield self.narrowed(field, known)
        if unit.wrong and tier.loose:
            yield Query.fuzzy_term_query(self._schema, field, word, unit.wrong, True, begun)

    def _known_forms(self, field: str, word: str) -> tuple[str, ...]:
        """The forms of a word that the index has in a field, itself first."""
        return tuple(form for form in inflected(word) if self._searcher.doc_freq(field, form))

    def _known_longer(self, field: str, word: str) -> tuple[str, ...] | None:
        """The words of a field that begin with this one; None when they are too many to be listed."""
        longer = self._searcher.terms_with_prefix(field, word, limit=_MOST_LISTED)
        return tuple(term for term, _ in longer) if len(longer) < _MOST_LISTED else None

    def narrowed(self, field: str, values: Iterable[object]) -> Query:
        """What has one of these values."""
        listed = list(values)
        if 0 < len(listed) <= _FEW:
            # One by one they can be skipped through; a set of them is gathered from beginning to end.
            return any_of([Query.term_query(self._schema, field, value, "basic") for value in listed])
        return Query.term_set_query(self._schema, field, listed)


def any_of(queries: Sequence[Query]) -> Query:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, q) for q in queries])


def all_of(queries: Sequence[Query]) -> Query:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Must, q) for q in queries])


def without(query: Query, excluded: Query) -> Query:
    return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, excluded)])
