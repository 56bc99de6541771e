"""The troubles of one compilation, and which products they break. Lives as long as `compile` runs."""

from collections.abc import Iterable

from hansa.names import ProductName
from hansa.trouble import Place, Severity, Trouble


class Findings:
    """Passes add troubles here and go on, so that people see all of them at once."""

    def __init__(self, troubles: Iterable[Trouble] = ()) -> None:
        self.troubles: list[Trouble] = list(troubles)
        self.broken: set[ProductName] = set()

    def add(
        self,
        code: str,
        summary: str,
        places: Iterable[Place | None] = (),
        mend: str = "",
        *,
        products: Iterable[ProductName] = (),
        severity: Severity = Severity.ERROR,
    ) -> None:
        """File a trouble under the products that it concerns; an error breaks each of them."""
        concerned = tuple(products)
        kept = tuple(p for p in places if p is not None)
        self.troubles.append(Trouble(code, summary, kept, mend, severity, str(concerned[0]) if concerned else ""))
        if severity is Severity.ERROR:
            self.broken.update(concerned)
