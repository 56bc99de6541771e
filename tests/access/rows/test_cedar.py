"""The predicate that rules come to sees just the rows that Cedar permits one by one, but where it is stricter by intent."""

import datetime as dt
import json
import re
import uuid
from collections.abc import Iterator
from decimal import Decimal as Number
from typing import Any

import cedarpy
import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hansa.access.rows import ROW_TYPE, cedar_type, compiled
from hansa.model import Column, Schema
from hansa.model.types import Boolean, DataType, Date, Decimal, Float, Integer, String, Timestamp, Uuid, sql

TYPES: dict[str, DataType] = {
    "n": Integer(),
    "m": Integer(32),
    "s": String(),
    "t": String(),
    "b": Boolean(),
    "d": Date(),
    "at": Timestamp(),
    "zoned": Timestamp(zoned=True),
    "price": Decimal(10, 2),
    "key": Uuid(),
    "odd": Float(),
}
SCHEMA = Schema(tuple(Column(name, type_) for name, type_ in TYPES.items()))
PORT = ("Port", "sales.orders.orders")
PARENTS = (PORT, ("Product", "sales.orders"))
REQUEST: dict[str, Any] = {
    "principal": 'User::"ana"',
    "action": 'Action::"readRow"',
    "context": {"purpose": "marketing", "limit": 3},
}
PEOPLE: list[dict[str, Any]] = [
    {
        "uid": {"type": "User", "id": "ana"},
        "attrs": {"region": "EU", "level": 2, "regions": ["EU", "x%_"], "senior": True},
        "parents": [{"type": "Team", "id": "sales"}],
    },
    {"uid": {"type": "Team", "id": "sales"}, "attrs": {}, "parents": []},
    {"uid": {"type": "Port", "id": PORT[1]}, "attrs": {}, "parents": [{"type": "Product", "id": "sales.orders"}]},
    {"uid": {"type": "Product", "id": "sales.orders"}, "attrs": {}, "parents": []},
]
Row = dict[str, Any]


# Rows, and policies about them.

TEXTS = st.sampled_from(["", "EU", "US", "a", "ab", "a%b", "a_b", "x%_", "A\\b", "it's", 'q"', "é", "日本", "a\nb", "*", "\0a"])
LONGS = st.sampled_from([0, 1, -1, 2, 3, 7, 2**31 - 1, -(2**31), 2**63 - 1, -(2**63)])
MOMENTS = st.sampled_from(
    [
        dt.datetime(2026, 1, 31, 12, 0, 0, 123456),
        dt.datetime(1970, 1, 1),
        dt.datetime(1969, 12, 31, 23, 59, 59, 999500),
        dt.datetime(1582, 10, 4, 1),
        dt.datetime(9999, 12, 31, 23, 59, 59),
    ]
)
PRICES = st.sampled_from([Number("0.00"), Number("1.50"), Number("-1.50"), Number("99999999.99")])
ROWS = st.fixed_dictionaries(
    {
        "n": st.none() | LONGS,
        "m": st.none() | st.integers(-(2**31), 2**31 - 1) | st.integers(-3, 3),
        "s": st.none() | TEXTS,
        "t": st.none() | TEXTS,
        "b": st.none() | st.booleans(),
        "d": st.none() | MOMENTS.map(dt.datetime.date),
        "at": st.none() | MOMENTS,
        "zoned": st.none() | MOMENTS,
        "price": st.none() | PRICES,
        "key": st.none() | st.sampled_from([uuid.UUID(int=1), uuid.UUID(int=2**127 + 5)]),
        "odd": st.none() | st.just(1.5),
    }
)


def written(text: str) -> str:
    return '"' + "".join(c if c.isascii() and c.isalnum() else f"\\u{{{ord(c):x}}}" for c in text) + '"'


def joined(*parts: "st.SearchStrategy[str] | str") -> st.SearchStrategy[str]:
    return st.tuples(*[st.just(p) if isinstance(p, str) else p for p in parts]).map(lambda said: "(" + "".join(said) + ")")


