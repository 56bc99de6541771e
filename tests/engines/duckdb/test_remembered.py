"""A query that is told from memory has the schema that DuckDB tells, and one that DuckDB refuses is refused."""

import random
from collections.abc import Iterator

import pytest
from _duckdb import DuckDBPyConnection, Statement

from hansa.engines import QueryRefused
from hansa.engines.duckdb import describe
from hansa.engines.duckdb.describe import Describer
from hansa.engines.duckdb.remembered import FUNCTIONS
from hansa.engines.duckdb.statement import parsed_select
from hansa.model import Column, DataType, Schema
from hansa.model.types import Boolean, Date, Decimal, Field, Float, Integer, List, String, Struct, Timestamp

TYPES: tuple[DataType, ...] = (
    *(Integer(64), Integer(32), String(), Float(64), Decimal(12, 2), Boolean(), Date(), Timestamp(), List(Integer(64))),
    Struct((Field("a", Integer(64)), Field("b", String()))),
)
NAMES = [f"c{n}" for n in range(6)]
WHOLE = Integer(64)


@pytest.fixture
def describer() -> Iterator[Describer]:
    made = Describer()
    yield made
    made.close()


def tables_of(chance: random.Random, *names: str) -> dict[str, Schema]:
    """Tables of the same columns in other types each time."""
    return {name: Schema(tuple(Column(c, chance.choice(TYPES), chance.random() < 0.2) for c in NAMES)) for name in names}


def outcome(describer: Describer, query: str, tables: dict[str, Schema]) -> Schema | str:
    try:
        return describer.describe(query, tables)
    except QueryRefused as refused:
        return f"{refused.line}:{refused.column} {refused.reason} {refused.candidates}"


def asked(describer: Describer, monkeypatch: pytest.MonkeyPatch, query: str, tables: dict[str, Schema]) -> bool:
    """Whether DuckDB is asked about a query."""
    calls: list[str] = []

    def parse(connection: DuckDBPyConnection, text: str) -> Statement:
        calls.append(text)
        return parsed_select(connection, text)

    with monkeypatch.context() as patch:
        patch.setattr(describe, "parsed_select", parse)
        outcome(describer, query, tables)
    return bool(calls)


def random_query(chance: random.Random, first: str, second: str) -> str:
    """A few items over two tables that are joined, many of which can be bound."""

    def column() -> str:
        return f"{chance.choice('xy')}.{chance.choice(NAMES)}"

    forms = (
        *(
            "{0}",
            "{0}",
            "{0} AS k{n}",
            "upper({0}) AS k{n}",
            "coalesce({0}, {1}) AS k{n}",
            "{0} + {1} AS k{n}",
            "round({0}) AS k{n}",
        ),
        *("CASE WHEN {0} = {1} THEN {0} END AS k{n}", "{0} IS NULL AS k{n}", "greatest({0}, {1}) AS k{n}", "{0} > 3 AS k{n}"),
        *("max({0}) AS k{n}", "1 AS k{n}", "'a' AS k{n}", "'t.c0' || {0} AS k{n}", "{0} * 2", "least({0}, NULL) AS k{n}"),
    )
    wanted = [chance.choice(forms).format(column(), column(), n=n) for n in range(chance.randrange(1, 5))]
    join = chance.choice(("JOIN", "left join", "FULL OUTER JOIN", "INNER  JOIN", "SEMI JOIN", "CROSS JOIN"))
    on = "" if join == "CROSS JOIN" else f" ON {column()} = {column()}"
    where = chance.choice(
        ("", "", f" WHERE {column()} IS NOT NULL", f"\nwhere {column()} > 3 AND true", " WHERE lower('from') = 'a'")
    )
    end = chance.choice(("", "", "", " ORDER BY 1", " LIMIT 3", " -- the end"))
    return f"SELECT {', '.join(wanted)} FROM {first} AS x {join} {second} y{on}{where}{end}"


