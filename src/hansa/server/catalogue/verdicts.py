"""What earlier versions came to, check by check, and runs, product by product: read once, since it changes no more."""

from collections.abc import Mapping
from functools import lru_cache

from hansa.ledger import Ledger
from hansa.model import CheckStatus, ProductStatus, RunId
from hansa.names import ProductName

Check = tuple[str, str, str]
"""A check by its subject, column and name."""
Outcome = tuple[CheckStatus, float | int | str | None]
"""Its verdict, and what was measured."""
_KEPT = 1024
_RUNS_KEPT = 64


class Statuses:
    """What runs that have ended came to, product by product. Safe in many threads."""

    def __init__(self, ledger: Ledger) -> None:
        self._of = lru_cache(maxsize=_RUNS_KEPT)(ledger.product_statuses)

    def of(self, run: RunId) -> Mapping[ProductName, ProductStatus]:
        """Of everybody's products: what a viewer may know of is for whoever shows it to judge."""
        return self._of(run)


class Verdicts:
    """Safe in many threads."""

    def __init__(self, ledger: Ledger) -> None:
        @lru_cache(maxsize=_KEPT)
        def of(run: RunId, product: ProductName) -> Mapping[Check, Outcome]:
            return {(r.subject, r.column, r.check): (r.status, r.measured) for r in ledger.checks(run, product)}

        self._of = of

    def of(self, run: RunId, product: ProductName) -> Mapping[Check, Outcome]:
        """The verdicts of a run that has ended."""
        return self._of(run, product)