LONG = st.recursive(
    st.one_of(
        LONGS.map(lambda n: f"({n})"),
        st.sampled_from(["resource.n", "resource.m", "principal.level", "principal.gone", "context.limit"]),
    ),
    lambda inner: st.one_of(joined(inner, st.sampled_from([" + ", " - ", " * "]), inner), joined("-", inner)),
    max_leaves=4,
)
STRING = st.one_of(
    TEXTS.map(written), st.sampled_from(["resource.s", "resource.t", "resource.key", "principal.region", "context.purpose"])
)
DATETIME = st.one_of(
    st.sampled_from(["resource.d", "resource.at", "resource.zoned", "resource.at.toDate()"]),
    st.sampled_from(["2026-01-31", "1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999Z", "2026-01-31T13:00:00.123+0100"]).map(
        lambda text: f'datetime("{text}")'
    ),
    st.sampled_from(['resource.at.offset(duration("-1d2h"))', 'resource.zoned.offset(duration("3m1ms"))']),
)
DURATION = st.sampled_from(
    ["resource.at.toTime()", "resource.at.durationSince(resource.zoned)", 'duration("1h30m")', 'duration("-5s")']
)
DECIMAL = st.sampled_from(["resource.price", 'decimal("1.5")', 'decimal("-1.50")', 'decimal("99999999.9901")'])
STRINGS = st.lists(STRING, max_size=3).map(lambda parts: "[" + ", ".join(parts) + "]") | st.just("principal.regions")
PATTERN = st.lists(st.sampled_from(["*", "a", "b", "%", "_", "\\\\", "\\*", "E", "é"]), max_size=4).map(
    lambda parts: '"' + "".join(parts) + '"'
)
NAMES = st.sampled_from([*TYPES, "nothing", "N"])
OF_THE_ROW = st.one_of(
    st.just("resource.b"),
    NAMES.map(lambda name: f"resource has {name}"),
    joined(st.sampled_from(["resource.n", "resource.m"]), st.sampled_from([" < ", " >= ", " == ", " != "]), LONG),
    joined(st.sampled_from(["resource.s", "resource.t", "resource.key"]), st.sampled_from([" == ", " != "]), STRING),
    joined(st.sampled_from(["resource.s", "resource.t"]), " like ", PATTERN),
    joined(STRINGS, ".contains(resource.s)"),
    joined(st.sampled_from(["resource.d", "resource.at", "resource.zoned"]), st.sampled_from([" < ", " >= "]), DATETIME),
    joined("resource.price.lessThan(", DECIMAL, ")"),
)
LEAF = OF_THE_ROW | st.one_of(
    st.sampled_from(["true", "false", "resource.b", "principal.senior", "principal.unknown", "resource.odd"]),
    st.sampled_from(["resource is Row", "resource is Port", 'resource in Port::"sales.orders.orders"', 'resource in Port::"x"']),
    st.sampled_from(['resource in [Port::"x", Product::"sales.orders"]', 'resource is Row in Product::"sales.orders"']),
    st.sampled_from(
        ['principal in Team::"sales"', 'principal == User::"bo"', 'resource == Row::"other"', "resource == resource"]
    ),
    joined(LONG, st.sampled_from([" < ", " <= ", " > ", " >= ", " == ", " != "]), LONG),
    joined(STRING, st.sampled_from([" == ", " != "]), STRING),
    joined(STRING, " like ", PATTERN),
    joined(DATETIME, st.sampled_from([" < ", " <= ", " > ", " >= ", " == ", " != "]), DATETIME),
    joined(DURATION, st.sampled_from([" < ", " >= ", " == "]), DURATION),
    joined(
        DURATION, st.sampled_from([".toHours()", ".toSeconds()", ".toDays()", ".toMinutes()", ".toMilliseconds()"]), " < ", LONG
    ),
    joined(DECIMAL, st.sampled_from([".lessThan(", ".greaterThanOrEqual(", ".lessThanOrEqual("]), DECIMAL, ")"),
    joined(DECIMAL, " == ", DECIMAL),
    joined(LONG, " == ", STRING),
    joined(STRINGS, ".contains(", STRING, ")"),
    joined(STRINGS, st.sampled_from([".containsAll(", ".containsAny("]), STRINGS, ")"),
    joined(STRINGS, " == ", STRINGS),
    joined(STRINGS, ".isEmpty()"),
    joined("[", LONG, ", ", LONG, "].contains(", LONG, ")"),
)
BOOL = st.recursive(
    OF_THE_ROW | LEAF,
    lambda inner: st.one_of(
        joined(inner, " && ", inner),
        joined(inner, " || ", inner),
        joined("!", inner),
        joined("if ", inner, " then ", inner, " else ", inner),
        NAMES.flatmap(lambda name: joined(f"resource has {name} && ", inner)),
    ),
    max_leaves=8,
)
SCOPES = st.sampled_from(
    [
        "principal, action, resource",
        'principal in Team::"sales", action == Action::"readRow", resource in Port::"sales.orders.orders"',
        'principal == User::"ana", action, resource is Row',
        "principal, action, resource",
        'principal, action == Action::"read", resource',
    ]
)


