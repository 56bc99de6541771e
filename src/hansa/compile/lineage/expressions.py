"""The reads of an expression: one walk without recursion, which knows for each kind of node how its parts take part."""

from collections.abc import Callable, Hashable, Iterable
from functools import cache
from typing import Any, Final

from sqlglot import exp

from hansa.compile.lineage.reads import (
    AFTER,
    AGGREGATION,
    CONDITIONAL,
    IDENTITY,
    JOIN,
    NOTHING,
    SORT,
    TRANSFORMATION,
    WINDOW,
    Reads,
)
from hansa.compile.lineage.scope import Scope

Stack = list[tuple[exp.Expr, int]]
Way = Callable[[exp.Expr, int, Scope, Stack, set[int]], None]

# Window functions that hand a value on rather than compute one from many.
_PICKING: Final = (exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue)
# Aggregates of DuckDB and others that SQLGlot passes on as functions it does not know.
_AGGREGATES: Final = frozenset(
    {
        *("bit_and", "bit_or", "bit_xor", "bool_and", "bool_or", "favg", "fsum", "sumkahan", "kurtosis", "kurtosis_pop"),
        *("skewness", "mad", "entropy", "histogram", "histogram_exact", "list", "product", "geomean", "geometric_mean"),
        *("quantile", "reservoir_quantile", "approx_top_k", "arg_max_null", "arg_min_null", "regr_slope", "regr_intercept"),
        *("regr_count", "regr_r2", "regr_avgx", "regr_avgy", "regr_sxx", "regr_syy", "regr_sxy", "covar_pop", "covar_samp"),
        *("any_value", "arbitrary", "wavg", "weighted_avg", "string_agg", "group_concat", "max_by", "min_by", "collect_list"),
        *("collect_set",),
    }
)
# Aggregates whose WITHIN GROUP (ORDER BY …) only arranges what they put together.
_ARRANGING: Final = (exp.GroupConcat, exp.ArrayAgg)
ROW_FUNCTIONS: Final = frozenset(
    {
        *("unnest", "explode", "explode_outer", "posexplode", "posexplode_outer", "inline", "inline_outer", "stack"),
        *("json_each", "json_tree", "jsonb_each", "jsonb_array_elements", "json_array_elements", "jsonb_array_elements_text"),
        *("json_array_elements_text", "json_object_keys", "jsonb_object_keys", "regexp_split_to_table", "string_split"),
        *("string_to_table", "split_to_table", "flatten", "openjson", "json_table", "jsonb_to_recordset", "json_to_recordset"),
        *("jsonb_each_text", "json_each_text", "regexp_matches", "xmltable", "table"),
    }
)


def reads_of(node: exp.Expr | None, scope: Scope, way: int = IDENTITY) -> Reads:
    """The reads of an expression whose value is used in some way."""
    if node is None:
        return NOTHING
    if type(node) is exp.Column and type(node.args["this"]) is not exp.Star:
        return scope.work.registry.composed(scope.column(node), way)
    into: set[int] = set()
    gather(node, way, scope, into)
    return frozenset(into)


def reads_of_all(nodes: Iterable[exp.Expr], scope: Scope, way: int) -> Reads:
    into: set[int] = set()
    for node in nodes:
        gather(node, way, scope, into)
    return frozenset(into)


def gather(node: exp.Expr, way: int, scope: Scope, into: set[int]) -> None:
    """Adds the reads of an expression to a set."""
    composed = scope.work.registry.composed
    stack: Stack = [(node, way)]
    while stack:
        node, way = stack.pop()
        kind: Any = type(node)
        if kind is exp.Column and type(node.args["this"]) is not exp.Star:
            into |= composed(scope.column(node), way)
            continue
        handle = _way_of(kind)
        if handle is not None:
            handle(node, way, scope, stack, into)


@cache
def _way_of(kind: Hashable) -> Way | None:
    """How to go on from a kind of node; None for one that reads nothing. The order matters: the first that fits."""
    for kinds, way in _WAYS:
        if isinstance(kind, type) and issubclass(kind, kinds):
            return way
    return _parts


def _parts(node: exp.Expr, way: int, scope: Scope, stack: Stack, into: set[int]) -> None:
    """An operator or a function: all that stands in it is transformed."""
    _push_parts(node, AFTER[way][TRANSFORMATION], stack)


def _push_parts(node: exp.Expr, way: int, stack: Stack, *without: str) -> None:
    for key, value in node.args.items():
        if value is None or value is False or key in without:
            continue
        if isinstance(value, exp.Expr):
            stack.append((value, way))
        elif type(value) is list:
            stack.extend([(v, way) for v in value if isinstance(v, exp.Expr)])


def _named_value(node: exp.Expr, way: int, scope: Scope, stack: Stack, into: set[int]) -> None:
    """A field of a struct or an argument by name, `a := x`: the name is no column."""
    stack.append((node.args["expression"], AFTER[way][TRANSFORMATION]))


def _same(node: exp.Expr, way: int, scope: Scope, stack: Stack, into: set[int]) -> None:
    """Parentheses and aliases change nothing."""
    stack.append((node.args["this"], way))