@pytest.mark.parametrize("many", [60, pytest.param(400, marks=pytest.mark.slow)])
def test_what_is_told_from_memory_is_what_duckdb_tells(many: int, describer: Describer, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(11)
    queries = []
    for number in range(many):
        names = f"t{number % 3}", f"s{number % 2}"
        queries.append((random_query(chance, *names), tables_of(random.Random(number % 4), *names)))
    found = [outcome(describer, *query) for query in queries]
    remembered = sum(not asked(describer, monkeypatch, *query) for query in queries)
    assert remembered > many / 13
    assert [outcome(describer, *query) for query in queries] == found
    monkeypatch.setattr(describe, "shortened", lambda *_: None)
    for query, said in zip(queries, found, strict=True):
        assert outcome(describer, *query) == said, query


JOINED = "SELECT {0}.k AS k, {0}.n + {1}.n AS n FROM {0} LEFT JOIN {1} ON {0}.k = {1}.k WHERE {0}.n > 3"


def table(kind: DataType = WHOLE) -> Schema:
    return Schema((Column("k", Integer(64)), Column("n", kind)))


def test_a_query_of_another_product_that_is_made_alike_is_not_asked_again(
    describer: Describer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked(describer, monkeypatch, JOINED.format("a", "b"), {"a": table(), "b": table()})
    told = {"orders": table(), "people": table()}
    assert not asked(describer, monkeypatch, JOINED.format("orders", "people"), told)
    assert describer.describe(JOINED.format("orders", "people"), told).names == ("k", "n")
    assert asked(describer, monkeypatch, JOINED.format("orders", "people"), {**told, "people": table(String())})


@pytest.mark.parametrize(
    "query",
    [
        "SELECT b.k, c.k AS m FROM a JOIN b ON c.k = b.k JOIN c ON a.k = c.k",
        "SELECT a.k FROM a JOIN b ON a.k = b.k JOIN c ON a.k = c.k; SELECT 1",
        "SELECT a.k, count(*) AS n FROM a JOIN b ON a.k = b.k JOIN c ON a.k = c.k",
        "SELECT a.k, b.k FROM a JOIN b ON a.k = b.k JOIN c ON a.k = c.k",
        "SELECT a.k, b.nothing AS m FROM a JOIN b ON a.k = b.k JOIN c ON a.k = c.k",
        "SELECT a.k, b.k AS m FROM a JOIN b ON a.k = b.k JOIN c ON a.nothing = c.k",
        "SELECT a.k, b.k AS m FROM a JOIN b ON a.k = b.k JOIN missing ON a.k = missing.k",
        "SELECT a.k, b.k AS m FROM a JOIN b ON a.k = b.k JOIN c ON a.k",
        "SELECT a.k, FROM a JOIN b ON a.k = b.k JOIN c ON a.k = c.k",
    ],
)
def test_what_is_wrong_is_told_however_much_is_remembered(
    query: str, describer: Describer, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {"a": table(), "b": table(), "c": table()}
    for good in ("JOIN b ON a.k = b.k JOIN c ON a.k = c.k", "JOIN b ON a.k = b.k JOIN c ON c.k = b.k"):
        describer.describe(f"SELECT a.k, b.k AS m, c.k AS o FROM a {good}", known)
    found = outcome(describer, query, known)
    monkeypatch.setattr(describe, "shortened", lambda *_: None)
    assert outcome(describer, query, known) == found


def test_the_functions_that_are_remembered_are_of_single_values_alone(describer: Describer) -> None:
    kinds = describer._desk().connection.execute("SELECT function_name, function_type FROM duckdb_functions()").fetchall()
    assert {name: {kind for known, kind in kinds if known == name} for name in FUNCTIONS} == {
        name: {"scalar"} for name in FUNCTIONS
    }


def test_memory_has_an_end(describer: Describer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hansa.engines.duckdb.remembered._MOST", 20)
    desk = describer._desk()
    for number in range(100):
        desk.describe(f"SELECT a.k + {number} AS n FROM a", {"a": table()})
        assert len(desk._remembered._types) + len(desk._remembered._joins) <= 22