@st.composite
def policies(draw: st.DrawFn) -> str:
    said = []
    for effect in ["permit", *draw(st.lists(st.sampled_from(["permit", "forbid"]), max_size=2))]:
        clauses = draw(st.lists(st.tuples(st.sampled_from(["when", "unless"]), BOOL), min_size=1, max_size=2))
        said.append(f"{effect}({draw(SCOPES)})" + "".join(f" {kind} {{ {body} }}" for kind, body in clauses) + ";")
    return "\n".join(said)


# The two ways to decide.


def attribute(value: Any) -> Any:
    match value:
        case Number():
            return {"__extn": {"fn": "decimal", "arg": f"{value:.4f}"}}
        case dt.datetime():
            milliseconds = (value - dt.datetime(1970, 1, 1)) // dt.timedelta(milliseconds=1)
            floored = dt.datetime(1970, 1, 1) + milliseconds * dt.timedelta(milliseconds=1)
            return {"__extn": {"fn": "datetime", "arg": floored.isoformat(timespec="milliseconds") + "Z"}}
        case dt.date():
            return {"__extn": {"fn": "datetime", "arg": value.isoformat()}}
        case uuid.UUID():
            return str(value)
        case _:
            return value


def permitted(text: str, row: Row) -> bool:
    """Cedar's own answer for one row; a forbid with an error forbids."""
    attributes = {name: attribute(value) for name, value in row.items() if value is not None and cedar_type(TYPES[name])}
    parents = [{"type": PORT[0], "id": PORT[1]}]
    entities = [*PEOPLE, {"uid": {"type": ROW_TYPE, "id": "r"}, "attrs": attributes, "parents": parents}]
    answer = cedarpy.is_authorized({**REQUEST, "resource": f'{ROW_TYPE}::"r"'}, text, entities)
    effects = {name: p["effect"] for name, p in json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"].items()}
    failed = [re.search(r"policy `([^`]*)`", error) for error in answer.diagnostics.errors]
    assert all(found is not None for found in failed), answer.diagnostics.errors
    if any(effects[found[1]] == "forbid" for found in failed if found is not None):
        return False
    return bool(answer.allowed)


def predicate(text: str) -> str:
    left = cedarpy.is_authorized_partial(REQUEST, text, PEOPLE)
    return compiled(left.residuals, SCHEMA, PARENTS, left.diagnostics.errors)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute("SET TimeZone = 'America/Sao_Paulo'")
        yield made


def seen(connection: duckdb.DuckDBPyConnection, rows: list[Row], condition: str) -> list[int]:
    columns = ", ".join(f'"{name}" {sql(type_)}' for name, type_ in TYPES.items())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE rows (id INTEGER, {columns})")
    for number, row in enumerate(rows):
        zoned = row["zoned"].replace(tzinfo=dt.UTC).isoformat() if row["zoned"] is not None else None
        values = [zoned if name == "zoned" else row[name] for name in TYPES]
        connection.execute(f"INSERT INTO rows VALUES (?{', ?' * len(values)})", [number, *values])
    return [int(n) for (n,) in connection.execute(f"SELECT id FROM rows WHERE {condition} ORDER BY id").fetchall()]


def seen_alike(connection: duckdb.DuckDBPyConnection, text: str, rows: list[Row]) -> None:
    expected = [number for number, row in enumerate(rows) if permitted(text, row)]
    assert seen(connection, rows, predicate(text)) == expected


SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=25, deadline=None, suppress_health_check=SHARED)
@given(text=policies(), rows=st.lists(ROWS, min_size=1, max_size=4))
def test_the_predicate_sees_the_rows_that_cedar_permits(
    connection: duckdb.DuckDBPyConnection, text: str, rows: list[Row]
) -> None:
    seen_alike(connection, text, rows)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=SHARED)
@given(text=policies(), rows=st.lists(ROWS, min_size=1, max_size=4))
def test_the_predicates_of_many_policies_do(connection: duckdb.DuckDBPyConnection, text: str, rows: list[Row]) -> None:
    seen_alike(connection, text, rows)
