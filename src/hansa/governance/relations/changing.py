"""What the plan under judgement would change, and whom it concerns."""

from collections.abc import Iterator

from hansa.governance.asking import Row
from hansa.governance.relations.schema import Material, MeshRelation, RelationSchema, flag, number, said, text


def _changes(material: Material) -> Iterator[Row]:
    for number_, c in enumerate(material.facts.changes, 1):
        consumers = {hit.name for hit in c.consumers}
        unaccepted = {hit.name for hit in c.consumers if not hit.acknowledged}
        yield (number_, c.subject, str(c.kind), c.change, str(c.impact), c.breaking, said(c.product), said(c.port),
               said(c.column), said(c.path), said(c.before), said(c.after), said(c.version_before), said(c.version_after),
               said(c.suggested), c.too_small, len(consumers), len(unaccepted), c.with_impact)  # fmt: skip


def _consumers(material: Material) -> Iterator[Row]:
    for number_, c in enumerate(material.facts.changes, 1):
        for h in c.consumers:
            yield (number_, c.subject, c.breaking, h.kind, h.name, said(h.owner), said(h.port), said(h.model), said(h.column),
                   said(h.reads), said(h.usage), said(h.learnt), h.acknowledged)  # fmt: skip


_NUMBER = number("change_number", "which change, counted from 1")

CHANGING = (
    MeshRelation(
        RelationSchema(
            "changes",
            "What the plan under judgement would change; empty where no plan is judged.",
            (
                _NUMBER,
                text("subject", "the product, port or column that changes"),
                text("kind", "add, remove, change"),
                text("change", "what changes, in words"),
                text("impact", "what it asks of the contract's version: major, minor, patch"),
                flag("breaking", "whether readers can break by it"),
                text("product", "the product"),
                text("port", "the port"),
                text("column_name", "the column"),
                text("path", "where in the contract"),
                text("before", "what stood there"),
                text("after", "what stands there now"),
                text("version_before", "the contract's version then"),
                text("version_after", "the contract's version now"),
                text("suggested", "the lowest version that the port's changes together ask for"),
                flag("too_small", "whether the version now is lower than that"),
                number("consumers", "how many products it concerns"),
                number("unacknowledged", "how many of them have not accepted it"),
                flag("with_impact", "whether it breaks somebody who has not accepted it"),
            ),
        ),
        _changes,
    ),
    MeshRelation(
        RelationSchema(
            "consumers",
            "Whom those changes concern: one row for each change and consumer column.",
            (
                _NUMBER,
                text("subject", "the product, port or column that changes"),
                flag("breaking", "whether readers can break by the change"),
                text("kind", "`product` or `consumer`"),
                text("consumer", "who it is"),
                text("owner", "who answers for it"),
                text("port", "the consumer's port that depends on it"),
                text("model", "the consumer's model that reads it"),
                text("column_name", "the consumer's column that depends on it; `*` for all"),
                text("reads", "the column that changes, as the consumer reads it"),
                text("usage", "how it is read: identity, join, …"),
                text("learnt", "how that is known: lineage, grant, queries"),
                flag("acknowledged", "whether its owner has accepted the change"),
            ),
        ),
        _consumers,
    ),
)
