"""INSERT, into one table or several, and CREATE … AS."""

from sqlglot import exp

from hansa.compile.lineage.expressions import gather, reads_of_all
from hansa.compile.lineage.reads import CONDITIONAL, FILTER, NOTHING
from hansa.compile.lineage.relation import Relation, Source
from hansa.compile.lineage.scope import Scope
from hansa.compile.lineage.targets import RETURNED, Written, assign, columns_of, table_of


def insert(node: exp.Expr, scope: Scope) -> Relation:
    source = node.args.get("expression")
    if not isinstance(source, exp.Expr):
        return Relation((), ())
    relation = scope.work.query(source, scope)
    if not node.args.get("by_name"):
        relation = _positioned(node, relation, scope)
    conflict = node.args.get("conflict")
    return _on_conflict(conflict, node, relation, scope) if isinstance(conflict, exp.OnConflict) else relation


def several(node: exp.Expr, scope: Scope) -> Relation:
    """One query's rows into several tables, INSERT ALL or Hive's FROM … INSERT, told as the columns of all of them."""
    source = node.args["source"]
    rows = scope.work.query(source, scope)
    within = Scope(scope.work, scope, {**scope.env, RETURNED: rows})
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
            values.set("from_", exp.From(this=exp.to_table(RETURNED, alias=source.alias_or_name)))
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
    table = table_of(node.this)
    names = columns_of(table, scope).names if table is not None else ()
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
    table = table_of(node.this)
    within = Scope(scope.work, scope)
    if table is not None:
        within.sources.append(Source(table.alias_or_name.lower(), columns_of(table, scope)))
    within.sources.append(Source("excluded", Relation(relation.names, relation.reads, rest=relation.rest)))
    assign(conflict.expressions, made, within, NOTHING)
    if conflict.args.get("where") is not None:
        gather(conflict.args["where"], FILTER, within, within.rows)
    return made.relation(relation.rows | within.rows)


def create(node: exp.Expr, scope: Scope) -> Relation:
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
