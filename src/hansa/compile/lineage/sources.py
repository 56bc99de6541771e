"""What stands in FROM: tables, subqueries, functions that return rows, and how they are joined."""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlglot import exp

from hansa.compile.lineage.expressions import ROW_FUNCTIONS, gather, reads_of, reads_of_all
from hansa.compile.lineage.pivots import pivoted
from hansa.compile.lineage.reads import FILTER, IDENTITY, JOIN, NOTHING, TRANSFORMATION, Reads, Registry
from hansa.compile.lineage.relation import Relation, Source
from hansa.compile.lineage.scope import Scope

# Functions of rows that make values from their arguments alone, and their columns' names where they are always the same.
_GENERATORS: Final = {
    "generate_series": "generate_series",
    "range": "range",
    "generator": "",
    "sequence": "",
    "generate_array": "",
}


def alias_columns(node: exp.Expr) -> list[str]:
    """The column names of `AS t(a, b)`."""
    alias = node.args.get("alias")
    columns = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
    return [c.name for c in columns] if columns else []


def add_from(node: exp.Expr, scope: Scope) -> None:
    """Adds a source of FROM, with the joins that are written at it: `(a JOIN b …)`."""
    if (
        isinstance(node, exp.Subquery)
        and isinstance(node.this, exp.Table | exp.Subquery)
        and not node.alias
        and not node.args.get("pivots")
    ):
        add_from(node.this, scope)
    else:
        scope.add(source_of(node, scope))
    joins, laterals = node.args.get("joins") or (), node.args.get("laterals") or ()
    if joins or laterals:
        add_joins(joins, laterals, scope)


def add_joins(joins: Iterable[exp.Join], laterals: Iterable[exp.Expr], scope: Scope) -> None:
    """Adds joined sources in order, then the conditions, which may mention any of them."""
    conditions: list[tuple[exp.Expr, int]] = []
    for join in joins:
        conditions += _joined(join, scope)
    for lateral in laterals:
        scope.add(source_of(lateral, scope))
    for condition, way in conditions:
        gather(condition, way, scope, scope.rows)


def _joined(join: exp.Join, scope: Scope) -> list[tuple[exp.Expr, int]]:
    before = len(scope.sources)
    args = join.args
    kind = (args.get("kind") or "").upper()
    halved = kind in ("SEMI", "ANTI")
    way = FILTER if halved else JOIN
    add_from(args["this"], scope)
    if halved:
        _hide(scope, before, join)
    using = [i.name.lower() for i in args.get("using") or ()]
    if (args.get("method") or "").upper() == "NATURAL":
        using += _shared(scope, before)
    for name in dict.fromkeys(using):
        _merge(name, (args.get("side") or "").upper(), before, way, scope)
    conditions = [args[key] for key in ("on", "match_condition") if args.get(key) is not None]
    return [(c, way) for c in conditions]


def _hide(scope: Scope, before: int, join: exp.Join) -> None:
    """The side of a semi join that only decides: the new one, or after RIGHT SEMI the earlier ones."""
    earlier = (join.args.get("side") or "").upper() == "RIGHT"
    for source in scope.sources[:before] if earlier else scope.sources[before:]:
        source.hidden = True
        scope.rows |= scope.work.registry.composed(source.relation.rows, FILTER)


def _shared(scope: Scope, before: int) -> list[str]:
    """The columns that a NATURAL join compares."""
    left = [low for s in scope.sources[:before] if not s.hidden for low in s.relation.index]
    right = {low for s in scope.sources[before:] for low in s.relation.index}
    if any(s.relation.rest is not None for s in scope.sources):
        # Some columns are not known, so that any column may be compared, whatever is known.
        every = NOTHING.union(*(s.relation.every for s in scope.sources))
        scope.rows |= scope.work.registry.composed(every, JOIN)
    return [low for low in dict.fromkeys(left) if low in right]


def _merge(name: str, side: str, before: int, way: int, scope: Scope) -> None:
    """A column of USING: one of two, from the side that has all its rows; after FULL from either."""
    registry = scope.work.registry
    left = scope.merged.get(name)
    if left is None:
        left = _either(scope.sources[:before], name, registry)
    right = _either(scope.sources[before:], name, registry)
    if left is None or right is None:
        scope.rows |= registry.composed(scope.work.give_up_on(name), way)
    left, right = left or NOTHING, right or NOTHING
    scope.rows |= registry.composed(left | right, way)
    if any(s.hidden for s in scope.sources[before:]):
        scope.merged[name] = left
    elif side == "RIGHT" or any(s.hidden for s in scope.sources[:before]):
        scope.merged[name] = right
    elif side == "FULL":
        scope.merged[name] = registry.composed(left | right, TRANSFORMATION)
    else:
        scope.merged[name] = left


