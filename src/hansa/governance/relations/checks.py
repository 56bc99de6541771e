"""What contracts ask of data: the rules that people wrote, and those that a column's own words imply."""

import operator
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from hansa.frozen import dataclass
from hansa.governance.asking import Row
from hansa.governance.relations.contracts import CONTRACT
from hansa.governance.relations.schema import (
    FILE,
    LINE,
    PORT,
    PRODUCT,
    SIDE,
    Cells,
    LargeRelation,
    Material,
    RelationSchema,
    flag,
    said,
    text,
    where,
)
from hansa.governance.relations.sides import Side, sides
from hansa.model import ContractColumn, Limits, Rule


@dataclass(frozen=True, slots=True)
class _Checks:
    """What one contract asks of its data: rows without what they have in common."""

    side: Side
    rows: list[Row]

    def shared(self, cell: str) -> list[str]:
        return [cell] * len(self.rows)


def _checks(material: Material) -> Iterator[_Checks]:
    for side in sides(material.mesh):
        rows: list[Row] = []
        for column in side.table.columns:
            if _ASKS(column) != _ASKS_NOTHING or column.limits != _NO_LIMITS:
                rows += _implied(column)
                rows += (_written(rule, column.name) for rule in column.rules)
        rows += (_written(rule, rule.column) for rule in side.table.rules)
        yield _Checks(side, rows)


_NO_LIMITS = Limits()
# Most columns ask for nothing, so that this is found out first and all at once.
_ASKS = operator.attrgetter("required", "unique", "primary_key", "accepted", "rules")
_ASKS_NOTHING = (False, False, None, (), ())


def _implied(column: ContractColumn) -> Iterator[Row]:
    asked = (
        ("required", column.not_null, "completeness"),
        ("unique", column.unique, "uniqueness"),
        ("primaryKey", column.primary_key is not None, "uniqueness"),
        ("accepted", bool(column.accepted), "conformity"),
        ("limits", column.limits != _NO_LIMITS, "conformity"),
    )
    for kind, holds, dimension in asked:
        if holds:
            unsaid = (None, None, None, None)
            yield (column.name, kind, kind, True, *unsaid, dimension, "error", None, *where(column.place))


def _cells(group: _Checks, *, at: int) -> Cells:
    return [row[at] for row in group.rows]


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


_OWN = ("column_name", "name", "kind", "implied", "metric", "query", "operator", "unit", "dimension", "severity", "description",
        "file", "line")  # fmt: skip

_CHECKS: Mapping[str, Callable[[_Checks], Cells]] = {
    "port": lambda g: g.shared(g.side.port),
    "side": lambda g: g.shared(g.side.side),
    "product": lambda g: g.shared(g.side.product),
    "contract": lambda g: g.shared(g.side.contract.id),
    **{name: partial(_cells, at=at) for at, name in enumerate(_OWN)},
}

CHECKS = (
    LargeRelation(
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
        _CHECKS,
    ),
)
