"""Changes of a mesh as one viewer may know them: with those readers whom they may discover, and no word of what is hidden."""

from collections.abc import Iterable
from dataclasses import replace

from hansa.model import ConsumerHit, MeshChange
from hansa.names import DomainName, parse_product
from hansa.server.sight.sight import Sight


def known_changes(changes: Iterable[MeshChange], sight: Sight, of: DomainName | None = None) -> tuple[MeshChange, ...]:
    """What a viewer may know of changes: those that break readers first, then by product.

    About what is declared no longer, or not yet, nobody can be asked: it is told to those who may know everything, and with `of`
    to those who answer for that domain.
    """
    discretion = sight.discretion

    def may_be_told(change: MeshChange) -> bool:
        name = parse_product(change.product)
        if sight.mesh.product(name) is None and name not in sight.mesh.broken:
            return discretion.complete or name.in_domain == of
        return discretion.subject(change.subject, change.product) and discretion.plain(change.change)

    found = [_narrowed(c, sight) for c in changes if may_be_told(c)]
    return tuple(sorted(found, key=lambda c: (not c.with_impact, not c.breaking, c.product, c.subject, c.path, c.change)))


def _narrowed(change: MeshChange, sight: Sight) -> MeshChange:
    return replace(change, consumers=tuple(h for h in change.consumers if _knows(h, sight)))


def _knows(hit: ConsumerHit, sight: Sight) -> bool:
    """A consumer is a product by its address, or a use case, which everybody here may know of."""
    try:
        return "." not in hit.name or sight.discovers(parse_product(hit.name))
    except ValueError:
        return False
