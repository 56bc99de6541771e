"""Queries: SELECT, set operations, common table expressions. Each becomes a relation in one pass."""

from collections.abc import Iterable
from typing import Any, Final

from sqlglot import exp

from hansa.compile.lineage.combining import combined
from hansa.compile.lineage.ctes import with_ctes
from hansa.compile.lineage.expressions import gather, reads_of
from hansa.compile.lineage.naming import output_name
from hansa.compile.lineage.pivots import pivoted
from hansa.compile.lineage.reads import ANYTHING_OF_ROWS, FILTER, GROUP_BY, NOTHING, SORT, Reads
from hansa.compile.lineage.relation import REST, Relation
from hansa.compile.lineage.scope import Scope
from hansa.compile.lineage.sources import add_from, add_joins, source_of, values_relation
from hansa.compile.lineage.stars import Item, columns_in, expanded, fields, repeated, star_of

# The parts of a SELECT that are followed, or that decide nothing about columns. Any other part is syntax that nobody understood.
_FOLLOWED: Final = frozenset(
    {
        *("kind", "options", "from_", "for_", "locks", "distribute", "sample", "limit", "offset", "windows", "into", "where"),
        *("group", "prewhere", "sort", "format", "expressions", "hint", "qualify", "pivots", "joins", "with_", "laterals"),
        *("distinct", "connect", "cluster", "having", "settings", "order", "operation_modifiers", "exclude"),
    }
)


def query(node: exp.Expr, outer: Scope) -> Relation:
    """The relation of a query. `outer` is the scope around it, for what is correlated and for common table expressions."""
    scope = Scope(outer.work, outer, with_ctes(node, outer))
    match node:
        case exp.Select():
            return _select(node, scope)
        case exp.SetOperation():
            return _modified(node, _set_operation(node, scope), scope)
        case exp.Subquery():
            return _subquery(node, scope)
        case exp.Values():
            return _modified(node, values_relation(node, scope), scope)
        case exp.Pivot():
            return pivoted(source_of(node.this, scope).relation, node, scope)
        case exp.Table():
            add_from(node, scope)
            return _all_of(scope)
        case _:
            return Relation((), (), ANYTHING_OF_ROWS, outer.work.give_up(node))


def _subquery(node: exp.Subquery, scope: Scope) -> Relation:
    if node.args.get("joins") or node.args.get("laterals"):
        add_from(node, scope)
        return _all_of(scope)
    return _modified(node, source_of(node, scope).relation, scope)


def _all_of(scope: Scope) -> Relation:
    return _relation(expanded(exp.Star(), exp.Star(), scope), scope)


def _relation(items: Iterable[Item], scope: Scope) -> Relation:
    """Select items as a relation. What stands for columns without known names becomes the rest."""
    names: list[str] = []
    reads: list[Reads] = []
    rest: Reads | None = None
    for item in items:
        if item.name == REST:
            rest = item.reads | (rest or NOTHING)
        else:
            names.append(item.name)
            reads.append(item.reads)
    return Relation(names, reads, frozenset(scope.rows), rest)


# SELECT


def _select(node: exp.Select, scope: Scope) -> Relation:
    args = node.args
    _sources(args, scope)
    scope.windows = {w.name.lower(): w for w in args.get("windows") or ()}
    items = _items(args, scope)
    rows = scope.rows
    for clause in ("where", "prewhere", "having", "qualify", "connect", "limit", "offset"):
        if args.get(clause):
            _condition(args[clause], clause, scope)
    if args.get("group"):
        rows |= _grouped(args["group"], node, items, scope)
    if args.get("distinct"):
        on = args["distinct"].args.get("on")
        distinct = [_key(e, items, scope) for e in on.expressions] if on else [i.reads for i in items]
        rows |= scope.work.registry.composed(NOTHING.union(*distinct), GROUP_BY)
    relation = _modified(node, _relation(items, scope), scope, items)
    unknown = [v for key, v in args.items() if v and key not in _FOLLOWED]
    if unknown:
        first = unknown[0][0] if isinstance(unknown[0], list) else unknown[0]
        anything = scope.work.give_up(first if isinstance(first, exp.Expr) else node)
        return Relation(relation.names, [r | anything for r in relation.reads], relation.rows | ANYTHING_OF_ROWS, anything)
    return relation


