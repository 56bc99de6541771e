"""Cedar rules about rows, as partial evaluation leaves them, compiled to one DuckDB predicate.

Permits are joined by OR; of the forbids each must be false. An error (an attribute that a row has not, an overflow) permits
nothing, as in Cedar; in a forbid it forbids, which is stricter than Cedar, where a policy with an error is left out. So does
whatever SQL of ours cannot say.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import reduce
from typing import Any

from hansa.access.rows import literals
from hansa.access.rows.operators import binary, call, conditional, conjunction, disjunction, negation, unary
from hansa.access.rows.values import BOOL, ENTITY, ROW, SET, NotCompiled, Value, cedar_type, of_column, of_json
from hansa.frozen import dataclass
from hansa.model import Schema
from hansa.model.types import quoted

ROW_TYPE = "Row"
_ERROR = Value(BOOL, "CAST(NULL AS BOOLEAN)")
_LONGEST = 200_000
_NAMED = re.compile(r"policy `([^`]*)`")
_UNSAID = frozenset({"ip", "isIpv4", "isIpv6", "isLoopback", "isMulticast", "isInRange", "hasTag", "getTag", "Record"})


@dataclass(frozen=True, slots=True)
class _Row:
    """What is known of every row: its columns are its attributes, and `parents` all entities that it is `in`."""

    schema: Schema
    parents: frozenset[str]


def compiled(
    residuals: Mapping[str, Any],
    schema: Schema,
    parents: Iterable[tuple[str, str]] = (),
    errors: Iterable[str] = (),
) -> str:
    """The predicate of what `cedarpy.is_authorized_partial` left of the policies when the resource, a row, was unknown.

    `residuals` and `errors` (of its diagnostics) belong together: a forbid that is an error whatever the row is leaves `false`
    behind, and that it was an error stands only there. `parents` are all entities that the rows are `in`, as (type, id). Only a
    known principal with its entity, a known action and a known context leave residuals of the row alone.
    """
    row = _Row(schema, frozenset(f"{kind}::{name}" for kind, name in parents))
    if not _only_permits(residuals, errors):
        return "FALSE"
    permits, forbids = [], []
    for _, policy in sorted(residuals.items()):
        conditions = _conditions(policy, row)
        if policy.get("effect") == "permit":
            permits.append(" AND ".join(dict.fromkeys(c.sql for c in conditions if c.sql != "TRUE")) or "TRUE")
        else:
            forbids.append(_folded(conjunction, conditions).sql)
    return _joined(permits, forbids)


def not_in_sql(policy: Mapping[str, Any]) -> tuple[str, ...]:
    """The operators of a policy, in Cedar's JSON form, that no predicate can say: a rule about rows with them is an error."""
    return tuple(sorted(set(_names(policy.get("conditions", ()))) & _UNSAID))


def _names(node: Any) -> Iterator[str]:
    match node:
        case {"Value": _}:
            return
        case {**inside}:
            for name, value in inside.items():
                yield str(name)
                yield from _names(value)
        case [*several]:
            for value in several:
                yield from _names(value)
        case _:
            return


def _joined(permits: list[str], forbids: list[str]) -> str:
    """What one of the permits allows and none of the forbids forbids. In a permit an error and false are one."""
    some = [p for p in dict.fromkeys(permits) if p not in ("FALSE", _ERROR.sql)]
    if not some or "TRUE" in forbids or _ERROR.sql in forbids:
        return "FALSE"
    parts = [] if "TRUE" in some else ["(" + " OR ".join(f"({p})" for p in some) + ")"]
    parts += [f"(NOT {f})" for f in dict.fromkeys(forbids) if f != "FALSE"]
    whole = "(" + " AND ".join(parts) + ")" if parts else "TRUE"
    return whole if len(whole) <= _LONGEST else "FALSE"


def _only_permits(residuals: Mapping[str, Any], errors: Iterable[str]) -> bool:
    """Whether all errors were in permits, which then permit nothing."""
    named = [_NAMED.search(error) for error in errors]
    return all(found is not None and residuals.get(found[1], {}).get("effect") == "permit" for found in named)


def _conditions(policy: Mapping[str, Any], row: _Row) -> list[Value]:
    """What must all be true, in this order. The scope was evaluated into it; one that was not is an error."""
    if any(policy.get(part, {"op": "All"}) != {"op": "All"} for part in ("principal", "action", "resource")):
        return [_ERROR]
    nodes = [c["body"] if c["kind"] == "when" else {"!": {"arg": c["body"]}} for c in policy.get("conditions", ())]
    return [_boolean(operand, row) for node in nodes for operand in _operands("&&", node)]


