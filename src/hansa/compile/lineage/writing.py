"""Statements that write: INSERT, UPDATE, MERGE, CREATE … AS. Their columns are those of the table that they write."""

from collections.abc import Callable
from typing import Final

from sqlglot import exp

from hansa.compile.lineage.ctes import with_ctes
from hansa.compile.lineage.expressions import gather, reads_of
from hansa.compile.lineage.inserting import create, insert, several
from hansa.compile.lineage.reads import ANYTHING_OF_ROWS, CONDITIONAL, FILTER, JOIN, NOTHING, Reads
from hansa.compile.lineage.relation import Relation
from hansa.compile.lineage.scope import Scope
from hansa.compile.lineage.sources import add_from, add_joins
from hansa.compile.lineage.targets import RETURNED, Written, assign, columns_of, table_of


def target_of(node: exp.Expr) -> exp.Table | None:
    """The table that a statement writes; None for a query."""
    match node:
        case exp.Update(this=exp.Table()) if node.args.get("from_") is not None:
            # T-SQL names the target by its alias in FROM.
            tables = (t for t in node.args["from_"].find_all(exp.Table) if t.alias and t.alias.lower() == node.this.name.lower())
            return next(tables, table_of(node.this))
        case exp.Insert() | exp.Update() | exp.Merge() | exp.Create() | exp.Delete() | exp.Cache():
            return table_of(node.this)
        case exp.Select():
            into = node.args.get("into")
            return table_of(into.this) if isinstance(into, exp.Into) else None
        case _:
            return None


def written(node: exp.Expr, outer: Scope) -> Relation | None:
    """The columns that a statement writes; None when it is no such statement."""
    follow = _WAYS.get(type(node))
    if follow is None:
        return None
    return follow(node, Scope(outer.work, outer, with_ctes(node, outer)))


def returned(node: exp.Expr, relation: Relation, scope: Scope) -> Relation:
    """What RETURNING hands to the query around it: columns as they were written, or as they were."""
    returning = node.args.get("returning")
    if not isinstance(returning, exp.Expr):
        return Relation((), (), relation.rows)
    table = target_of(node)
    own = columns_of(table, scope) if table is not None else Relation((), ())
    names = {n.lower(): n for n in (*own.names, *relation.names)}
    reads = [(own.index.get(low) or NOTHING) | (relation.index.get(low) or NOTHING) for low in names]
    rest = relation.every if own.rest is not None else relation.rest
    alias = table.alias_or_name.lower() if table is not None else ""
    rows = Relation(tuple(names.values()), reads, relation.rows, rest)
    within = Scope(scope.work, scope, {**scope.env, RETURNED: rows})
    asked = exp.Select(expressions=[e.copy() for e in returning.expressions])
    asked.set("from_", exp.From(this=exp.to_table(RETURNED, alias=alias)))
    return scope.work.query(asked, within).adding(relation.rows)


# UPDATE, DELETE and MERGE


def _update(node: exp.Expr, scope: Scope) -> Relation:
    args = node.args
    from_ = args.get("from_")
    if isinstance(from_, exp.From):
        add_from(from_.this, scope)
    # T-SQL names the target by its alias in FROM.
    if not any(s.name == node.this.alias_or_name.lower() for s in scope.sources):
        add_from(node.this, scope)
    made = Written()
    assign(node.expressions, made, scope, NOTHING)
    for clause in ("where", "limit"):
        if isinstance(args.get(clause), exp.Expr):
            gather(args[clause], FILTER, scope, scope.rows)
    return made.relation(scope.rows)


def _delete(node: exp.Expr, scope: Scope) -> Relation:
    args = node.args
    for source in (node.this, *(args.get("using") or ())):
        if isinstance(source, exp.Expr):
            add_from(source, scope)
    if isinstance(args.get("where"), exp.Expr):
        gather(args["where"], FILTER, scope, scope.rows)
    return Relation((), (), frozenset(scope.rows))


def _merge(node: exp.Expr, scope: Scope) -> Relation:
    args = node.args
    using = args.get("using_cond")
    target = node.this
    if using:
        joined = exp.Join(this=args["using"].copy(), using=[u.copy() for u in using])
        add_from(target, scope)
        add_joins([joined], (), scope)
    else:
        add_from(target, scope)
        add_from(args["using"], scope)
        gather(args["on"], JOIN, scope, scope.rows)
    made = Written()
    for when in args["whens"].expressions:
        condition = when.args.get("condition")
        deciding = reads_of(condition, scope, CONDITIONAL) if isinstance(condition, exp.Expr) else NOTHING
        where = when.args["then"].args.get("where") if isinstance(when.args.get("then"), exp.Expr) else None
        deciding |= reads_of(where, scope, CONDITIONAL)  # Oracle's UPDATE SET … WHERE
        _when(when, made, scope, deciding)
    return made.relation(scope.rows)


def _when(when: exp.Expr, made: Written, scope: Scope, deciding: Reads) -> None:
    then = when.args.get("then")
    match then:
        case exp.Update() if then.expressions and not isinstance(then.expressions[0], exp.Star):
            assign(then.expressions, made, scope, deciding)
        case exp.Insert(this=exp.Tuple(), expression=exp.Tuple()) if len(then.this.expressions) == len(
            then.expression.expressions
        ):
            for name, value in zip(then.this.expressions, then.expression.expressions, strict=True):
                made.add(name.name, reads_of(value, scope) | deciding)
        case exp.Insert(expression=exp.Tuple()) if not then.this:
            names = scope.sources[0].relation.names
            values = then.expression.expressions
            for at, value in enumerate(values):
                name = names[at] if len(names) >= len(values) else value.name or f"column{at + 1}"
                made.add(name, reads_of(value, scope) | deciding)
        case exp.Update() | exp.Insert():
            _whole_row(made, scope, deciding)
        case _:
            # DELETE and DO NOTHING write no column; when they happen decides which rows there are.
            scope.rows |= scope.work.registry.composed(deciding, FILTER)


def _whole_row(made: Written, scope: Scope, deciding: Reads) -> None:
    """`UPDATE SET *`, `INSERT *`, `INSERT BY NAME`: every column from the source's column of this name."""
    target, source = scope.sources[0].relation, scope.sources[-1].relation
    for name, reads in zip(source.names, source.reads, strict=True):
        if target.rest is not None or name.lower() in target.index:
            made.add(name, reads | deciding)
    if source.rest is not None:
        made.rest = (made.rest or NOTHING) | source.rest | deciding


def _copy(node: exp.Expr, scope: Scope) -> Relation:
    if isinstance(node.this, exp.Query) and node.args.get("kind") is False:
        return scope.work.query(node.this, scope)
    return Relation((), (), ANYTHING_OF_ROWS, scope.work.give_up(node))


_WAYS: Final[dict[type[exp.Expr], Callable[[exp.Expr, Scope], Relation]]] = {
    exp.Insert: insert,
    exp.MultitableInserts: several,
    exp.Create: create,
    exp.Cache: create,
    exp.Update: _update,
    exp.Delete: _delete,
    exp.Merge: _merge,
    exp.Copy: _copy,
}