def _sources(args: "dict[str, Any]", scope: Scope) -> None:
    from_ = args.get("from_")
    if isinstance(from_, exp.From):
        add_from(from_.this, scope)
    laterals = args.get("laterals") or ()
    joins = args.get("joins") or ()
    if joins or laterals:
        add_joins(joins, laterals, scope)


def _items(args: "dict[str, object]", scope: Scope) -> list[Item]:
    items: list[Item] = []
    dialect = scope.work.dialect
    for item in _unpacked(args):
        kind = type(item)
        if kind is exp.Column and type(item.args["this"]) is not exp.Star:
            named = scope.handed_on(item)
            items.append(Item(*named) if named is not None else Item(scope.spelling(item), scope.column(item)))
            continue
        if kind is exp.Dot and isinstance(item.expression, exp.Star):
            items += fields(item, item.expression, scope)
            continue
        star = star_of(item)
        if star is not None:
            items += expanded(item, star, scope)
            continue
        scope.work.starred = False
        reads = reads_of(item, scope)
        columns = columns_in(item) if scope.work.starred else None
        if columns is not None:
            items += repeated(item, columns, scope)
            continue
        name = output_name(item, dialect)
        items.append(Item(name, reads))
        if kind is exp.Alias:
            low = name.lower()
            scope.aliases[low] = reads | scope.aliases[low] if low in scope.aliases else reads
        elif kind is exp.Aliases:
            items.pop()
            items += [Item(e.name, reads) for e in item.expressions]
    return items


def _unpacked(args: "dict[str, Any]") -> list[exp.Expr]:
    """The items of a select list. BigQuery's `SELECT AS VALUE STRUCT(…)` has the fields of the struct."""
    items: list[exp.Expr] = args["expressions"]
    if str(args.get("kind") or "").upper() != "VALUE" or len(items) != 1:
        return items
    value = items[0].unalias()
    if not isinstance(value, exp.Struct):
        return items
    return [exp.alias_(e.expression.copy(), e.name) if isinstance(e, exp.PropertyEQ) else e for e in value.expressions]


def _condition(clause: exp.Expr, name: str, scope: Scope) -> None:
    """A clause that decides which rows remain. After WHERE, a name may mean a select item as well as a column."""
    gather(clause, FILTER, scope, scope.rows)
    if name in ("having", "qualify") and scope.aliases:
        for column in clause.find_all(exp.Column):
            if not column.table and column.name.lower() in scope.aliases:
                scope.rows |= scope.work.registry.composed(scope.aliases[column.name.lower()], FILTER)


def _grouped(group: exp.Expr, node: exp.Select, items: list[Item], scope: Scope) -> Reads:
    """The reads of GROUP BY, whose keys may be places or names of select items; GROUP BY ALL are those without aggregates."""
    registry = scope.work.registry
    keys: list[Reads] = []
    for key, value in group.args.items():
        for part in value if isinstance(value, list) else ():
            if key == "expressions" and not isinstance(part, _GROUPINGS):
                keys.append(_key(part, items, scope))
            else:
                keys += [_key(inner, items, scope) for inner in _leaves(part)]
    if group.args.get("all") or (len(group.expressions) == 1 and group.expressions[0].name.upper() == "ALL"):
        keys += [_all_of_items(node, items, scope)]
    return registry.composed(NOTHING.union(*keys), GROUP_BY)


_GROUPINGS: Final = (exp.Rollup, exp.Cube, exp.GroupingSets, exp.Tuple, exp.Paren)


def _leaves(part: exp.Expr) -> Iterable[exp.Expr]:
    """The keys within ROLLUP, CUBE and GROUPING SETS."""
    if isinstance(part, _GROUPINGS):
        inner = part.expressions if not isinstance(part, exp.Paren) else [part.this]
        for one in inner:
            yield from _leaves(one)
    else:
        yield part


