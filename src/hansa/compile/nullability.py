"""Infers from a query's tree whether its columns may hold nulls.

Only what follows from the query and from what its inputs promise is claimed; all else is unknown, and is left to the audit, which
looks at the data. Two directions matter: never to say "may be null" where a condition rules it out, and to say it with the reason
where nothing does: an optional column, the far side of an outer join, a CASE without ELSE.
"""

from collections.abc import Mapping
from dataclasses import replace

from sqlglot import exp

from hansa.compile.nullness import NEVER, NOTHING_KNOWN, UNKNOWN, Nullness, Relation, either, maybe
from hansa.compile.rejecting import conjuncts, rejected
from hansa.compile.values import Scope, Source, value_nullness

Tables = Mapping[str, Relation]


def infer(query: exp.Query, tables: Tables) -> Relation:
    """The columns of a query's result with their nullness. `tables` are what it may read, by lower-case name."""
    try:
        return _query(query, dict(tables))
    except RecursionError:
        return NOTHING_KNOWN


def _query(query: exp.Expr, tables: Tables) -> Relation:
    known = _with_ctes(query, tables)
    match query:
        case exp.Subquery():
            return _aliased(_query(query.this, known), query)
        case exp.Select():
            return _select(query, known)
        case exp.SetOperation():
            return _set_operation(query, known)
        case _:
            return NOTHING_KNOWN


def _with_ctes(query: exp.Expr, tables: Tables) -> Tables:
    with_ = query.args.get("with_")
    if not isinstance(with_, exp.With):
        return tables
    known = dict(tables)
    for cte in with_.expressions:
        name = cte.alias.lower()
        if with_.recursive:
            known[name] = NOTHING_KNOWN
        known[name] = NOTHING_KNOWN if with_.recursive else _aliased(_query(cte.this, known), cte)
    return known


def _aliased(relation: Relation, named: exp.Expr) -> Relation:
    alias = named.args.get("alias")
    columns = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
    return relation.renamed(tuple(c.name for c in columns)) if columns else relation


def _set_operation(query: exp.SetOperation, tables: Tables) -> Relation:
    left, right = _query(query.left, tables), _query(query.right, tables)
    if isinstance(query, exp.Except):
        return left
    if query.args.get("by_name"):
        return _by_name(left, right)
    if not (left.complete and right.complete and len(left.columns) == len(right.columns)):
        return Relation(tuple((c, UNKNOWN) for c, _ in left.columns), complete=False)
    pairs = zip(left.columns, right.columns, strict=True)
    if isinstance(query, exp.Intersect):
        return Relation(tuple((c, NEVER if a.never or b.never else either((a, b))) for (c, a), (_, b) in pairs))
    return Relation(tuple((c, either((a, b))) for (c, a), (_, b) in pairs))


def _by_name(left: Relation, right: Relation) -> Relation:
    if not (left.complete and right.complete):
        return NOTHING_KNOWN
    names = dict.fromkeys([c for c, _ in left.columns] + [c for c, _ in right.columns if left.find(c) is None])
    columns = []
    for name in names:
        absent = maybe("one side of UNION BY NAME does not have it")
        columns.append((name, either((left.find(name) or absent, right.find(name) or absent))))
    return Relation(tuple(columns))


def _select(query: exp.Select, tables: Tables) -> Relation:
    aliases: dict[str, Nullness] = {}  # grows with the select list: an item sees those before it
    scope = replace(_filtered(query, _scope(query, tables)), aliases=aliases)
    columns: list[tuple[str, Nullness]] = []
    complete = True
    for item in query.expressions:
        star = _star(item)
        if star is not None:
            expanded = _expanded(item, star, scope)
            complete = complete and expanded.complete
            columns += expanded.columns
        elif type(item.this) is not exp.Identifier and item.find(exp.Columns) is not None:
            complete = False
        else:
            name = item.alias_or_name or item.sql("duckdb")
            nullness = _by_alias(name.lower(), value_nullness(item.unalias(), scope), scope)
            columns.append((name, nullness))
            if isinstance(item, exp.Alias):
                aliases.setdefault(name.lower(), nullness)
    return Relation(tuple(columns), complete)


def _by_alias(name: str, nullness: Nullness, scope: Scope) -> Nullness:
    """A value whose alias a condition mentions, as DuckDB allows, is not told as "may be null"."""
    mentioned = nullness.maybe and any(key.endswith(f".{name}") for key in scope.never | scope.unsure)
    return UNKNOWN if mentioned and f".{name}" in scope.never | scope.unsure else nullness


def _star(item: exp.Expr) -> exp.Star | None:
    if isinstance(item, exp.Star):
        return item
    return item.this if isinstance(item, exp.Column) and isinstance(item.this, exp.Star) else None


