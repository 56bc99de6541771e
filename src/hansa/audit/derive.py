"""From a contract's table to its checks: what `required`, `unique`, keys, types and `logicalTypeOptions` ask."""

from collections.abc import Iterator
from dataclasses import replace

from hansa.audit.checks import (
    Accepted,
    Check,
    Format,
    ItemCount,
    Length,
    MultipleOf,
    NotNull,
    Pattern,
    Presence,
    Question,
    Range,
    TypeIs,
    Unique,
    UniqueItems,
    Unsupported,
)
from hansa.audit.formats import CHECKED, integer_range, unchecked
from hansa.audit.rules import rule_check
from hansa.model import ContractColumn, Limits, Scalar, Table, sql
from hansa.trouble import Place


def checks_for(table: Table) -> tuple[Check, ...]:
    """Every check of a table, in the order of the contract: columns, the key, rules of columns, rules of the table."""
    derived: list[Check] = []
    for column in table.columns:
        derived += _column_checks(column)
    if table.primary_key:
        key = table.primary_key
        column_of_key = key[0] if len(key) == 1 else ""
        place = table.place if len(key) > 1 else _place(table, key[0])
        asked = Unique(key, primary=True)
        derived.append(
            Check("primaryKey", "primaryKey", asked, column_of_key, dimension="uniqueness", threshold=_key(key), place=place)
        )
    names = tuple(name for name in (table.name, table.physical_name) if name)
    for column in table.columns:
        derived += [rule_check(rule, column.name, names) for rule in column.rules]
    derived += [rule_check(rule, rule.column, names) for rule in table.rules]
    return tuple(_told_apart(derived))


def _column_checks(column: ContractColumn) -> Iterator[Check]:
    def check(kind: str, question: Question, threshold: str, dimension: str = "conformity") -> Check:
        return Check(f"{column.name}.{kind}", kind, question, column.name, "error", dimension, threshold, column.place)

    yield check("presence", Presence(), "present")
    if column.type is not None or column.logical_type:
        found = sql(column.type) if column.type is not None and column.exact else column.logical_type
        asked = TypeIs(column.type, column.logical_type, column.exact)
        yield check("type", asked, found or (sql(column.type) if column.type else ""))
    if column.not_null:
        yield check("required", NotNull(), "no nulls", "completeness")
    if column.unique:
        yield check("unique", Unique((column.name,)), "no repeats", "uniqueness")
    if column.accepted:
        yield check("accepted", Accepted(column.accepted), "one of " + ", ".join(str(v) for v in column.accepted))
    for kind, question, threshold in _limits(column.limits):
        yield check(kind, question, threshold)


def _limits(limits: Limits) -> Iterator[tuple[str, Question, str]]:
    bounds = (limits.minimum, limits.maximum, limits.exclusive_minimum, limits.exclusive_maximum)
    if any(b is not None for b in bounds):
        yield "range", Range(*bounds), _bounds_text(*bounds)
    if limits.min_length is not None or limits.max_length is not None:
        yield "length", Length(limits.min_length, limits.max_length), _bounds_text(limits.min_length, limits.max_length)
    if limits.pattern:
        yield "pattern", Pattern(limits.pattern), limits.pattern
    if limits.format:
        yield "format", _format(limits.format), limits.format
    if limits.multiple_of is not None:
        yield "multipleOf", MultipleOf(limits.multiple_of), f"multiple of {limits.multiple_of}"
    if limits.min_items is not None or limits.max_items is not None:
        yield "items", ItemCount(limits.min_items, limits.max_items), _bounds_text(limits.min_items, limits.max_items)
    if limits.unique_items:
        yield "uniqueItems", UniqueItems(), "no element twice"


def _format(name: str) -> Question:
    bounds = integer_range(name)
    if bounds is not None:
        return Range(minimum=bounds[0], maximum=bounds[1])
    return Format(name) if name in CHECKED else Unsupported(unchecked(name))


def _bounds_text(low: Scalar, high: Scalar, above: Scalar = None, below: Scalar = None) -> str:
    parts = ((">=", low), ("<=", high), (">", above), ("<", below))
    return " and ".join(f"{sign} {bound}" for sign, bound in parts if bound is not None)


def _key(columns: tuple[str, ...]) -> str:
    return "no repeats of " + ", ".join(columns)


def _place(table: Table, name: str) -> Place | None:
    column = table.find(name)
    return column.place if column is not None else table.place


def _told_apart(checks: list[Check]) -> Iterator[Check]:
    """Ids that rules share get a number after the first."""
    seen: dict[str, int] = {}
    taken = {c.id for c in checks}
    for check in checks:
        count = seen[check.id] = seen.get(check.id, 0) + 1
        if count == 1:
            yield check
            continue
        while f"{check.id}-{count}" in taken:
            count += 1
        seen[check.id] = count
        taken.add(f"{check.id}-{count}")
        yield replace(check, id=f"{check.id}-{count}")
