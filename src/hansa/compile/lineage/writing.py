"""Statements that write: INSERT, UPDATE, MERGE, CREATE … AS. Their columns are those of the table that they write."""

from collections.abc import Callable, Iterable
from typing import Final

from sqlglot import exp

from hansa.compile.lineage.ctes import with_ctes
from hansa.compile.lineage.expressions import gather, reads_of, reads_of_all
from hansa.compile.lineage.reads import ANYTHING_OF_ROWS, CONDITIONAL, FILTER, JOIN, NOTHING, Reads
from hansa.compile.lineage.relation import Relation, Source
from hansa.compile.lineage.scope import Scope
from hansa.compile.lineage.sources import add_from, add_joins


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


def target_of(node: exp.Expr) -> exp.Table | None:
    """The table that a statement writes; None for a query."""
    match node:
        case exp.Update(this=exp.Table()) if node.args.get("from_") is not None:
            # T-SQL names the target by its alias in FROM.
            tables = (t for t in node.args["from_"].find_all(exp.Table) if t.alias and t.alias.lower() == node.this.name.lower())
            return next(tables, _table(node.this))
        case exp.Insert() | exp.Update() | exp.Merge() | exp.Create() | exp.Delete() | exp.Cache():
            return _table(node.this)
        case exp.Select():
            into = node.args.get("into")
            return _table(into.this) if isinstance(into, exp.Into) else None
        case _:
            return None


def _table(node: object) -> exp.Table | None:
    if isinstance(node, exp.Schema):
        return _table(node.this)
    return node if isinstance(node, exp.Table) else None


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
    own = _columns_of(table, scope) if table is not None else Relation((), ())
    names = {n.lower(): n for n in (*own.names, *relation.names)}
    reads = [(own.index.get(low) or NOTHING) | (relation.index.get(low) or NOTHING) for low in names]
    rest = relation.every if own.rest is not None else relation.rest
    alias = table.alias_or_name.lower() if table is not None else ""
    rows = Relation(tuple(names.values()), reads, relation.rows, rest)
    within = Scope(scope.work, scope, {**scope.env, _RETURNED: rows})
    asked = exp.Select(expressions=[e.copy() for e in returning.expressions])
    asked.set("from_", exp.From(this=exp.to_table(_RETURNED, alias=alias)))
    return scope.work.query(asked, within).adding(relation.rows)


# The rows that a statement wrote, under a name that no text of SQL has.
_RETURNED: Final = "\x00returned"


def _columns_of(table: exp.Table, scope: Scope) -> Relation:
    """The columns of the table that is written; they need not be known."""
    path = tuple(p.name.lower() for p in table.parts)
    return scope.work.known.relation(scope.work.registry, path) or Relation((), (), rest=NOTHING)


# INSERT and CREATE


def _insert(node: exp.Expr, scope: Scope) -> Relation:
    source = node.args.get("expression")
    if not isinstance(source, exp.Expr):
        return Relation((), ())
    relation = scope.work.query(source, scope)
    if not node.args.get("by_name"):
        relation = _positioned(node, relation, scope)
    conflict = node.args.get("conflict")
    return _on_conflict(conflict, node, relation, scope) if isinstance(conflict, exp.OnConflict) else relation


def _several(node: exp.Expr, scope: Scope) -> Relation:
    """One query's rows into several tables, INSERT ALL or Hive's FROM … INSERT, told as the columns of all of them."""
    source = node.args["source"]
    rows = scope.work.query(source, scope)
    within = Scope(scope.work, scope, {**scope.env, _RETURNED: rows})
    within.add(Source(source.alias_or_name.lower(), rows))
    made = Written()
    # A branch is taken where those before it were not.
    conditions = (e.expression for e in node.expressions if isinstance(e, exp.ConditionalInsert) and e.expression)
    deciding = reads_of_all(conditions, within, CONDITIONAL)
    for branch in node.expressions:
        insert = branch.this if isinstance(branch, exp.ConditionalInsert) else branch
        values = insert.args.get("expression")
        if isinstance(values, exp.Select) and not values.args.get("from_"):
            values = values.copy()
            values.set("from_", exp.From(this=exp.to_table(_RETURNED, alias=source.alias_or_name)))
        relation = _positioned(insert, scope.work.query(values, within) if isinstance(values, exp.Expr) else rows, scope)
        within.rows |= relation.rows
        for name, reads in zip(relation.names, relation.reads, strict=True):
            made.add(name, reads | deciding)
        if relation.rest is not None:
            made.rest = (made.rest or NOTHING) | relation.rest | deciding
    return made.relation(within.rows)


def _positioned(node: exp.Expr, relation: Relation, scope: Scope) -> Relation:
    """Columns get the names of the places into which they are written."""
    if isinstance(node.this, exp.Schema) and node.this.expressions:
        return relation.renamed([_column_name(e) for e in node.this.expressions])
    table = _table(node.this)
    names = _columns_of(table, scope).names if table is not None else ()
    if len(names) < len(relation.names) or (relation.rest is not None and not names):
        return relation
    return relation.renamed(names if relation.rest is not None else names[: len(relation.names)])


def _column_name(node: exp.Expr) -> str:
    return node.this.name if isinstance(node, exp.ColumnDef) else node.name


def _on_conflict(conflict: exp.Expr, node: exp.Expr, relation: Relation, scope: Scope) -> Relation:
    """ON CONFLICT DO UPDATE: `excluded` is the row that would have been inserted."""
    made = Written()
    for name, reads in zip(relation.names, relation.reads, strict=True):
        made.add(name, reads)
    table = _table(node.this)
    within = Scope(scope.work, scope)
    if table is not None:
        within.sources.append(Source(table.alias_or_name.lower(), _columns_of(table, scope)))
    within.sources.append(Source("excluded", Relation(relation.names, relation.reads, rest=relation.rest)))
    _set(conflict.expressions, made, within, NOTHING)
    if conflict.args.get("where") is not None:
        gather(conflict.args["where"], FILTER, within, within.rows)
    return made.relation(relation.rows | within.rows)


def _create(node: exp.Expr, scope: Scope) -> Relation:
    source, clone = node.args.get("expression"), node.args.get("clone")
    if str(node.args.get("kind") or "").upper() not in ("TABLE", "VIEW", ""):
        return Relation((), ())
    if isinstance(clone, exp.Clone):
        return scope.work.query(clone.this, scope)
    if isinstance(source, exp.Query | exp.Values | exp.Pivot):
        relation = scope.work.query(source, scope)
        listed = node.this.expressions if isinstance(node.this, exp.Schema) else []
        names = [_column_name(e) for e in listed if isinstance(e, exp.ColumnDef | exp.Identifier | exp.Column)]
        return relation.renamed(names)
    return Relation((), ())


def defined(node: exp.Expr) -> list[str]:
    """The columns of a CREATE TABLE without a query."""
    listed = node.this.expressions if isinstance(node, exp.Create) and isinstance(node.this, exp.Schema) else []
    return [e.name for e in listed if isinstance(e, exp.ColumnDef)]


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
    _set(node.expressions, made, scope, NOTHING)
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


def _set(assignments: Iterable[exp.Expr], made: Written, scope: Scope, deciding: Reads) -> None:
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
            _set(then.expressions, made, scope, deciding)
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
    exp.Insert: _insert,
    exp.MultitableInserts: _several,
    exp.Create: _create,
    exp.Cache: _create,
    exp.Update: _update,
    exp.Delete: _delete,
    exp.Merge: _merge,
    exp.Copy: _copy,
}
