"""Cedar's operators on values: NULL, which stands for an error, is handed on by each, but for what short-circuits."""

from collections.abc import Callable, Iterable

from hansa.access.rows.values import (
    BOOL,
    DATETIME,
    DECIMAL,
    DURATION,
    ENTITY,
    LONG,
    ROW,
    SET,
    NotCompiled,
    Value,
    of_extension,
)

_DECIMAL_ORDERS = {"lessThan": "<", "lessThanOrEqual": "<=", "greaterThan": ">", "greaterThanOrEqual": ">="}
_PARTS = {"toMilliseconds": 1, "toSeconds": 1_000, "toMinutes": 60_000, "toHours": 3_600_000, "toDays": 86_400_000}
_DAY = 86_400_000
_FALSE, _TRUE = Value(BOOL, "FALSE", constant=True), Value(BOOL, "TRUE", constant=True)
_ERROR = "CAST(NULL AS BOOLEAN)"


def conjunction(left: Value, right: Value) -> Value:
    """`left && right`. SQL's AND says so where the left is never an error; else it would make false of an error and false."""
    _want(BOOL, left, right)
    if left.sql in ("TRUE", "FALSE"):
        return right if left.sql == "TRUE" else left
    if left.total:
        return Value(BOOL, f"({left.sql} AND {right.sql})", total=right.total)
    return Value(BOOL, f"(CASE WHEN {left.sql} THEN {right.sql} ELSE {left.sql} END)")


def disjunction(left: Value, right: Value) -> Value:
    """`left || right`."""
    _want(BOOL, left, right)
    if left.sql in ("TRUE", "FALSE"):
        return right if left.sql == "FALSE" else left
    if left.total:
        return Value(BOOL, f"({left.sql} OR {right.sql})", total=right.total)
    return Value(BOOL, f"(CASE WHEN NOT {left.sql} THEN {right.sql} ELSE {left.sql} END)")


def negation(value: Value) -> Value:
    _want(BOOL, value)
    constant = {"TRUE": _FALSE, "FALSE": _TRUE}.get(value.sql)
    return constant if constant is not None else Value(BOOL, f"(NOT {value.sql})", total=value.total)


def conditional(condition: Value, yes: Callable[[], Value], no: Callable[[], Value]) -> Value:
    """`if … then … else …`: a branch that cannot be compiled is an error in the rows that come to it."""
    _want(BOOL, condition)
    branches = [_branch(b) for b in (yes, no)]
    found = [b for b in branches if b is not None]
    if not found or any(b.type != found[0].type or b.type in (SET, ENTITY, ROW) for b in found):
        raise NotCompiled("an `if` whose branches are not of one type")
    then, otherwise = (b.sql if b is not None else "NULL" for b in branches)
    return Value(found[0].type, f"(CASE WHEN {condition.sql} THEN {then} WHEN NOT {condition.sql} THEN {otherwise} END)")


def _branch(branch: Callable[[], Value]) -> Value | None:
    try:
        return branch()
    except NotCompiled:
        return None


def unary(name: str, value: Value) -> Value:
    match name:
        case "neg":
            _want(LONG, value)
            return Value(LONG, f"TRY(CAST(0 AS BIGINT) - {value.sql})")
        case "isEmpty":
            _want(SET, value)
            return _unless_error(value.elements, "FALSE" if value.elements else "TRUE")
        case _:
            raise NotCompiled(f"`{name}` has no meaning for rows of a table")


def binary(name: str, left: Value, right: Value) -> Value:
    match name:
        case "==":
            return equal(left, right)
        case "!=":
            return negation(equal(left, right))
        case "<" | "<=" | ">" | ">=":
            if left.type != right.type or left.type not in (LONG, DATETIME, DURATION):
                raise NotCompiled(f"`{name}` compares numbers, moments and durations")
            return Value(BOOL, f"({left.sql} {name} {right.sql})", total=left.total and right.total)
        case "+" | "-" | "*":
            _want(LONG, left, right)
            return Value(LONG, f"TRY({left.sql} {name} {right.sql})")
        case "contains":
            _want(SET, left)
            return _contains(left, right)
        case "containsAll":
            _want(SET, left, right)
            return _every(right.elements, [_contains(left, e) for e in right.elements], left.elements)
        case "containsAny":
            _want(SET, left, right)
            inside = [_contains(left, e) for e in right.elements]
            return negation(_every(right.elements, [negation(c) for c in inside], left.elements))
        case _:
            raise NotCompiled(f"`{name}` has no meaning for rows of a table")


