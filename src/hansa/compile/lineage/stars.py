"""Select items that stand for several columns: `*`, `t.*`, with EXCLUDE, REPLACE and RENAME, `COLUMNS(…)`, `* LIKE '…'`."""

import re
from collections.abc import Iterator
from typing import Final

from sqlglot import exp

from hansa.compile.lineage.column_names import LIKES, NameTest, by_lambda, condition, pattern
from hansa.compile.lineage.expressions import reads_of
from hansa.compile.lineage.reads import TRANSFORMATION, Reads
from hansa.compile.lineage.relation import REST, Source
from hansa.compile.lineage.scope import Scope
from hansa.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """An output column. Under the name `*` it stands for all columns whose names are not known."""

    name: str
    reads: Reads


def star_of(item: exp.Expr) -> exp.Star | None:
    """The star of `*` or `t.*`."""
    if isinstance(item, exp.Star):
        return item
    inner = item.args.get("this") if isinstance(item, exp.Column) else None
    return inner if isinstance(inner, exp.Star) else None


def expanded(item: exp.Expr, star: exp.Star, scope: Scope) -> list[Item]:
    """The columns of `*` or `t.*`."""
    wanted = item.table.lower() if isinstance(item, exp.Column) else ""
    sources = [s for s in scope.sources if s.name == wanted] if wanted else [s for s in scope.sources if not s.hidden]
    if wanted and not sources:
        sources = [s for s in scope.sources if s.table[-1:] == (wanted,)]
    if wanted and not sources:
        return _modified([_whole_of(item, scope)], star, scope)
    return _modified(list(_columns(sources, scope, merged=not wanted)), star, scope)


def fields(item: exp.Expr, star: exp.Star, scope: Scope) -> list[Item]:
    """`(row).*`, `f(a).*`: fields whose names nobody knows here."""
    return _modified([Item(REST, reads_of(item.this, scope, TRANSFORMATION))], star, scope)


def _whole_of(item: exp.Expr, scope: Scope) -> Item:
    """`s.*` of a struct, or of a source of an outer query, or of something unknown."""
    parts = [p.name.lower() for p in item.parts[:-1]] if isinstance(item, exp.Column) else []
    outer = scope.source(parts[-1]) if parts else None
    if outer is not None:
        return Item(REST, outer.relation.every)
    found = scope.bare(parts[0]) if len(parts) == 1 else scope.path(parts)
    return Item(REST, scope.work.give_up(item) if found is None else scope.work.registry.composed(found, TRANSFORMATION))


def _columns(sources: list[Source], scope: Scope, *, merged: bool) -> Iterator[Item]:
    """All columns in order; those that USING made one stand where the first of them stood."""
    shown: set[str] = set()
    for source in sources:
        relation = source.relation
        for name, reads in zip(relation.names, relation.reads, strict=True):
            low = name.lower()
            if merged and low in scope.merged:
                if low in shown:
                    continue
                shown.add(low)
                reads = scope.merged[low]
            yield Item(name, reads)
        if relation.rest is not None and REST not in relation.names:
            yield Item(REST, relation.rest)


def _modified(items: list[Item], star: exp.Star, scope: Scope) -> list[Item]:
    args = star.args
    if not any(args.get(key) for key in ("except_", "replace", "rename", "ilike")):
        return items
    if args.get("ilike"):  # Snowflake's `* ILIKE '…'`
        items = _where(items, condition(exp.ILike(this=exp.Star(), expression=args["ilike"].copy()), "")) or items
    without = {e.name.lower() for e in args.get("except_") or ()}
    replaced = {e.alias.lower(): e.this for e in args.get("replace") or () if isinstance(e, exp.Alias)}
    renamed = {e.this.name.lower(): e.alias for e in args.get("rename") or () if isinstance(e, exp.Alias)}
    kept: list[Item] = []
    for item in items:
        low = item.name.lower()
        if low in without:
            continue
        reads = reads_of(replaced[low], scope) if low in replaced else item.reads
        if item.name == REST:
            # What is replaced may be among the columns that are not known.
            reads = reads.union(*(reads_of(e, scope) for e in replaced.values()))
            if renamed:
                # Under which names they stand now is not known, either.
                reads = scope.work.registry.composed(reads, TRANSFORMATION)
        kept.append(Item(renamed.get(low, item.name), reads))
    return kept