def _expanded(item: exp.Expr, star: exp.Star, scope: Scope) -> Relation:
    """The columns that `*` or `t.*` stands for, without EXCLUDE, with REPLACE and RENAME."""
    wanted = item.table.lower() if isinstance(item, exp.Column) else ""
    without = {e.name.lower() for e in star.args.get("except_") or ()}
    replaced = {e.alias.lower(): e.this for e in star.args.get("replace") or () if isinstance(e, exp.Alias)}
    renamed = {e.this.name.lower(): e.alias for e in star.args.get("rename") or () if isinstance(e, exp.Alias)}
    columns: list[tuple[str, Nullness]] = []
    complete = True
    shown: set[str] = set()
    for source in scope.sources:
        if (wanted and source.name != wanted) or source.hidden:
            continue
        complete = complete and source.relation.complete
        for name, _ in source.relation.columns:
            low = name.lower()
            if low in without or (not wanted and low in scope.merged and low in shown):
                continue
            shown.add(low)
            found = value_nullness(replaced[low], scope) if low in replaced else scope.of_star(source, low, wanted=bool(wanted))
            columns.append((renamed.get(low, name), found))
    return Relation(tuple(columns), complete)


def _scope(query: exp.Select, tables: Tables) -> Scope:
    """The sources of FROM and its joins; a source on the far side of an outer join carries the reason for its nulls."""
    from_ = query.args.get("from_")
    first = from_.this if isinstance(from_, exp.From) else None
    if first is None:
        return Scope(grouped=query.args.get("group") is not None)
    sources = [_source(first, tables)]
    merged: set[str] = set()
    unsure: set[str] = set()
    proving: list[exp.Expr] = []
    for join in [*(first.args.get("joins") or ()), *(query.args.get("joins") or ()), *(query.args.get("laterals") or ())]:
        if not isinstance(join, exp.Join):
            sources.append(Source(join.alias_or_name.lower(), NOTHING_KNOWN))
            continue
        added = _source(join.this, tables)
        sources = _joined(sources, added, join)
        if join.method.upper() in ("NATURAL", "POSITIONAL"):
            unsure.add("*")
        for column in join.args.get("using") or ():
            merged.add(column.name.lower())
            if join.side.upper() in ("RIGHT", "FULL"):
                unsure.add(column.name.lower())
        if join.side.upper() not in ("LEFT", "RIGHT", "FULL") and join.kind.upper() != "ANTI":
            proving += conjuncts(join.args.get("on"))
            using = frozenset(c.name.lower() for c in join.args.get("using") or ())
            sources = [s.matched(using) for s in sources] if using else sources
    group = query.args.get("group")
    scope = Scope(tuple(sources), frozenset(merged), frozenset(unsure), grouped=group is not None, sets=_grouping_sets(group))
    return _proven(scope, proving)


def _joined(sources: list[Source], added: Source, join: exp.Join) -> list[Source]:
    far = maybe(f"{join.side.upper()} JOIN finds no row of `{added.name}`")
    near = maybe(f"{join.side.upper()} JOIN finds no row for `{added.name}`")
    if isinstance(join.args.get("on"), exp.Boolean):
        far = near = UNKNOWN  # `on true` finds a row wherever there is one, such as a total
    match join.side.upper(), join.kind.upper():
        case _, "SEMI" | "ANTI":
            return [*sources, replace(added, hidden=True)]
        case "LEFT", _:
            return [*sources, added.outer(far)]
        case "RIGHT", _:
            return [*(s.outer(near) for s in sources), added]
        case "FULL", _:
            return [*(s.outer(near) for s in sources), added.outer(far)]
        case _:
            return [*sources, added]


def _source(table: exp.Expr, tables: Tables) -> Source:
    name = table.alias_or_name.lower()
    match table:
        case exp.Table(this=exp.Identifier()):
            if table.args.get("pivots") or table.args.get("sample"):
                return Source(name, NOTHING_KNOWN)
            return Source(name, _aliased(tables.get(table.name.lower(), NOTHING_KNOWN), table))
        case exp.Subquery() if not table.args.get("pivots"):
            return Source(name, _query(table, tables))
        case exp.Values():
            return Source(name, _values(table))
        case _:
            return Source(name, NOTHING_KNOWN)


def _values(table: exp.Values) -> Relation:
    rows = [row.expressions for row in table.expressions if isinstance(row, exp.Tuple)]
    if not rows or any(len(r) != len(rows[0]) for r in rows):
        return NOTHING_KNOWN
    scope = Scope()
    columns = [(f"col{i}", either(value_nullness(row[i], scope) for row in rows)) for i in range(len(rows[0]))]
    return _aliased(Relation(tuple(columns)), table)


def _grouping_sets(group: exp.Expr | None) -> bool:
    return group is not None and group.find(exp.Rollup, exp.Cube, exp.GroupingSets) is not None


def _filtered(query: exp.Select, scope: Scope) -> Scope:
    """The scope as the select list sees it: rows that WHERE, HAVING and QUALIFY keep."""
    conditions: list[exp.Expr] = []
    for clause in ("where", "having", "qualify"):
        written = query.args.get(clause)
        conditions += conjuncts(written.this if written is not None else None)
    return _proven(scope, conditions)


def _proven(scope: Scope, conditions: list[exp.Expr]) -> Scope:
    """A scope in which conditions hold. What a condition mentions and does not decide is no longer told as "may be null"."""
    never: frozenset[str] = frozenset()
    mentioned: set[str] = set()
    for condition in conditions:
        found = rejected(condition, scope.key)
        never |= found
        mentioned |= {scope.key(c) for c in condition.find_all(exp.Column)} - found
    return scope.knowing(never, mentioned - never)