def _aggregate(node: exp.Expr, way: int, scope: Scope, stack: Stack, into: set[int]) -> None:
    if isinstance(node, exp.Count) and isinstance(node.this, exp.Star):
        return  # it counts rows, whatever they hold
    _push_parts(node, AFTER[way][TRANSFORMATION if isinstance(node, _PICKING) else AGGREGATION], stack)


def _anonymous(node: exp.Expr, way: int, scope: Scope, stack: Stack, into: set[int]) -> None:
    name = node.name.lower()
    _push_parts(node, AFTER[way][AGGREGATION if name in _AGGREGATES else TRANSFORMATION], stack)
    if name in ROW_FUNCTIONS:
        _row_function(node, scope)


def _unnest(node: exp.Expr, way: int, scope: Scope, stack: Stack, into: set[int]) -> None:
    _push_parts(node, AFTER[way][TRANSFORMATION], stack)
    _row_function(node, scope)


def _row_function(node: exp.Expr, scope: Scope) -> None:
    """A function in a select list that makes several rows of one: what it reads decides how many rows there are."""
    inside: Stack = []
    _push_parts(node, AFTER[JOIN][TRANSFORMATION], inside)
    for part, way in inside:
        gather(part, way, scope, scope.rows)


def _case(node: exp.Expr, way: int, scope: Scope, stack: Stack, into: set[int]) -> None:
    """CASE and IF: conditions decide, results are handed on."""
    condition, value = AFTER[way][CONDITIONAL], AFTER[way][TRANSFORMATION]
    args = node.args
    if args.get("this") is not None:
        stack.append((args["this"], condition))
    for branch in args.get("ifs") or ():
        stack += [(branch.args["this"], condition), (branch.args["true"], value)]
    stack += [(args[key], value) for key in ("true", "false", "default") if args.get(key) is not None]


def _condition(node: exp.Expr, way: int, scope: Scope, stack: Stack, into: set[int]) -> None:
    """The WHERE of an aggregate's FILTER."""
    stack.append((node.args["this"], AFTER[way][CONDITIONAL]))


def _window(node: exp.Expr, way: int, scope: Scope, stack: Stack, into: set[int]) -> None:
    args = node.args
    within = AFTER[way][WINDOW]
    if args.get("this") is not None and not isinstance(args["this"], exp.Identifier):
        stack.append((args["this"], way))
    elif isinstance(args.get("this"), exp.Identifier):
        _named_window(args["this"].name, within, scope, stack)
    if isinstance(args.get("alias"), exp.Identifier):
        _named_window(args["alias"].name, within, scope, stack)
    for part in args.get("partition_by") or ():
        stack.append((part, within))
    for key in ("order", "spec"):
        if isinstance(args.get(key), exp.Expr):
            _push_parts(args[key], within, stack)


def _named_window(name: str, way: int, scope: Scope, stack: Stack) -> None:
    named = scope.windows.get(name.lower())
    if named is None:
        return
    _push_parts(named, way, stack, "this", "alias")
    base = named.args.get("alias")
    if isinstance(base, exp.Identifier) and base.name.lower() != name.lower():
        _named_window(base.name, way, scope, stack)


def _ordered(node: exp.Expr, way: int, scope: Scope, stack: Stack, into: set[int]) -> None:
    """`array_agg(x ORDER BY y)`."""
    if isinstance(node.args.get("this"), exp.Expr):
        stack.append((node.args["this"], way))
    stack.extend((e, AFTER[way][SORT]) for e in node.expressions)


def _within_group(node: exp.Expr, way: int, scope: Scope, stack: Stack, into: set[int]) -> None:
    stack.append((node.args["this"], way))
    arranged = SORT if isinstance(node.this, _ARRANGING) else AGGREGATION
    stack.extend((e, AFTER[way][arranged]) for e in node.args["expression"].expressions)


def _query(node: exp.Expr, way: int, scope: Scope, stack: Stack, into: set[int]) -> None:
    """A subquery as a value: its columns are the value, and what decides about its rows decides about the value."""
    work = scope.work
    relation = work.query(node, scope)
    into |= work.registry.composed(relation.every, way)
    into |= work.registry.composed(relation.rows, way)


def _in(node: exp.Expr, way: int, scope: Scope, stack: Stack, into: set[int]) -> None:
    """BigQuery's `a IN UNNEST(b)` makes no rows."""
    within = AFTER[way][TRANSFORMATION]
    _push_parts(node, within, stack, "unnest")
    unnest = node.args.get("unnest")
    if isinstance(unnest, exp.Expr):
        _push_parts(unnest, within, stack)


def _exists(node: exp.Expr, way: int, scope: Scope, stack: Stack, into: set[int]) -> None:
    inner = node.args["this"]
    if not isinstance(inner, exp.Query):
        _parts(node, way, scope, stack, into)  # Spark's exists(array, lambda)
        return
    into |= scope.work.registry.composed(scope.work.query(inner, scope).rows, way)


def _lambda(node: exp.Expr, way: int, scope: Scope, stack: Stack, into: set[int]) -> None:
    inner = Scope(scope.work, scope, local=[e.name.lower() for e in node.expressions])
    gather(node.args["this"], way, inner, into)
    scope.rows |= inner.rows


