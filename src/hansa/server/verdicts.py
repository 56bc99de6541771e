"""What earlier versions of products came to, check by check: read from the ledger once, since it changes no more."""

from collections.abc import Mapping
from functools import lru_cache

from hansa.ledger import Ledger
from hansa.model import CheckStatus, RunId
from hansa.names import ProductName

Check = tuple[str, str, str]
"""A check by its subject, column and name."""
Outcome = tuple[CheckStatus, float | int | str | None]
"""Its verdict, and what was measured."""
_KEPT = 1024


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
