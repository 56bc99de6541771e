"""Changes of a mesh as one viewer may know them: with those readers whom they may discover, and no word of what is hidden."""

from collections.abc import Iterable
from dataclasses import replace

from hansa.model import ConsumerHit, MeshChange
from hansa.names import DomainName, parse_product
from hansa.server.api import Shown, Viewer, example


class HitShown(Shown):
    """Somebody whom a change concerns, by a model and a column of theirs, and how that is known. `*` is every column."""

    kind: str
    name: str
    model: str
    column: str
    reads: str
    usage: str
    owner: str
    learnt: str
    acknowledged: bool


class ChangeShown(Shown):
    """A change of a product, port or column. It breaks readers when it is `breaking` and one of them has not accepted it."""

    model_config = example(
        subject="customer.profiles.profiles@1#town", product="customer.profiles", change="column removed", kind="remove",
        impact="major", breaking=True, breaksReaders=True, before="", after="", versionBefore="1.2.0", versionAfter="1.2.0",
        suggested="2.0.0",
        consumers=[{
            "kind": "product", "name": "orders.towns", "model": "towns", "column": "town", "reads": "town", "usage": "identity",
            "owner": "orders_team", "learnt": "lineage", "acknowledged": False,
        }],
    )  # fmt: skip
    subject: str
    product: str
    change: str
    kind: str
    impact: str
    breaking: bool
    breaks_readers: bool
    before: str
    after: str
    version_before: str
    version_after: str
    suggested: str
    consumers: list[HitShown]


def known_changes(changes: Iterable[MeshChange], viewer: Viewer, of: DomainName | None = None) -> tuple[MeshChange, ...]:
    """What a viewer may know of changes: those that break readers first, then by product.

    About what is declared no longer, or not yet, nobody can be asked: it is told to those who may know everything, and with `of`
    to those who answer for that domain.
    """
    discretion = viewer.discretion

    def may_be_told(change: MeshChange) -> bool:
        name = parse_product(change.product)
        if viewer.mesh.product(name) is None and name not in viewer.mesh.broken:
            return discretion.complete or name.in_domain == of
        return discretion.subject(change.subject, change.product) and discretion.plain(change.change)

    found = [_narrowed(c, viewer) for c in changes if may_be_told(c)]
    return tuple(sorted(found, key=lambda c: (not c.with_impact, not c.breaking, c.product, c.subject, c.path, c.change)))


def shown_change(change: MeshChange) -> ChangeShown:
    return ChangeShown(
        subject=change.subject,
        product=change.product,
        change=change.change,
        kind=str(change.kind),
        impact=str(change.impact),
        breaking=change.breaking,
        breaks_readers=change.with_impact,
        before=change.before,
        after=change.after,
        version_before=change.version_before,
        version_after=change.version_after,
        suggested=change.suggested,
        consumers=[_hit(h) for h in change.consumers],
    )


def _narrowed(change: MeshChange, viewer: Viewer) -> MeshChange:
    return replace(change, consumers=tuple(h for h in change.consumers if _knows(h, viewer)))


def _knows(hit: ConsumerHit, viewer: Viewer) -> bool:
    """A consumer is a product by its address, or a use case, which everybody here may know of."""
    try:
        return "." not in hit.name or viewer.sight.discovers(parse_product(hit.name))
    except ValueError:
        return False


def _hit(hit: ConsumerHit) -> HitShown:
    return HitShown(
        kind=hit.kind,
        name=hit.name,
        model=hit.model,
        column=hit.column,
        reads=hit.reads,
        usage=hit.usage,
        owner=hit.owner,
        learnt=hit.learnt,
        acknowledged=hit.acknowledged,
    )
