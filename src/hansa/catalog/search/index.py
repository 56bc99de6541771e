"""The search index of a mesh: kept up to date, and asked."""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import tantivy
from tantivy import Query

from hansa.catalog.search.asking import EVERYTHING, Asking, Found, Sight
from hansa.catalog.search.building import Refreshed, gate_of, part_of, refresh
from hansa.catalog.search.documents import Declared, declared, parts, readers_of, synonym_groups
from hansa.catalog.search.keeping import Shelf, read_gates, read_synonyms
from hansa.catalog.search.matching import Matching, any_of
from hansa.catalog.search.ranking import standings
from hansa.catalog.search.records import FACETS, KINDS, Gate, MayDiscover, SearchQuery, SearchResult
from hansa.catalog.search.storing import OPEN_GATE, use_words
from hansa.catalog.search.wanted import groups_of
from hansa.catalog.states import ProductState
from hansa.feedback import Ratings
from hansa.frozen import dataclass
from hansa.model import Mesh
from hansa.trouble import Place, Trouble, TroubleError, did_you_mean, one_of


@dataclass(frozen=True, slots=True, eq=False)
class Visibility:
    """What one viewer may discover, of one generation of the index. Worth keeping: asking for each product is what takes time."""

    stamp: tuple[int, int]
    may_discover: MayDiscover
    sight: Sight