def _either(sources: Sequence[Source], name: str, registry: Registry) -> Reads | None:
    listed = [r for s in sources if (r := s.relation.listed(name)) is not None]
    found = listed or [r for s in sources if (r := s.relation.of(name, registry)) is not None]
    return NOTHING.union(*found) if found else None


def source_of(node: exp.Expr, scope: Scope) -> Source:
    """A source under the name by which it is known, without the joins at it."""
    alias = node.args.get("alias")
    name = node.alias_or_name.lower() if not isinstance(alias, exp.TableAlias) or alias.name else ""
    match node:
        case exp.Table(this=exp.Identifier()):
            return _table(node, name, scope)
        case exp.Table() if node.args.get("rows_from"):
            calls = node.args["rows_from"]
            return Source(name, _rows_of(calls, alias_columns(node), scope))
        case exp.Table():
            return _renamed_row(name, _function(node.this, node, scope), node, scope)
        case exp.Values():
            return Source(name, values_relation(node, scope))
        case exp.Unnest():
            return Source(name, _unnest(node, scope))
        case exp.Lateral():
            return _lateral(node, name, scope)
        case exp.Subquery():
            return _subquery(node, name, scope)
        case exp.Query() | exp.Pivot():
            return Source(name, scope.work.query(node, _beside(scope)).renamed(alias_columns(node)))
        case _:
            return Source(name, _function(node, node, scope).renamed(alias_columns(node)))


def _subquery(node: exp.Subquery, name: str, scope: Scope) -> Source:
    relation = scope.work.query(node.this, _beside(scope)).renamed(alias_columns(node))
    for pivot in node.args.get("pivots") or ():
        relation = pivoted(relation, pivot, scope, name)
        name = pivot.alias.lower() or name
    return Source(name, relation)


def _beside(scope: Scope) -> Scope:
    """What a subquery in FROM sees: not the sources beside it, unless it is LATERAL, as any subquery of DuckDB may be."""
    return scope if scope.work.dialect == "duckdb" else Scope(scope.work, scope.outer, scope.env)


def _table(node: exp.Table, name: str, scope: Scope) -> Source:
    path = tuple(p.name.lower() for p in node.parts)
    relation = scope.env.get(path[-1]) if len(path) == 1 or path[:-1] == ("recurring",) else None
    inherited = relation is not None
    if relation is None:
        relation = scope.work.known.relation(scope.work.registry, path)
    if relation is None and len(path) > 1 and scope.source(path[0]) is not None:
        found = scope.path(path)  # BigQuery's `FROM t, t.items`
        relation = None if found is None else _row_relation([found], alias_columns(node), scope)
    if relation is None and path[-1] == "dual":
        relation = Relation(("DUMMY",), (NOTHING,))
    if relation is None:
        written = ".".join(p.name for p in node.parts)
        scope.work.give_up_on(written)
        relation = scope.work.known.unknown(scope.work.registry, path, written)
    relation = relation.renamed(alias_columns(node))
    for pivot in node.args.get("pivots") or ():
        relation = pivoted(relation, pivot, scope, name)
        name = pivot.alias.lower() or name
    return Source(name, relation, () if node.alias or inherited else path, table=() if inherited else path)


def _renamed_row(name: str, relation: Relation, node: exp.Expr, scope: Scope) -> Source:
    """A function's rows under an alias: DuckDB and PostgreSQL call a single column as the source."""
    columns = alias_columns(node)
    if not columns and node.alias and len(relation.names) == 1:
        columns = [node.alias]
    relation = relation.renamed(columns)
    if node.args.get("ordinality"):
        relation = Relation((*relation.names, "ordinality"), (*relation.reads, NOTHING), relation.rows, relation.rest)
    for pivot in node.args.get("pivots") or ():
        relation = pivoted(relation, pivot, scope, name)
    return Source(name, relation)


