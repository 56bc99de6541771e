"""Asks one generation of the index: as written first, then with misspelt words, then for some of the words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import field, replace

import tantivy
from tantivy import Query

from hansa.catalog.search.marking import marked, snippet
from hansa.catalog.search.matching import Matching, all_of, without
from hansa.catalog.search.ranking import HIGHEST
from hansa.catalog.search.records import FACETS, Hit, SearchQuery
from hansa.catalog.search.storing import MIXED, TOGETHER, Shown, shown, unmixed
from hansa.catalog.search.wanted import Groups, Marks, Unit, marks_of, nearest, units_of
from hansa.catalog.search.words import words
from hansa.frozen import dataclass

_MOST = 1000  # hits that anybody can page to
_MOST_VALUES = 1000  # values of a facet that are told
_COUNTED = {**{name: _MOST_VALUES for name in FACETS if name not in TOGETHER}, MIXED: 10 * _MOST_VALUES}
_LOOKED_AT = 5  # hits in which the words of a suggestion are looked for

FacetCounts = Mapping[str, tuple[tuple[str, int], ...]]


@dataclass(frozen=True, slots=True)
class Found:
    hits: tuple[Hit, ...] = ()
    total: int = 0
    facets: FacetCounts = field(default_factory=dict)
    suggestion: str = ""
    widened: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """What a viewer may discover. `shut` are the gates that are closed; `seen` and `unseen` say the same as queries."""

    shut: frozenset[int] = frozenset()
    seen: Query | None = None
    unseen: Query | None = None

    def of(self, query: Query) -> Query:
        kept = query if self.seen is None else all_of((query, self.seen))
        return kept if self.unseen is None else without(kept, self.unseen)


EVERYTHING = Sight()


class Asking:
    """One searcher, with the schema and the glossary's phrases of its generation."""

    def __init__(self, searcher: tantivy.Searcher, matching: Matching, groups: Groups) -> None:
        self._searcher, self._matching, self._groups = searcher, matching, groups

    def found(self, query: SearchQuery, sight: Sight) -> Found:
        """Every query that is made here, for counts and suggestions, too, is held against what the viewer may discover."""
        units = units_of(query.text, self._groups)
        musts = self._narrowing(query, bool(units))
        if musts is None:
            return Found()
        if not units:
            return self._page([Query.all_query()], musts, query, sight, marks_of(()))
        tiers = [self._matching.narrowed("address", [query.text.strip()]), *self._matching.tiers(units)]
        found = self._page(tiers, musts, query, sight, marks_of(units))
        return found if found.total else self._wider(units, musts, query, sight)

    def _narrowing(self, query: SearchQuery, worded: bool) -> tuple[Query, ...] | None:
        """What facets and kinds ask for; None when nothing can be of all that."""
        values = {name: tuple(dict.fromkeys(v)) for name, v in query.facets.items() if v}
        kinds = query.kinds or (() if worded else ("product",))
        if kinds:
            values["kind"] = tuple(k for k in kinds if k in values.get("kind", kinds))
        if not all(values.values()):
            return None
        return tuple(self._matching.narrowed(name, v) for name, v in values.items())

    def _wider(self, units: tuple[Unit, ...], musts: tuple[Query, ...], query: SearchQuery, sight: Sight) -> Found:
        """When the words find nothing. What can be found is judged without the facets: a facet that leaves nothing is no typo."""
        if musts and self._finds(units, sight):
            return Found()
        found_as_written = {u for u in units if len(units) > 1 and self._finds((u,), sight)}
        meant = tuple(u if u in found_as_written else u.misspelt() for u in units)
        if all(u.wrong or u in found_as_written for u in meant):
            found = self._widened(self._matching.tiers(meant), meant, musts, query, sight)
            if found.total:
                return found
        known = [u for u in meant if u in found_as_written or (u.wrong and self._finds((u,), sight))]
        if not known:
            return Found(suggestion=self._far(units, sight))
        tiers = self._matching.tiers(known) if self._finds(known, sight) else self._matching.anything(known)
        return self._widened(tiers, meant, musts, query, sight)

    def _widened(
        self, tiers: Sequence[Query], meant: Sequence[Unit], musts: tuple[Query, ...], query: SearchQuery, sight: Sight
    ) -> Found:
        found = self._page(tiers, musts, query, sight, marks_of(meant))
        misspelt = found.total and any(u.wrong for u in meant)
        suggestion = self._suggested(meant, tiers, sight) if misspelt else ""
        return replace(found, suggestion=suggestion, widened=True)

    def _finds(self, units: Sequence[Unit], sight: Sight) -> bool:
        query = self._matching.everything(units)
        if not sight.shut:
            # In no order: the first that is met is enough.
            return bool(self._searcher.search(query, 1, count=False).hits)
        return bool(self._seen(query, sight, 1))

    def _far(self, units: tuple[Unit, ...], sight: Sight) -> str:
        """A suggestion for words that find nothing: one letter more may be wrong, and what that finds is only suggested."""
        meant = tuple(u.misspelt(1) for u in units)
        near = [u for u in meant if u.wrong and self._finds((u,), sight)]
        return self._suggested(meant, self._matching.anything(near), sight) if near else ""

    def _suggested(self, units: Sequence[Unit], tiers: Sequence[Query], sight: Sight) -> str:
        """The text with each misspelt word as the best hits have it, all of them hits that the viewer sees."""
        best = self._first(tiers, sight, _LOOKED_AT)
        texts = [(s.title, s.address, *s.texts) for _, s in best]
        known = list(dict.fromkeys(w for several in texts for text in several for w in words(text)))
        said = [w for u in units for w in (nearest(u, known) if u.wrong else u.phrase)]
        return " ".join(said) if said != [w for u in units for w in u.phrase] else ""

    def _page(self, tiers: Sequence[Query], musts: Sequence[Query], query: SearchQuery, sight: Sight, marks: Marks) -> Found:
        narrowed = [all_of((tier, *musts)) for tier in tiers]
        total, facets = self._counted(sight.of(narrowed[-1]))
        limit, offset = max(0, query.limit), max(0, query.offset)
        best = self._first(narrowed, sight, min(_MOST, offset + limit, total))[offset:]
        return Found(tuple(self._hit(score, s, marks, sight) for score, s in best), total, facets)

    def _first(self, tiers: Sequence[Query], sight: Sight, most: int) -> list[tuple[float, Shown]]:
        """The best documents, tier by tier; a later tier is only asked when those before have too few."""
        best: dict[tuple[int, int], tuple[float, tantivy.DocAddress]] = {}
        for number, tier in enumerate(tiers):
            if len(best) >= most:
                break
            for order, address in self._seen(tier, sight, most):
                score = len(tiers) - number + order / (HIGHEST + 1)
                best.setdefault((address.segment_ord, address.doc), (score, address))
        return [(score, shown(self._searcher.doc(address))) for score, address in list(best.values())[:most]]

    def _seen(self, query: Query, sight: Sight, most: int) -> list[tuple[int, tantivy.DocAddress]]:
        """The best of one query that the viewer may discover. What is shut out is passed over one by one while that is little."""
        if not sight.shut:
            return self._best(query, most)
        some = max(4 * most, 100)
        hits = self._best(query, some)
        gates = self._searcher.fast_field_values("gate", [address for _, address in hits])
        kept = [hit for hit, gate in zip(hits, gates, strict=True) if gate not in sight.shut]
        if len(kept) >= most or len(hits) < some:
            return kept[:most]
        return self._best(sight.of(query), most)

    def _best(self, query: Query, most: int) -> list[tuple[int, tantivy.DocAddress]]:
        return self._searcher.search(query, most, count=False, order_by_field="rank").hits

    def _counted(self, query: Query) -> tuple[int, FacetCounts]:
        wanted = {name: {"terms": {"field": name, "size": most, "segment_size": 10 * most}} for name, most in _COUNTED.items()}
        counts = self._searcher.aggregate(query, wanted)
        found: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
        total = 0
        for name in _COUNTED:
            for bucket in counts[name]["buckets"]:
                value, count = str(bucket["key"]), int(bucket["doc_count"])
                if name != MIXED:
                    found[name][value] = count
                    continue
                total += count
                for facet, one in unmixed(value):
                    found[facet][one] += count
        ordered = {name: sorted(values.items(), key=lambda pair: (-pair[1], pair[0])) for name, values in found.items()}
        return total, {name: tuple(values[:_MOST_VALUES]) for name, values in ordered.items()}

    def _hit(self, score: float, found: Shown, marks: Marks, sight: Sight) -> Hit:
        product = found.product or (self._product_of_term(found.address, sight) if found.kind == "term" else "")
        heading, said = marked(found.title, marks), snippet(found.texts, marks)
        return Hit(found.address, found.kind, found.title, round(score, 6), product, heading, said)

    def _product_of_term(self, address: str, sight: Sight) -> str:
        """The best product with a column that means the term."""
        query = self._matching.narrowed("term", [address.removeprefix("term:")])
        best = self._first([query], sight, 1)
        return best[0][1].product if best else ""