def call(name: str, arguments: list[Value]) -> Value:
    """The methods of decimals, moments and durations, and their constructors of constants."""
    match name, arguments:
        case (("decimal" | "datetime" | "duration"), [Value("String", written, constant=True)]) if written.startswith("'"):
            return of_extension(name, written[1:-1].replace("''", "'"))
        case (("lessThan" | "lessThanOrEqual" | "greaterThan" | "greaterThanOrEqual"), [left, right]):
            _want(DECIMAL, left, right)
            return Value(BOOL, f"({left.sql} {_DECIMAL_ORDERS[name]} {right.sql})")
        case "offset", [moment, duration]:
            _want(DATETIME, moment)
            _want(DURATION, duration)
            return Value(DATETIME, f"TRY({moment.sql} + {duration.sql})")
        case "durationSince", [moment, other]:
            _want(DATETIME, moment, other)
            return Value(DURATION, f"TRY({moment.sql} - {other.sql})")
        case "toDate", [moment]:
            _want(DATETIME, moment)
            return Value(DATETIME, f"TRY({moment.sql} - {_within_day(moment.sql)})")
        case "toTime", [moment]:
            _want(DATETIME, moment)
            return Value(DURATION, _within_day(moment.sql))
        case _, [duration] if name in _PARTS:
            _want(DURATION, duration)
            return Value(LONG, f"({duration.sql} // CAST({_PARTS[name]} AS BIGINT))")
        case _:
            raise NotCompiled(f"`{name}` has no meaning for rows of a table")


def equal(left: Value, right: Value) -> Value:
    """Values of different types are unequal, not an error. A row is no entity that a policy can name."""
    if left.type == SET and right.type == SET:
        both = [_contains(right, e) for e in left.elements] + [_contains(left, e) for e in right.elements]
        return _every((), both, (*left.elements, *right.elements))
    if ROW in (left.type, right.type):
        return _unless_error((left, right), "TRUE" if left.type == right.type else "FALSE")
    if left.type != right.type:
        return _unless_error((left, right), "FALSE")
    if left.type == ENTITY:
        return _TRUE if left.sql == right.sql else _FALSE
    return Value(BOOL, f"({left.sql} = {right.sql})", total=left.total and right.total)


def _contains(elements: Value, wanted: Value) -> Value:
    same = [e.sql for e in elements.elements if e.type == wanted.type]
    if wanted.type not in (SET, ENTITY, ROW) and all(e.constant for e in elements.elements):
        return Value(BOOL, f"({wanted.sql} IN ({', '.join(same)}))") if same else _unless_error((wanted,), "FALSE")
    either = " OR ".join(equal(e, wanted).sql for e in elements.elements) or "FALSE"
    return _unless_error((wanted, *elements.elements), f"({either})")


def _every(parts: Iterable[Value], tests: list[Value], others: Iterable[Value]) -> Value:
    return _unless_error((*parts, *others), "(" + " AND ".join(t.sql for t in tests) + ")" if tests else "TRUE")


def _unless_error(values: Iterable[Value], result: str) -> Value:
    """A result that does not depend on errors of itself, where none of some values is one."""
    flat = [v for value in values for v in (value.elements if value.type == SET else (value,))]
    uncertain = [f"{v.sql} IS NULL" for v in flat if not v.total and v.sql]
    if not uncertain:
        return Value(BOOL, result, constant=result in ("TRUE", "FALSE"))
    return Value(BOOL, f"(CASE WHEN {' OR '.join(dict.fromkeys(uncertain))} THEN {_ERROR} ELSE {result} END)")


def _within_day(moment: str) -> str:
    """Milliseconds since midnight, before 1970, too."""
    return f"((({moment} % {_DAY}) + {_DAY}) % {_DAY})"


def _want(type_: str, *values: Value) -> None:
    if any(v.type != type_ for v in values):
        raise NotCompiled(f"a {type_} is wanted where something else stands")
