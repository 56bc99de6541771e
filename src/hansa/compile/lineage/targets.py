"""What statements write into: the target table, and its columns as they are assigned."""

from collections.abc import Iterable
from typing import Final

from sqlglot import exp

from hansa.compile.lineage.expressions import reads_of
from hansa.compile.lineage.reads import NOTHING, Reads
from hansa.compile.lineage.relation import Relation
from hansa.compile.lineage.scope import Scope

# The rows that a statement wrote, under a name that no text of SQL has.
RETURNED: Final = "\x00returned"


class Written:
    """The columns that a statement writes so far: what one WHEN sets adds to what another sets."""

    __slots__ = ("reads", "rest")

    def __init__(self) -> None:
        self.reads: dict[str, Reads] = {}
        self.rest: Reads | None = None

    def add(self, name: str, reads: Reads) -> None:
        key = next((k for k in self.reads if k.lower() == name.lower()), name)
        self.reads[key] = self.reads.get(key, NOTHING) | reads

    def relation(self, rows: Iterable[int]) -> Relation:
        return Relation(tuple(self.reads), tuple(self.reads.values()), frozenset(rows), self.rest)


def table_of(node: object) -> exp.Table | None:
    """The table that is named, with or without its columns."""
    if isinstance(node, exp.Schema):
        return table_of(node.this)
    return node if isinstance(node, exp.Table) else None


def columns_of(table: exp.Table, scope: Scope) -> Relation:
    """The columns of the table that is written; they need not be known."""
    path = tuple(p.name.lower() for p in table.parts)
    return scope.work.known.relation(scope.work.registry, path) or Relation((), (), rest=NOTHING)


def assign(assignments: Iterable[exp.Expr], made: Written, scope: Scope, deciding: Reads) -> None:
    """`SET a = …, (b, c) = (…)`."""
    for assignment in assignments:
        value = assignment.args.get("expression")
        if not isinstance(assignment, exp.EQ | exp.PropertyEQ) or value is None:
            made.rest = (made.rest or NOTHING) | scope.work.give_up(assignment) | deciding
            continue
        if not isinstance(assignment.this, exp.Tuple):
            made.add(assignment.this.name, reads_of(value, scope) | deciding)
            continue
        for name, reads in zip(assignment.this.expressions, _tuple(value, len(assignment.this.expressions), scope), strict=True):
            made.add(name.name, reads | deciding)


def _tuple(value: exp.Expr, width: int, scope: Scope) -> list[Reads]:
    if isinstance(value, exp.Tuple) and len(value.expressions) == width:
        return [reads_of(e, scope) for e in value.expressions]
    if isinstance(value, exp.Query):
        relation = scope.work.query(value, scope)
        if len(relation.reads) == width and relation.rest is None:
            return [r | relation.rows for r in relation.reads]
    return [reads_of(value, scope)] * width