def _all_of_items(node: exp.Select, items: list[Item], scope: Scope) -> Reads:
    written = node.expressions
    if len(written) != len(items):
        return NOTHING.union(*(i.reads for i in items))
    plain = (i.reads for e, i in zip(written, items, strict=True) if not _aggregates(e))
    return NOTHING.union(*plain)


def _aggregates(item: exp.Expr) -> bool:
    """Whether a select item holds an aggregate of its own, not one over a window or in a subquery."""
    return any(isinstance(n, exp.AggFunc) for n in item.walk(prune=lambda n: isinstance(n, exp.Window | exp.Query)))


def _key(key: exp.Expr, items: list[Item], scope: Scope) -> Reads:
    """A key of GROUP BY or DISTINCT ON: a place, a column, a select item's name, or an expression."""
    place = _place(key, items)
    if place is not None:
        return place
    if isinstance(key, exp.Column) and not key.table:
        low = key.name.lower()
        named = scope.aliases.get(low)
        own = scope.bare(low) if named is not None else None
        if named is not None:
            return named if own is None else named | own
    return reads_of(key, scope)


def _place(key: exp.Expr, items: list[Item]) -> Reads | None:
    """The select item that a whole number stands for. Where stars hide how many there are, any of them."""
    if not isinstance(key, exp.Literal) or key.is_string or not key.name.isdigit():
        return None
    at = int(key.name) - 1
    if any(i.name == REST for i in items):
        return NOTHING.union(*(i.reads for i in items))
    return items[at].reads if 0 <= at < len(items) else None


# What may follow any query


def _modified(node: exp.Expr, relation: Relation, scope: Scope, items: list[Item] | None = None) -> Relation:
    """ORDER BY and its relatives; for all but a SELECT also LIMIT and OFFSET."""
    args = node.args
    rows: set[int] = set()
    for clause in ("order", "sort", "cluster", "distribute"):
        if args.get(clause):
            rows |= _sorted(args[clause], relation, scope, items)
    if items is None:
        for clause in ("limit", "offset"):
            if args.get(clause):
                gather(args[clause], FILTER, scope, rows)
    return Relation(relation.names, relation.reads, relation.rows | rows, relation.rest) if rows else relation


def _sorted(order: exp.Expr, relation: Relation, scope: Scope, items: list[Item] | None) -> Reads:
    registry = scope.work.registry
    listed = items if items is not None else [Item(n, r) for n, r in zip(relation.names, relation.reads, strict=True)]
    keys: list[Reads] = []
    for ordered in order.expressions:
        key = ordered.this if isinstance(ordered, exp.Ordered) else ordered
        place = _place(key, listed)
        if place is not None:
            keys.append(place)
        elif isinstance(key, exp.Var | exp.Column) and key.name.upper() == "ALL":
            keys += [i.reads for i in listed]
        elif isinstance(key, exp.Column) and not key.table and key.name.lower() in relation.index:
            keys.append(relation.index[key.name.lower()])
        elif items is None:
            within = Scope(scope.work, scope)
            within.merged = dict(relation.index)
            keys.append(relation.rest if relation.rest is not None else reads_of(key, within))
        else:
            keys.append(reads_of(key, scope))
    return registry.composed(NOTHING.union(*keys), SORT)


# Set operations


def _set_operation(node: exp.SetOperation, scope: Scope) -> Relation:
    """A chain of set operations, from the left; long chains are no deep recursion."""
    chain: list[exp.SetOperation] = []
    first: exp.Expr = node
    while isinstance(first, exp.SetOperation) and (first is node or not _has_own(first)):
        chain.append(first)
        first = first.left
    relation = scope.work.query(first, scope)
    for operation in reversed(chain):
        relation = combined(operation, relation, scope.work.query(operation.right, scope), scope.work.registry)
    return relation


def _has_own(node: exp.Expr) -> bool:
    return any(node.args.get(key) for key in ("with_", "order", "limit", "offset"))