# `COLUMNS(…)` within an expression: the expression stands once for each column.


def columns_in(item: exp.Expr) -> exp.Expr | None:
    """The COLUMNS or the filtered star in a select item, for which the item is repeated."""
    if isinstance(item, exp.Column | exp.Literal):
        return None
    for node in item.walk(prune=lambda n: isinstance(n, exp.Query)):
        if isinstance(node, exp.Columns) and not node.args.get("unpack"):
            return node
        if _is_filtered_star(node) and (node is item or isinstance(node.parent, exp.Alias)):
            return node
    return None


def _is_filtered_star(node: exp.Expr) -> bool:
    return isinstance(node, LIKES) and isinstance(node.args.get("this"), exp.Star)


def repeated(item: exp.Expr, columns: exp.Expr, scope: Scope) -> list[Item]:
    """The item once for each column that COLUMNS selects; what else it reads takes part in each."""
    chosen = selected(columns, scope)
    if chosen is None:
        return [Item(REST, scope.work.give_up(columns))]
    if item is columns:
        return chosen
    alias = item.alias if isinstance(item, exp.Alias) else ""
    inner = item.this if isinstance(item, exp.Alias) else item
    items: list[Item] = []
    for one in chosen:
        reads = one.reads if inner is columns else _with_column(inner, columns, one, scope)
        items.append(Item(_named(alias, one.name, columns) if alias else one.name, reads))
    return items


_PLACE: Final = "\x00column"


def _with_column(inner: exp.Expr, columns: exp.Expr, one: Item, scope: Scope) -> Reads:
    """The reads of an expression in which a column stands for COLUMNS. The tree stays as it is: a copy is changed."""
    copied = inner.copy()
    again = next(n for n in copied.walk() if type(n) is type(columns) and n == columns)
    again.replace(exp.column(_PLACE))
    within = Scope(scope.work, scope)
    within.merged[_PLACE] = one.reads
    within.windows = scope.windows
    reads = reads_of(copied, within)
    scope.rows |= within.rows
    return reads


def _named(alias: str, name: str, columns: exp.Expr) -> str:
    """An alias may take up the groups of the pattern: `COLUMNS('(.*)_id') AS '\\1'`."""
    text = columns.this.name if isinstance(columns.this, exp.Literal) else ""
    found = re.search(text, name) if text and "\\" in alias else None
    return found.expand(alias.replace("\\0", "\\g<0>")) if found else alias


def selected(columns: exp.Expr, scope: Scope) -> list[Item] | None:
    """The columns that `COLUMNS(…)` or `* LIKE '…'` selects; None when that cannot be told."""
    if _is_filtered_star(columns):
        return _filtered(columns, scope)
    table, star = "", columns.this
    if isinstance(star, exp.Column) and isinstance(star.this, exp.Star):
        table, star = star.table.lower(), star.this
    if _is_filtered_star(star):
        return _filtered(star, scope)
    sources = [s for s in scope.sources if not s.hidden and (not table or s.name == table)]
    every = list(_columns(sources, scope, merged=not table))
    match star:
        case exp.Star():
            return _modified(every, star, scope)
        case exp.Literal(is_string=True):
            return _where(every, pattern(star.name))
        case exp.Array() | exp.List():
            names = [e.name.lower() for e in star.expressions]
            by_name = {i.name.lower(): i for i in every}
            return [by_name[n] for n in names] if all(n in by_name for n in names) else None
        case exp.Lambda():
            return _where(every, by_lambda(star))
        case _:
            return None


def _filtered(node: exp.Expr, scope: Scope) -> list[Item] | None:
    star = node.this
    every = _modified(list(_columns([s for s in scope.sources if not s.hidden], scope, merged=True)), star, scope)
    return _where(every, condition(node, ""))


def _where(items: list[Item], test: NameTest | None) -> list[Item] | None:
    if test is None:
        return None
    return [i for i in items if i.name == REST or test(i.name)]
