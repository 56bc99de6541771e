"""Statements and scripts of them: the door to everything else here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from hansa.compile.lineage.inserting import defined
from hansa.compile.lineage.known import KnownTables
from hansa.compile.lineage.queries import query
from hansa.compile.lineage.reads import ANYTHING, ANYTHING_OF_ROWS
from hansa.compile.lineage.relation import REST, Relation
from hansa.compile.lineage.scope import Scope, Work
from hansa.compile.lineage.writing import returned, target_of, written
from hansa.frozen import dataclass
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
    work = Work(KnownTables(columns), dialect, relation_of)
    return _lineage(_followed(tree, work), work)


def trace(trees: Iterable[exp.Expr], columns: Mapping[str, Sequence[str]], *, dialect: str = "duckdb") -> Traced | None:
    """The lineage of the last statement of a script that yields columns; None when none does.

    Tables and views that earlier statements create, and fill, are followed to what they are made of.
    """
    work = Work(KnownTables(columns), dialect, relation_of)
    last: Traced | None = None
    unread: Traced | None = None
    for tree in _unfolded(trees, dialect):
        if isinstance(tree, _WITHOUT_COLUMNS):
            continue
        before = dict(work.unresolved)
        table = target_of(tree)
        path = tuple(p.name.lower() for p in table.parts) if table is not None else ()
        relation = _followed(tree, work)
        if relation.names or relation.rest is not None:
            traced = Traced(".".join(p.name for p in table.parts) if table is not None else "", _lineage(relation, work))
            if isinstance(tree, exp.Command):
                unread = traced
            else:
                last = traced
        if isinstance(tree, exp.Create | exp.Cache | exp.Select) and path:
            if relation.names or relation.rest is not None:
                work.known.define(path, relation)
            elif names := defined(tree):
                work.known.declare(work.registry, path, names)
        elif not path or not work.known.add_rows(path, relation):
            # What it could not resolve concerns no later statement.
            work.unresolved = before
    return last or unread


def _unfolded(trees: Iterable[exp.Expr | None], dialect: str) -> Iterator[exp.Expr]:
    """The statements of a script, among them those in the body of a procedure and in its branches and loops."""
    for tree in trees:
        match tree:
            case exp.Create(expression=exp.Block() as body) if any(
                isinstance(e, exp.DML | exp.Query) for e in body.find_all(exp.Expr)
            ):
                yield from _unfolded(body.expressions, dialect)
            case exp.Create(expression=exp.Command() as begin) if begin.name.upper() == "BEGIN":
                yield _reread(begin, dialect)
            case exp.Block():
                yield from _unfolded(tree.expressions, dialect)
            case exp.Command():
                yield _reread(tree, dialect)
            case exp.IfBlock():
                yield from _unfolded((tree.args.get("true"), tree.args.get("false")), dialect)
            case exp.WhileBlock():
                yield from _unfolded((tree.args.get("body"),), dialect)
            case exp.Expr():
                yield tree
            case None:
                pass


def _reread(command: exp.Command, dialect: str) -> exp.Expr:
    """The statement in a text that SQLGlot passes on unread: MySQL's REPLACE, which inserts, and the first one after BEGIN."""
    word = _READ_AS.get(command.name.upper())
    try:
        return command if word is None else sqlglot.parse_one(f"{word} {command.text('expression')}", read=dialect or None)
    except ParseError:
        return command


_READ_AS: Final = {"REPLACE": "INSERT", "BEGIN": ""}

# What scripts hold beside: it neither yields columns nor says what later statements read.
_WITHOUT_COLUMNS: Final = (
    *(exp.Drop, exp.Use, exp.Set, exp.Alter, exp.Commit, exp.Rollback, exp.Transaction, exp.Pragma, exp.Comment, exp.Grant),
    *(exp.Analyze, exp.TruncateTable, exp.Attach, exp.Detach, exp.Semicolon),
    *(exp.Declare, exp.Execute, exp.Kill, exp.EndStatement),
)


def relation_of(node: exp.Expr, outer: Scope) -> Relation:
    """What a query returns; of a statement that writes, what it hands to the query around it."""
    relation = written(node, outer)
    return query(node, outer) if relation is None else returned(node, relation, outer)


def _followed(tree: exp.Expr, work: Work) -> Relation:
    scope = Scope(work)
    try:
        if not isinstance(tree, exp.Query | exp.Values | exp.Pivot):
            relation = written(tree, scope)
            if relation is not None:
                return relation
            return _everything(tree, work, tree.sql(work.dialect)[:120])
        return query(tree, scope)
    except RecursionError:
        return _everything(tree, work, "a statement that is nested too deeply")


def _everything(tree: exp.Expr, work: Work, why: str) -> Relation:
    """For a statement that cannot be followed: each column may come from anything."""
    work.give_up_on(why)
    work.known.register(work.registry, tree)
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
