"""Changes of a mesh as the API shows them."""

from hansa.model import ConsumerHit, MeshChange
from hansa.server.api import Shown, example


class ConcernedShown(Shown):
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
    consumers: list[ConcernedShown]


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


def _hit(hit: ConsumerHit) -> ConcernedShown:
    return ConcernedShown(
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
