"""PIVOT and UNPIVOT, as a statement of DuckDB and behind a table."""

from collections.abc import Sequence
from itertools import product

from sqlglot import exp

from hansa.compile.lineage.expressions import reads_of, reads_of_all
from hansa.compile.lineage.naming import output_name
from hansa.compile.lineage.reads import AGGREGATION, CONDITIONAL, FILTER, GROUP_BY, IDENTITY, NOTHING, Reads
from hansa.compile.lineage.relation import Relation, Source
from hansa.compile.lineage.scope import Scope
from hansa.compile.lineage.stars import selected


def pivoted(relation: Relation, node: exp.Pivot, outer: Scope, name: str = "") -> Relation:
    """A relation after PIVOT or UNPIVOT."""
    scope = Scope(outer.work, outer)
    source = Source(name, relation)
    scope.add(source)
    relation = source.relation
    made = _unpivot(node, relation, scope) if node.args.get("unpivot") else _pivot(node, relation, scope)
    return made.renamed(_names(node))


def _names(node: exp.Pivot) -> list[str]:
    alias = node.args.get("alias")
    return [c.name for c in alias.args.get("columns") or ()] if isinstance(alias, exp.TableAlias) else []


def _mentioned(nodes: Sequence[exp.Expr]) -> set[str]:
    return {c.name.lower() for node in nodes for c in node.find_all(exp.Column)}


def _subject(key: exp.Expr) -> exp.Expr:
    """The column of `column IN (…)`: what is listed are values, also where T-SQL writes them as names."""
    return key.this if isinstance(key, exp.In) else key


# PIVOT


def _pivot(node: exp.Pivot, relation: Relation, scope: Scope) -> Relation:
    """Group columns, then for each value of the keys a column for each aggregate over the rows that have it."""
    registry = scope.work.registry
    standard = bool(node.args.get("fields"))
    keys: Sequence[exp.Expr] = node.args["fields"] if standard else node.expressions
    aggregates: Sequence[exp.Expr] = node.expressions if standard else node.args.get("using") or ()
    group = node.args.get("group")
    if group is not None:
        items = [(output_name(e, scope.work.dialect), reads_of(e, scope)) for e in group.expressions]
        rest = None
    else:
        used = _mentioned([*map(_subject, keys), *aggregates])
        items = [(n, r) for n, r in zip(relation.names, relation.reads, strict=True) if n.lower() not in used]
        rest = relation.rest
    rows = relation.rows | registry.composed(NOTHING.union(*(r for _, r in items), rest or NOTHING), GROUP_BY)
    asked = [k.args["query"] for k in keys if isinstance(k.args.get("query"), exp.Query)]
    deciding = reads_of_all([*map(_subject, keys), *asked], scope, CONDITIONAL)
    values = [deciding | reads_of(a, scope, AGGREGATION) for a in aggregates] or [deciding]
    names = _pivot_names(node, keys, aggregates, scope)
    if names is None:
        every = NOTHING.union(*values, rest or NOTHING)
        return Relation([n for n, _ in items], [r for _, r in items], rows, every)
    columns = [
        (n, values[i % len(values)] if len(names) % len(values) == 0 else NOTHING.union(*values)) for i, n in enumerate(names)
    ]
    listed = [*items, *columns]
    return Relation([n for n, _ in listed], [r for _, r in listed], rows, rest)


def _pivot_names(node: exp.Pivot, keys: Sequence[exp.Expr], aggregates: Sequence[exp.Expr], scope: Scope) -> list[str] | None:
    """The names of the new columns; None where they depend on the data."""
    if scope.work.dialect != "duckdb":
        given = node.args.get("columns")
        return [c.name for c in given] if given else None
    values: list[list[str]] = []
    for key in keys:
        listed = key.expressions if isinstance(key, exp.In) else []
        if not listed or not all(isinstance(e.unalias(), exp.Literal | exp.Tuple | exp.Boolean) for e in listed):
            return None
        values.append([_value_name(e) for e in listed])
    told = len(aggregates) > 1 or any(isinstance(a, exp.Alias) for a in aggregates)
    suffixes = [f"_{output_name(a, 'duckdb')}" for a in aggregates] if told else [""]
    return ["_".join(combination) + suffix for combination in product(*values) for suffix in suffixes]


def _value_name(value: exp.Expr) -> str:
    if value.alias:
        return str(value.alias)
    return "_".join(_value_name(e) for e in value.expressions) if isinstance(value, exp.Tuple) else value.name or value.sql()


# UNPIVOT


def _unpivot(node: exp.Pivot, relation: Relation, scope: Scope) -> Relation:
    """The columns that remain, then names and values. Rows without a value are left out, so that values decide about rows."""
    named, valued, groups = _written(node)
    taken = [_group(g, scope) for g in groups]
    used = {name for group in taken for name, _ in group if name}
    names = [n for n in relation.names if n.lower() not in used]
    kept = [r for n, r in zip(relation.names, relation.reads, strict=True) if n.lower() not in used]
    flat = len(valued) == 1
    values = [
        NOTHING.union(*(r for group in taken for i, (_, r) in enumerate(group) if flat or i == at)) for at in range(len(valued))
    ]
    new = [*zip(named, [NOTHING] * len(named), strict=True), *zip(valued, values, strict=True)]
    if node.args.get("value_columns_first"):
        new = new[len(named) :] + new[: len(named)]
    rows = relation.rows
    if not node.args.get("include_nulls"):
        rows |= scope.work.registry.composed(NOTHING.union(*values), FILTER)
    return Relation((*names, *(n for n, _ in new)), (*kept, *(r for _, r in new)), rows, relation.rest)


def _written(node: exp.Pivot) -> tuple[list[str], list[str], list[exp.Expr]]:
    """The names of the column of names, of the columns of values, and the groups of columns that are turned."""
    fields = node.args.get("fields")
    if fields:
        values = [v.name for e in node.expressions for v in (e.expressions if isinstance(e, exp.Tuple) else [e])]
        return [f.this.name for f in fields], values, [e for f in fields for e in f.expressions]
    into = node.args.get("into")
    if isinstance(into, exp.UnpivotColumns):
        return [into.this.name], [e.name for e in into.expressions], node.expressions
    return ["name"], ["value"], node.expressions


def _group(written: exp.Expr, scope: Scope) -> list[tuple[str, Reads]]:
    """The columns that are turned together, with the lower-case name of each that is a plain column."""
    inner = written.this if isinstance(written, exp.Alias | exp.PivotAlias) else written
    if isinstance(inner, exp.Columns):
        return [(i.name.lower(), i.reads) for i in selected(inner, scope) or ()] or [("", scope.work.give_up(inner))]
    parts = inner.expressions if isinstance(inner, exp.Tuple) else [inner.this if isinstance(inner, exp.Paren) else inner]
    return [(p.name.lower() if isinstance(p, exp.Column) else "", reads_of(p, scope, IDENTITY)) for p in parts]