class SearchIndex:
    """The index in one folder. Safe in many threads, beside other processes, and when the folder is deleted meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._shelf = Shelf(folder)
        self._opened: _Generation | None = None
        self._opening = threading.Lock()
        self._declared: Mapping[str, Declared] = {}

    @classmethod
    def open(cls, folder: Path) -> "SearchIndex":
        """The index of a folder, whether or not there is one yet."""
        return cls(folder)

    @property
    def exists(self) -> bool:
        """Whether there is an index of this format that can be opened."""
        try:
            self._generation()
        except TroubleError:
            return False
        return True

    def refresh(
        self,
        mesh: Mesh,
        states: Iterable[ProductState] = (),
        reads: Mapping[str, int] | None = None,
        ratings: Mapping[str, Ratings] | None = None,
    ) -> Refreshed:
        """Make what changed since the last time; everything when the index is missing, damaged or of another format.

        `states` say how products stand, `reads` how often each (by address) was read lately, and `ratings` how people rate it;
        they only matter for order and for the facet of freshness. Raises TroubleError H812 when the folder cannot be written,
        H814 when somebody else writes for too long.
        """
        standing = standings(mesh.products, states, reads or {}, readers_of(mesh), ratings)
        self._declared = declared(mesh, self._declared)
        return refresh(self._shelf, tuple(parts(mesh, standing, self._declared)), synonym_groups(mesh))

    def visible_to(self, may_discover: MayDiscover, before: Visibility | None = None) -> Visibility:
        """What a viewer may discover, by asking each address once. Raises TroubleError H810, H811.

        `before` is what was found of the same viewer, and is given back while the index stays as it is.
        """
        with self._reading() as generation:
            return before if before is not None and before.stamp == generation.stamp else generation.visible_to(may_discover)

    def search(self, query: SearchQuery, viewer: MayDiscover | Visibility | None = None) -> SearchResult:
        """What the words of a query find, of what the viewer may discover; None is somebody who may discover everything.

        Any text is good. Raises TroubleError H810 when there is no index, H811 when it is damaged, H813 for a facet or a kind
        that there is none of.
        """
        began = time.perf_counter()
        _refuse_unknown(query)
        with self._reading() as generation:
            if viewer is not None and not isinstance(viewer, Visibility):
                viewer = generation.visible_to(viewer)
            elif viewer is not None and viewer.stamp != generation.stamp:
                # The numbers of another generation would open what is closed.
                viewer = generation.visible_to(viewer.may_discover)
            found = generation.asking.found(query, viewer.sight if viewer is not None else EVERYTHING)
        return _result(found, time.perf_counter() - began)

    @contextmanager
    def _reading(self) -> "Iterator[_Generation]":
        try:
            yield self._generation()
        except TroubleError:
            raise
        except BaseException as reason:
            # What is damaged inside of a file makes tantivy panic, which is no Exception to Python.
            if not isinstance(reason, ValueError | OSError | KeyError) and type(reason).__name__ != "PanicException":
                raise
            raise self._damaged(reason) from reason

    def _generation(self) -> "_Generation":
        stamp = self._shelf.stamp()
        opened = self._opened
        if opened is not None and opened.stamp == stamp:
            return opened
        with self._opening:
            for _ in range(20):
                stamp = self._shelf.stamp()
                folder = self._shelf.current()
                if folder is None:
                    break
                try:
                    self._opened = _Generation.open(folder, stamp)
                except (OSError, ValueError, TypeError, KeyError) as reason:
                    if self._shelf.stamp() == stamp:
                        raise self._damaged(reason) from reason
                else:
                    return self._opened
        mend = "`hansa search` makes it; so does the server when it starts"
        raise TroubleError(Trouble("H810", "there is no search index yet", (Place(str(self._shelf.folder)),), mend))

    def _damaged(self, reason: BaseException) -> TroubleError:
        place = Place(str(self._shelf.folder))
        return TroubleError(
            Trouble("H811", f"the search index is damaged: {reason}", (place,), "delete the folder; it is made again")
        )

    def discard(self) -> None:
        """Take the index out of force, so that the next refresh makes it anew."""
        with self._shelf.locked():
            (self._shelf.folder / "current").unlink(missing_ok=True)
            self._shelf.tidy(None)
        self._opened = None


class _Generation:
    """One opened generation: what it says does not change."""

    def __init__(self, folder: Path, stamp: tuple[int, int], index: tantivy.Index) -> None:
        self.stamp = stamp
        self._folder = folder
        searcher = index.searcher()
        self._matching = Matching(index.schema, searcher)
        self.asking = Asking(searcher, self._matching, groups_of(read_synonyms(folder)))

    @classmethod
    def open(cls, folder: Path, stamp: tuple[int, int]) -> "_Generation":
        return cls(folder, stamp, use_words(tantivy.Index.open(str(folder))))

    def visible_to(self, may_discover: MayDiscover) -> Visibility:
        shut: set[int] = set()
        opened: set[int] = {OPEN_GATE}
        for number, gate, before in (listed for part in self._parts for listed in part):
            if before in shut or not may_discover(gate):
                shut.add(number)
            else:
                opened.add(number)
        if not shut:
            return Visibility(self.stamp, may_discover, EVERYTHING)
        if len(shut) <= len(opened):
            sight = Sight(frozenset(shut), unseen=self._behind(shut))
        else:
            sight = Sight(frozenset(shut), seen=self._behind(opened))
        return Visibility(self.stamp, may_discover, sight)

    def _behind(self, gates: set[int]) -> Query:
        """What stands behind any of these gates. Where they are all of a part's, the part says the same in one number."""
        whole = [[number for number, *_ in part] for part in self._parts if part and all(n in gates for n, *_ in part)]
        single = sorted(gates.difference(*whole))
        named = (("part", [part_of(numbers[0]) for numbers in whole]), ("gate", single))
        return any_of([self._matching.narrowed(field, numbers) for field, numbers in named if numbers])

    @cached_property
    def _parts(self) -> list[list[tuple[int, Gate, int]]]:
        """The gates of each part, with the one that has to be open before each."""
        return [
            [(n, gate_of(kind, text), before) for n, kind, text, before in part] for part in read_gates(self._folder).values()
        ]


def _refuse_unknown(query: SearchQuery) -> None:
    for given, known, what in ((query.facets, FACETS, "facet"), (query.kinds, KINDS, "kind")):
        for word in given:
            if word not in known:
                mend = did_you_mean(word, known) or f"there are {one_of(known)}"
                raise TroubleError(Trouble("H813", f"nothing can be searched by the {what} `{word}`", mend=mend))


def _result(found: Found, took: float) -> SearchResult:
    return SearchResult(found.hits, found.total, found.facets, took, found.suggestion, found.widened)
