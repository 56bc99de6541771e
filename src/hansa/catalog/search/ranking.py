"""What stands first among hits that match equally well: what is certified, active, used, healthy and well spoken of."""

from collections.abc import Iterable, Mapping

from hansa.catalog.states import ProductState
from hansa.feedback import NO_RATINGS, Ratings
from hansa.frozen import dataclass
from hansa.model import Product

CERTIFIED = "certified"
"""The tag by which a product says that it is certified; policies say who may carry it."""

_STATUS = {"active": 30, "": 20, "proposed": 10, "draft": 10, "deprecated": 0, "retired": 0}
_KINDS = {"product": 7, "domain": 6, "term": 5, "use-case": 4, "port": 3, "column": 2}
_PER_POINT = 8
MOST_RATED = 10
HIGHEST = 200 * _PER_POINT


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a product beside its declaration. `freshness` is `unpublished` where nothing is published.

    Reads count by powers of two, so that a product that is read every day is not indexed anew every day. `rated` is 0 to
    `MOST_RATED` by the stars that people gave: less than any state of health, so that it orders what is alike otherwise.
    """

    freshness: str = "unpublished"
    healthy: bool = False
    readers: int = 0
    reads: int = 0
    rated: int = 0

    @property
    def used(self) -> int:
        return 4 * min(self.readers.bit_length(), 5) + 2 * min(self.reads.bit_length(), 10)


def standings(
    products: Iterable[Product],
    states: Iterable[ProductState],
    reads: Mapping[str, int],
    readers: Mapping[str, int],
    ratings: Mapping[str, Ratings] | None = None,
) -> Mapping[str, Standing]:
    """The standing of each product by address."""
    known, rated = {s.name: s for s in states}, ratings or {}
    return {
        name: _standing(known.get(name), readers.get(name, 0), reads.get(name, 0), rated.get(name, NO_RATINGS))
        for name in (str(p.address) for p in products)
    }


def _standing(state: ProductState | None, readers: int, reads: int, ratings: Ratings) -> Standing:
    rated = round(ratings.regard * MOST_RATED)
    if state is None or state.version is None:
        return Standing(readers=readers, reads=reads, rated=rated)
    healthy = state.state == "published" and state.freshness != "stale" and not state.failures
    return Standing(state.freshness, healthy, readers, reads, rated)


def certification(product: Product) -> str:
    return CERTIFIED if any(t.lower() == CERTIFIED for t in product.tags) else "none"


def points(product: Product, standing: Standing) -> int:
    """How well a product recommends itself, 0 to 140."""
    certified = 40 if certification(product) == CERTIFIED else 0
    of_state = _STATUS.get(product.status.lower(), 20) + (20 if standing.healthy else 0)
    return certified + of_state + standing.used + standing.rated


DOMAIN_POINTS, TERM_POINTS, USE_CASE_POINTS = 80, 70, 30


def rank(points_of_it: int, kind: str) -> int:
    """The order of documents of one quality of match; between equals, a product goes before its columns."""
    return points_of_it * _PER_POINT + _KINDS[kind]
