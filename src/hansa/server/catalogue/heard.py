"""What people said of products, folded once as it is written, and gone on with from where the last look ended."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hansa.feedback import NO_RATINGS, Feedback, Ratings, feedback_of, major_of, ratings_of
from hansa.ledger import Ledger
from hansa.model import FeedbackStep, Mesh, Product
from hansa.names import ProductName


@dataclass(slots=True)
class _OfProduct:
    """What was said of one product, by id, in the order in which it was given."""

    said: dict[str, Feedback] = field(default_factory=dict)


class Heard:
    """Keeps what a ledger has of feedback. Safe in many threads."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._last = 0
        self._steps: dict[str, list[FeedbackStep]] = {}
        self._products: dict[ProductName, _OfProduct] = {}

    def of_product(self, product: ProductName) -> tuple[Feedback, ...]:
        """All that was said of a product, withdrawn or not. Raises `LedgerGone`."""
        with self._lock:
            self._go_on()
            found = self._products.get(product)
            return tuple(found.said.values()) if found is not None else ()

    def unsettled(self) -> tuple[Feedback, ...]:
        """Every question without an answer and problem that is not resolved, of all products. Raises `LedgerGone`."""
        return self._all(lambda found: found.unsettled)

    def by(self, author: str) -> tuple[Feedback, ...]:
        """All that somebody said, of all products. Raises `LedgerGone`."""
        return self._all(lambda found: found.author == author)

    def ratings(self, product: Product) -> Ratings:
        """What the stars of a product come to. Raises `LedgerGone`."""
        found = self.of_product(product.address)
        return ratings_of(found, major_of(product)) if found else NO_RATINGS

    def all_ratings(self, mesh: Mesh) -> Mapping[str, Ratings]:
        """The ratings of every product that has any, by address. Raises `LedgerGone`."""
        with self._lock:
            self._go_on()
            spoken_of = {name: tuple(found.said.values()) for name, found in self._products.items()}
        products = mesh.by_name()
        return {str(n): ratings_of(said, major_of(products[n])) for n, said in spoken_of.items() if n in products}

    @property
    def last(self) -> int:
        """The serial of the newest step. Raises `LedgerGone`."""
        with self._lock:
            self._go_on()
            return self._last

    def _all(self, wanted: Callable[[Feedback], bool]) -> tuple[Feedback, ...]:
        with self._lock:
            self._go_on()
            return tuple(f for of_one in self._products.values() for f in of_one.said.values() if wanted(f))

    def _go_on(self) -> None:
        if self._ledger.last_feedback_step() == self._last:
            return
        for step in self._ledger.feedback_steps(after=self._last):
            steps = self._steps.setdefault(step.feedback, [])
            steps.append(step)
            of_product = self._products.setdefault(step.product, _OfProduct())
            try:
                of_product.said[step.feedback] = feedback_of(steps)
            except ValueError:
                of_product.said.pop(step.feedback, None)  # what makes no sense says nothing
            self._last = step.serial