def _function(call: exp.Expr, node: exp.Expr, scope: Scope) -> Relation:
    """The rows of a function: of values from its arguments, or, for one that nobody knows, from anywhere."""
    if isinstance(call, exp.TableFromRows) or (isinstance(call, exp.Anonymous) and call.name.lower() == "table"):
        inner = call.expressions[0] if call.expressions else call.this
        if isinstance(inner, exp.Func):  # TABLE(f(…)) is what f makes
            return _function(inner, node, scope)
    name = (call.name if isinstance(call, exp.Anonymous) else call.sql_names()[0] if isinstance(call, exp.Func) else "").lower()
    if isinstance(call, exp.GenerateSeries | exp.ExplodingGenerateSeries) or name in _GENERATORS:
        made = _rows_of([call], [], scope)
        column = _GENERATORS.get(name, "generate_series")
        if isinstance(call, exp.GenerateSeries) and call.args.get("is_end_exclusive"):
            column = "range"
        reads = NOTHING.union(*made.reads, made.rest or NOTHING)
        return Relation([column], [reads], made.rows) if column else made
    if name in ROW_FUNCTIONS or isinstance(
        call, exp.UDTF | exp.Explode | exp.Posexplode | exp.Inline | exp.JSONTable | exp.OpenJSON
    ):
        return _rows_of([call], [], scope)
    arguments = reads_of(call, scope, TRANSFORMATION) if isinstance(call, exp.Func) else NOTHING
    anything = scope.work.give_up(call)
    scope.work.registry.table(name or call.sql(), ())
    if not name.startswith("read_"):
        # A macro may read any table; a reader of files reads files.
        scope.work.known.register_all(scope.work.registry)
    return Relation((), (), scope.work.registry.composed(arguments | anything, JOIN), arguments | anything)


def _rows_of(calls: Sequence[exp.Expr], names: Sequence[str], scope: Scope) -> Relation:
    inner = Scope(scope.work, scope)
    return _row_relation([reads_of(c, inner, TRANSFORMATION) for c in calls], names, scope)


def _row_relation(values: Sequence[Reads], names: Sequence[str], scope: Scope) -> Relation:
    """Rows that are made of values: whatever columns they have come from these, and how many rows there are does too."""
    every = NOTHING.union(*values)
    return Relation(names, [every] * len(names), scope.work.registry.composed(every, JOIN), None if names else every)


def _unnest(node: exp.Unnest, scope: Scope) -> Relation:
    registry = scope.work.registry
    values = [reads_of(e, scope, TRANSFORMATION) for e in node.expressions]
    rows = registry.composed(NOTHING.union(*values), JOIN)
    alias = node.args.get("alias")
    names = alias_columns(node)
    if not names:
        only = isinstance(alias, exp.TableAlias) and alias.name and len(values) == 1
        names = [alias.name] if only and isinstance(alias, exp.TableAlias) else ["unnest"] * len(values)
    reads = [values[i] if len(values) == len(names) else NOTHING.union(*values) for i in range(len(names))]
    offset = node.args.get("offset")
    if offset:
        name = offset.name if isinstance(offset, exp.Expr) else "ordinality"
        if len(names) > len(values):
            reads[-1] = NOTHING
        else:
            names, reads = [*names, name], [*reads, NOTHING]
    # Elsewhere what is unnested may be a row, whose fields are columns unless they are given names here.
    exact = scope.work.dialect == "duckdb" or bool(alias_columns(node))
    return Relation(names, reads, rows, None if exact else NOTHING.union(*values))


def _lateral(node: exp.Lateral, name: str, scope: Scope) -> Source:
    inner, columns = node.this, alias_columns(node)
    if isinstance(inner, exp.Query):
        return Source(name, scope.work.query(inner, scope).renamed(columns))
    if isinstance(inner, exp.Unnest):
        return Source(name, _unnest(inner, scope).renamed(columns))
    if node.args.get("view") or isinstance(inner, exp.Explode | exp.Posexplode | exp.Inline):
        return Source(name, _rows_of([inner], columns, scope))
    return _renamed_row(name, _function(inner, node, scope), node, scope)


def values_relation(node: exp.Values, scope: Scope) -> Relation:
    """VALUES: a column for each place, from whatever the rows have there."""
    rows = [r.expressions if isinstance(r, exp.Tuple) else [r] for r in node.expressions]
    width = max((len(r) for r in rows), default=0)
    reads = [reads_of_all((r[i] for r in rows if i < len(r)), scope, IDENTITY) for i in range(width)]
    first = 0 if scope.work.dialect == "duckdb" else 1
    prefix = "col" if scope.work.dialect in ("duckdb", "spark", "databricks", "hive") else "column"
    names = [f"{prefix}{i + first}" for i in range(width)]
    return Relation(names, reads, frozenset(scope.rows)).renamed(alias_columns(node))
