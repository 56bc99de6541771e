"""Branch heads of Iceberg tables, for those who read them without Hansa: they follow the pointers, one table after the other."""

from hansa.lake import Lake
from hansa.ledger import Ledger
from hansa.model import Publication
from hansa.names import ProductName

_TURNS = 8
"""How often a pointer may move while its heads follow; whoever moves it lets the heads follow too."""


def show(publication: Publication, *, ledger: Ledger, lake: Lake) -> None:
    """Let the branch heads follow a publication that has just been made. Raises LakeFailed, LedgerGone."""
    follow(publication.product, publication.environment, None, ledger=ledger, lake=lake)


def align_heads(environment: str, *, ledger: Ledger, lake: Lake) -> None:
    """Put the branch heads of an environment where its pointers are, after somebody died between the two."""
    for publication in ledger.currents(environment):
        follow(publication.product, environment, None, ledger=ledger, lake=lake)


def follow(product: ProductName, environment: str, before: Publication | None, *, ledger: Ledger, lake: Lake) -> None:
    """Put a product's heads where its pointer is now, and again when it moved meanwhile: the last to move it wins.

    The ports of `before` that the environment shows no longer lose their branch.
    """
    current = ledger.current(product, environment)
    for _ in range(_TURNS):
        shown = {p.port: p.snapshot for p in current.ports} if current else {}
        for port in before.ports if before else ():
            if port.port not in shown:
                lake.set_head(port.port, None, environment)
        for pinned, snapshot in shown.items():
            lake.set_head(pinned, snapshot, environment)
        now = ledger.current(product, environment)
        if (now and now.id) == (current and current.id):
            return
        before, current = current, now
