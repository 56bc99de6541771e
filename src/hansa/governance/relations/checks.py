"""What contracts ask of data: the rules that people wrote, and those that a column's own words imply."""

from collections.abc import Iterator

from hansa.governance.asking import Row
from hansa.governance.relations.contracts import CONTRACT
from hansa.governance.relations.schema import (
    FILE,
    LINE,
    PORT,
    PRODUCT,
    SIDE,
    Material,
    MeshRelation,
    RelationSchema,
    flag,
    said,
    text,
    where,
)
from hansa.governance.relations.sides import sides
from hansa.model import ContractColumn, Limits, Rule


def _checks(material: Material) -> Iterator[Row]:
    for side in sides(material.mesh):
        shared = (side.port, side.side, side.product, side.contract.id)
        for column in side.table.columns:
            yield from ((*shared, *check) for check in _implied(column))
            yield from ((*shared, *_written(rule, column.name)) for rule in column.rules)
        yield from ((*shared, *_written(rule, rule.column)) for rule in side.table.rules)


def _implied(column: ContractColumn) -> Iterator[Row]:
    asked = (
        ("required", column.not_null, "completeness"),
        ("unique", column.unique, "uniqueness"),
        ("primaryKey", column.primary_key is not None, "uniqueness"),
        ("accepted", bool(column.accepted), "conformity"),
        ("limits", column.limits != Limits(), "conformity"),
    )
    for kind, holds, dimension in asked:
        if holds:
            unsaid = (None, None, None, None)
            yield (column.name, kind, kind, True, *unsaid, dimension, "error", None, *where(column.place))


def _written(rule: Rule, column: str) -> Row:
    return (
        said(column),
        rule.name or rule.id or rule.metric or str(rule.kind),
        str(rule.kind),
        False,
        said(rule.metric),
        said(rule.query),
        str(rule.operator) if rule.operator is not None else None,
        said(rule.unit),
        said(rule.dimension),
        said(rule.severity),
        said(rule.description),
        *where(rule.place),
    )


CHECKS = (
    MeshRelation(
        RelationSchema(
            "checks",
            "What contracts ask of data: quality rules as written, and what columns imply (keys, values, limits).",
            (
                PORT,
                SIDE,
                PRODUCT,
                CONTRACT,
                text("column_name", "the column; null for a rule of the whole table"),
                text("name", "the rule's name, else its id or metric"),
                text("kind", "library, sql, text, custom; of what columns imply: required, unique, primaryKey, accepted, limits"),
                flag("implied", "whether a column's own words ask for it, and no quality rule"),
                text("metric", "the metric of the standard's library"),
                text("query", "the SQL of a rule in SQL"),
                text("operator", "what the measured value is compared with"),
                text("unit", "`rows` or `percent`"),
                text("dimension", "the dimension of quality"),
                text("severity", "how bad a failure is, as written"),
                text("description", "what it is for"),
                FILE,
                LINE,
            ),
        ),
        _checks,
    ),
)