def _boolean(node: Any, row: _Row) -> Value:
    try:
        value = _value(node, row)
    except NotCompiled:
        return _ERROR
    return value if value.type == BOOL else _ERROR


def _operands(name: str, node: Any) -> list[Any]:
    """The operands of a chain of `&&` or `||`, which are associative."""
    match node:
        case {"&&": {"left": left, "right": right}} if name == "&&":
            return [*_operands(name, left), *_operands(name, right)]
        case {"||": {"left": left, "right": right}} if name == "||":
            return [*_operands(name, left), *_operands(name, right)]
        case _:
            return [node]


def _folded(join: Callable[[Value, Value], Value], operands: list[Value]) -> Value:
    """A chain from its end: what is right of an operand that ends it does not count, nor does it that it is an error."""
    *before, last = operands or [Value(BOOL, "TRUE", constant=True)]
    return reduce(lambda after, operand: join(operand, after), reversed(before), last)


def _value(node: Any, row: _Row) -> Value:
    match node:
        case {"Value": data}:
            return of_json(data)
        case {"unknown": [{"Value": "resource"}]} | {"Var": "resource"}:
            return Value(ROW, total=True)
        case {"&&": _}:
            return _folded(conjunction, [_boolean(o, row) for o in _operands("&&", node)])
        case {"||": _}:
            return _folded(disjunction, [_boolean(o, row) for o in _operands("||", node)])
        case {"!": {"arg": argument}}:
            return negation(_value(argument, row))
        case {"if-then-else": {"if": condition, "then": yes, "else": no}}:
            return conditional(_value(condition, row), lambda: _value(yes, row), lambda: _value(no, row))
        case {".": {"left": base, "attr": str(name)}}:
            return _attribute(_value(base, row), name, row)
        case {"has": {"left": base, "attr": str(name)}}:
            return _has(_value(base, row), name, row)
        case {"like": {"left": base, "pattern": [*pattern]}}:
            return _like(_value(base, row), pattern)
        case {"is": {"left": base, "entity_type": str(kind)} as said}:
            return _is(_value(base, row), kind, said.get("in"), row)
        case {"in": {"left": left, "right": right}}:
            return _in(_value(left, row), _value(right, row), row)
        case {"Set": [*elements]}:
            return Value(SET, elements=tuple(_value(e, row) for e in elements))
        case _:
            return _operation(node, row)


def _operation(node: Any, row: _Row) -> Value:
    if not isinstance(node, Mapping) or len(node) != 1:
        raise NotCompiled("an expression of a form that is not known")
    ((name, inside),) = node.items()
    match inside:
        case {"left": left, "right": right}:
            return binary(name, _value(left, row), _value(right, row))
        case {"arg": argument}:
            return unary(name, _value(argument, row))
        case [*arguments]:
            return call(name, [_value(a, row) for a in arguments])
        case _:
            raise NotCompiled(f"`{name}` has no meaning for rows of a table")


def _attribute(base: Value, name: str, row: _Row) -> Value:
    column = row.schema.find(name)
    if base.type != ROW or column is None or column.name != name:
        raise NotCompiled(f"there is no attribute `{name}`")
    return of_column(quoted(name), column.type)


def _has(base: Value, name: str, row: _Row) -> Value:
    if base.type != ROW:
        raise NotCompiled(f"whether something else than a row has `{name}`")
    column = row.schema.find(name)
    if column is None or column.name != name or cedar_type(column.type) is None:
        return Value(BOOL, "FALSE", constant=True)
    return Value(BOOL, f"({of_column(quoted(name), column.type).sql} IS NOT NULL)", total=True)


def _like(base: Value, pattern: list[Any]) -> Value:
    if base.type != "String":
        raise NotCompiled("`like` takes a text")
    parts = ["%" if p == "Wildcard" else re.sub(r"([\\%_])", r"\\\1", p["Literal"]) for p in pattern]
    return Value(BOOL, f"({base.sql} LIKE {literals.text(''.join(parts))} ESCAPE '\\')")


def _is(base: Value, kind: str, within: Any, row: _Row) -> Value:
    if base.type != ROW:
        raise NotCompiled("`is` of something else than the row")
    if kind != ROW_TYPE:
        return Value(BOOL, "FALSE", constant=True)
    return Value(BOOL, "TRUE", constant=True) if within is None else _in(base, _value(within, row), row)


def _in(left: Value, right: Value, row: _Row) -> Value:
    entities = right.elements if right.type == SET else (right,)
    if left.type != ROW or any(e.type not in (ENTITY, ROW) for e in entities):
        raise NotCompiled("`in` of something else than the row and entities")
    inside = any(e.type == ROW or e.sql in row.parents for e in entities)
    return Value(BOOL, literals.boolean(inside), constant=True)