def _comprehension(node: exp.Expr, way: int, scope: Scope, stack: Stack, into: set[int]) -> None:
    args = node.args
    names = [e.name.lower() for e in (args.get("expression"), args.get("position")) if isinstance(e, exp.Expr)]
    stack.append((args["iterator"], AFTER[way][TRANSFORMATION]))
    inner = Scope(scope.work, scope, local=names)
    gather(args["this"], AFTER[way][TRANSFORMATION], inner, into)
    if args.get("condition") is not None:
        gather(args["condition"], AFTER[way][CONDITIONAL], inner, into)


def _dot(node: exp.Expr, way: int, scope: Scope, stack: Stack, into: set[int]) -> None:
    """A field, `f(x).a`, a method, `t.a.lower()`, or a function by its schema, `main.lower(a)`."""
    within = AFTER[way][TRANSFORMATION]
    names: list[str] = []
    part: exp.Expr = node
    while isinstance(part, exp.Dot):
        last = part.args["expression"]
        if isinstance(last, exp.Identifier):
            names.append(last.name.lower())
        else:
            names.clear()
            stack.append((last, within))
        part = part.args["this"]
    row = part.this if isinstance(part, exp.Paren) else None
    if names and isinstance(row, exp.Column):  # PostgreSQL's `(t).a`
        names += [p.name.lower() for p in reversed(row.parts)]
    elif isinstance(part, exp.Identifier):
        names.append(part.name.lower())
    else:
        stack.append((part, within))
        return
    names.reverse()
    found = scope.path(names) if len(names) > 1 else scope.bare(names[0])
    if found is not None:
        into |= scope.work.registry.composed(found, within)


def _identifier(node: exp.Expr, way: int, scope: Scope, stack: Stack, into: set[int]) -> None:
    """Where SQLGlot leaves a bare name, it is a parameter or a keyword, unless there is such a column."""
    found = scope.bare(node.name.lower())
    if found is not None:
        into |= scope.work.registry.composed(found, way)


def _star(node: exp.Expr, way: int, scope: Scope, stack: Stack, into: set[int]) -> None:
    """`hash(*)`, `count(t.*)`, `coalesce(*COLUMNS('…'))` where nobody expanded them: all columns that there are."""
    scope.work.starred = True
    within = AFTER[way][TRANSFORMATION]
    for source in scope.sources:
        if not isinstance(node, exp.Column) or source.name == node.table.lower():
            into |= scope.work.registry.composed(source.relation.every, within)
    if isinstance(node, exp.Column) and scope.source(node.table.lower()) is None:
        found = scope.path([p.name.lower() for p in node.parts[:-1]])
        into |= scope.work.registry.composed(scope.work.give_up(node) if found is None else found, within)


def _series(node: exp.Expr, way: int, scope: Scope, stack: Stack, into: set[int]) -> None:
    """`generate_series` in a select list: a list, or in PostgreSQL several rows."""
    (_unnest if scope.work.dialect in ("postgres", "redshift") else _parts)(node, way, scope, stack, into)


def _parameter(node: exp.Expr, way: int, scope: Scope, stack: Stack, into: set[int]) -> None:
    """Snowflake's `$1` is a column by its place; elsewhere a parameter comes from outside."""
    if scope.work.dialect == "snowflake" and node.name.isdigit():
        _unknown(node, way, scope, stack, into)


def _unknown(node: exp.Expr, way: int, scope: Scope, stack: Stack, into: set[int]) -> None:
    into |= scope.work.registry.composed(scope.work.give_up(node), way)


_LEAVES: Final = (
    *(exp.Literal, exp.DataType, exp.Var, exp.Boolean, exp.Null, exp.Placeholder, exp.SessionParameter),
    *(exp.IntervalSpan, exp.National, exp.RawString, exp.HexString, exp.BitString, exp.ByteString, exp.UnicodeString),
)
_WAYS: Final[tuple[tuple[type[exp.Expr] | tuple[type[exp.Expr], ...], Way | None], ...]] = (
    (_LEAVES, None),
    ((exp.Paren, exp.Alias, exp.Aliases), _same),
    (exp.Parameter, _parameter),
    (exp.GenerateSeries, _series),
    ((exp.PropertyEQ, exp.Kwarg), _named_value),
    (exp.In, _in),
    (exp.Query, _query),
    (exp.Exists, _exists),
    (exp.Window, _window),
    ((exp.Case, exp.If), _case),
    (exp.Where, _condition),
    (exp.Order, _ordered),
    (exp.WithinGroup, _within_group),
    (exp.Lambda, _lambda),
    (exp.Comprehension, _comprehension),
    ((exp.Explode, exp.Posexplode, exp.Inline, exp.Unnest), _unnest),
    (exp.AggFunc, _aggregate),
    (exp.Anonymous, _anonymous),
    (exp.Dot, _dot),
    (exp.Identifier, _identifier),
    ((exp.Star, exp.Columns, exp.Column), _star),
    ((exp.PositionalColumn, exp.Command), _unknown),
)
