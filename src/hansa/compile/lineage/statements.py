"""Statements: queries, and what changes or defines tables. The door to everything else here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from hansa.compile.lineage.known import KnownTables
from hansa.compile.lineage.queries import query
from hansa.compile.lineage.reads import ANYTHING, ANYTHING_OF_ROWS
from hansa.compile.lineage.relation import REST, Relation
from hansa.compile.lineage.scope import Scope, Work
from hansa.model import ColumnLineage, Lineage


@dataclass(frozen=True, slots=True)
class Traced:
    """The lineage of a statement, and the table that it writes as it is named there; empty for a query."""

    target: str
    lineage: Lineage


def lineage_of(tree: exp.Expr, columns: Mapping[str, Sequence[str]], *, dialect: str = "duckdb") -> Lineage:
    """The lineage of all output columns of a statement.

    `columns` are the column names of the tables that it may read; names are compared without regard to case, bare names match
    qualified ones that end so, and tables and columns are spelled in the result as they are here. An output column `*` stands for
    all columns whose names cannot be told from the statement. Never raises for a tree that SQLGlot made; never changes it.
    """
    return trace(tree, columns, dialect=dialect).lineage


def trace(tree: exp.Expr, columns: Mapping[str, Sequence[str]], *, dialect: str = "duckdb") -> Traced:
    """As `lineage_of`, with the table that the statement writes."""
    work = Work(KnownTables(columns), dialect, relation_of)
    try:
        relation = relation_of(tree, Scope(work))
    except RecursionError:
        relation = _everything(tree, work)
    return Traced("", _lineage(relation, work))


def relation_of(node: exp.Expr, outer: Scope) -> Relation:
    """What a statement returns or writes."""
    return query(node, outer)


def _everything(tree: exp.Expr, work: Work) -> Relation:
    """For a statement that is nested too deeply to be followed: each column may come from anything."""
    work.give_up_on("a statement that is nested too deeply")
    for table in tree.find_all(exp.Table):
        path = tuple(p.name.lower() for p in table.parts)
        if work.known.relation(work.registry, path) is None:
            work.registry.table(".".join(path), ())
    names = [e.alias_or_name for e in getattr(tree, "selects", ())]
    if not names or not all(names) or REST in names:
        return Relation((), (), ANYTHING_OF_ROWS, ANYTHING)
    return Relation(names, [ANYTHING] * len(names), ANYTHING_OF_ROWS)


def _lineage(relation: Relation, work: Work) -> Lineage:
    records = work.registry.records
    columns = [ColumnLineage(name, records(reads)) for name, reads in zip(relation.names, relation.reads, strict=True)]
    if relation.rest is not None:
        columns.append(ColumnLineage(REST, records(relation.rest)))
    return Lineage(tuple(columns), records(relation.rows), tuple(work.unresolved))
