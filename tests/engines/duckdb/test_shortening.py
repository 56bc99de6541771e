"""What a query only hands on need not be bound: the schema is the same, and whatever is wrong is still told."""

import random
from collections.abc import Iterator

import pytest

from hansa.engines import QueryRefused
from hansa.engines.duckdb import describe
from hansa.engines.duckdb.describe import Describer
from hansa.engines.duckdb.shortening import Shortened, shortened
from hansa.model import Column, DataType, Schema
from hansa.model.types import Boolean, Date, Decimal, Field, Float, Integer, List, Map, String, Struct, Time, Timestamp, Uuid

TYPES: tuple[DataType, ...] = (
    *(Integer(64), Integer(32), String(), Float(64), Float(32), Decimal(12, 2), Boolean(), Date(), Time(), Uuid()),
    *(Timestamp(), Timestamp(zoned=True), List(Integer(64)), Map(String(), Float(64))),
    Struct((Field("a", Integer(64)), Field("of two", String()))),
)
NAMES = [f"c{n:02}" for n in range(40)]
TABLES = {
    "orders": Schema(tuple(Column(name, TYPES[n % len(TYPES)], required=n == 0) for n, name in enumerate(NAMES))),
    "People": Schema(tuple(Column(name, TYPES[n * 7 % len(TYPES)]) for n, name in enumerate([*NAMES[20:], "Mixed", "date"]))),
}
KEYWORDS = frozenset(
    {"select", "from", "where", "semi", "order", "by", "group", "all", "left", "join", "on", "as", "asof", "date"}
)


@pytest.fixture
def describer() -> Iterator[Describer]:
    made = Describer()
    yield made
    made.close()


def listed(names: list[str], source: str = "orders") -> str:
    return ", ".join(f"{source}.{name}" for name in names)


def outcome(describer: Describer, query: str) -> Schema | str:
    try:
        return describer.describe(query, TABLES)
    except QueryRefused as refused:
        return f"{refused.line}:{refused.column} {refused.reason} {refused.candidates}"


def short_of(query: str) -> Shortened | None:
    return shortened(query, TABLES, KEYWORDS)


def test_columns_that_are_handed_on_are_not_in_the_shorter_query() -> None:
    found = short_of(f"SELECT {listed(NAMES, 'o')}, o.c00 + 1 AS more\nFROM orders AS o\nWHERE true")
    assert found is not None
    assert " ".join(found.query.split()) == "SELECT o.c00,o.c00 + 1 AS more FROM orders AS o WHERE true"
    assert [c.name for c in found.handed_on if isinstance(c, Column)] == NAMES[1:]


def test_what_is_made_alike_of_columns_of_one_type_is_bound_once() -> None:
    # c00, c15 and c30 are whole numbers; c01 is a shorter one.
    found = short_of(
        f"SELECT {listed(NAMES)}, orders.c00 + 1 AS a, orders.c15 + 1 AS B, orders.c01 + 1 AS c, orders.c30 + 1 AS d FROM orders"
    )
    assert found is not None
    assert found.query == "SELECT orders.c00,orders.c00 + 1 AS a,orders.c01 + 1 AS c\nFROM orders"
    assert found.handed_on[-4:] == (None, ("B", 1), None, ("d", 1))


@pytest.mark.parametrize(
    "item",
    [
        "struct_pack(orders.{}) AS {}",
        "struct_pack(k := orders.{}) AS {}",
        "row(orders.{}) AS {}",
        "orders.{}",
        "orders.{} + 1",
        'orders.{} + 1 AS "{}"',
        "c00 + orders.{} AS {}",
        "[orders.{}] AS {}",
        "list_transform([orders.{}], x -> x + 1) AS {}",
        "$$a$$ || orders.{} AS {}",
        "orders.{}::VARCHAR AS {}",
        "COLUMNS(orders.{}) AS {}",
        "unnest(orders.{}) AS {}",
        "(SELECT orders.{}) AS {}",
        "sum(orders.{}) OVER w AS {}",
    ],
)
def test_what_may_be_typed_by_more_than_its_shape_is_bound_itself(item: str) -> None:
    alike = [item.format(name, f"n{name}") for name in ("c00", "c15", "c30")]
    found = short_of(f"SELECT {listed(NAMES[1:12])}, {listed(NAMES[16:28])}, {', '.join(alike)} FROM orders")
    assert found is None or not any(isinstance(i, tuple) for i in found.handed_on)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT DISTINCT {all} FROM orders",
        "SELECT {all} FROM orders GROUP BY ALL",
        "SELECT {all} FROM orders ORDER BY 1",
        "SELECT {all} FROM orders UNION ALL SELECT {all} FROM orders",
        "WITH orders AS (SELECT 1 AS c00) SELECT {all} FROM orders",
        "SELECT {all} FROM orders SEMI JOIN People ON true",
        "SELECT {all} FROM (SELECT * FROM orders) AS orders",
        "SELECT {all} FROM orders AS orders(a, b)",
        "SELECT {all} FROM main.orders",
        "SELECT {all} FROM orders, People",
        "SELECT {all} FROM orders JOIN People USING (c20)",
        "SELECT {all} FROM orders; SELECT 1",
        "SELECT {all}, FROM orders",
        "SELECT {all}, orders.c00 IS DISTINCT FROM orders.c01 AS x FROM orders",
        "SELECT {all}, '$' AS x FROM orders",
        "SELECT {all}, 'ä' AS x FROM orders",
        "FROM orders SELECT {all}",
        "(SELECT {all} FROM orders)",
    ],
)
def test_what_is_not_plain_is_left_as_it_is(query: str, describer: Describer, monkeypatch: pytest.MonkeyPatch) -> None:
    query = query.format(all=listed(NAMES))
    assert short_of(query) is None
    found = outcome(describer, query)
    monkeypatch.setattr(describe, "shortened", lambda *_: None)
    assert outcome(describer, query) == found


@pytest.mark.parametrize(
    "query",
    [
        "SELECT {all}, sum(orders.c00) AS total FROM orders",
        "SELECT {all}, orders.nothing FROM orders",
        "SELECT {all}, orders.c05 FROM orders",
        "SELECT {all}, orders.c00 + 1 FROM orders",
        "SELECT {all}, orders.c00 + 1 AS c39 FROM orders",
        "SELECT {all}, * FROM orders",
        "SELECT {all}, count(*) OVER () AS n FROM orders LEFT JOIN People AS p ON p.c20 = orders.c20",
        "SELECT {all}, c20 FROM orders JOIN People ON true",
        "SELECT {all}, p.Mixed, p.mixed AS again FROM orders CROSS JOIN People p WHERE p.c21 IS NOT NULL AND orders.c01 > 1",
        "SELECT {all}, x.c20 FROM orders JOIN People ON true",
        "SELECT {all}, orders.c00 AS k, k + 1 AS l FROM orders",
        "SELECT {all}, unnest(orders.c12) AS k FROM orders -- the end",
        "SELECT -- why, oh, why\n {all} /* , a.b, */, 'a, b.c, d' AS t FROM orders WHERE orders.c00 IN (SELECT 1) ",
        "SELECT {all}, orders AS row FROM orders",
        "SELECT {all}, [orders] AS rows FROM orders",
        "SELECT {all}, to_json(orders) AS row FROM orders",
        "SELECT {all}, orders.c00 AS k, struct_extract(orders, 'c05') AS part FROM orders",
        "SELECT {all}, #3 AS third FROM orders",
        "SELECT {all}, count(*) AS n FROM orders",
        "SELECT {all}, max(COLUMNS('c.*')) FROM orders",
        "SELECT {all}, c25 AS k FROM orders JOIN People ON true",
        "SELECT {all}, People.nothing AS k FROM orders JOIN People ON true",
        "SELECT {all}, c39 + 1 AS k FROM orders WHERE C38 IS NOT NULL",
        "SELECT {all}, orders.c14.a AS part FROM orders",
        "SELECT {all}, orders.c14.a + 1 AS a1, orders.c29.a + 1 AS a2 FROM orders",
        "SELECT {all}, orders.c00 + 1 AS a1, orders.c15 + 1 AS a1 FROM orders",
        "SELECT {all}, orders.c00 + 1 AS a1, orders.c15 + 1 AS c01 FROM orders",
        "SELECT {all}, orders.c00 + 1 AS a1, orders.c15 + 1 AS a2 FROM orders WHERE a2 > 1",
        "SELECT {all}, orders.c00 + 1 AS a1, orders.c15 + 1 AS a2, a2 + 1 AS a3 FROM orders",
        "SELECT {all}, orders.c02 + 1 AS a1, orders.c17 + 1 AS a2 FROM orders",
        "SELECT sum(orders.c00) AS a1, sum(orders.c15) AS a2, orders.c30 + 1 AS a3, {all} FROM orders",
        "SELECT {all}, orders.c00 + 1 /* a, */ AS a1, orders.c15 + 1 AS /* b */ a2 FROM orders",
        "SELECT {all}, orders.c14.lower() AS a1, orders.c29.lower() AS a2 FROM orders",
        "SELECT {all}, [orders.c00] AS a1, [orders.c15] AS a2, orders.c12[1] AS a3, orders.c27[1] AS a4 FROM orders",
        "SELECT {all}, struct_pack(orders.c00) AS a1, struct_pack(orders.c15) AS a2 FROM orders",
        "SELECT {all} FROM orders WHERE",
        "SELECT {all}, FROM orders JOIN",
    ],
)
def test_the_schema_and_the_troubles_are_those_of_the_whole(
    query: str, describer: Describer, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = query.format(all=listed(NAMES))
    found = outcome(describer, query)
    monkeypatch.setattr(describe, "shortened", lambda *_: None)
    assert outcome(describer, query) == found


def test_columns_that_are_called_like_keywords_are_handed_on_like_others(
    describer: Describer, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = "SELECT DISTINCT keyword_name FROM duckdb_keywords() WHERE keyword_name <> 'from'"
    words = [word for (word,) in describer._desk().connection.execute(listing).fetchall()]
    tables = {"t": Schema(tuple(Column(word, Integer(64)) for word in words))}
    query = f"SELECT {listed(words, 't')} FROM t"
    found = shortened(query, tables, frozenset(words))
    assert found is not None
    assert found.handed_on.count(None) == 1
    schema = describer.describe(query, tables)
    monkeypatch.setattr(describe, "shortened", lambda *_: None)
    assert describer.describe(query, tables) == schema


def test_only_the_columns_that_are_mentioned_are_laid_out(describer: Describer) -> None:
    describer.describe(f"SELECT {listed(NAMES)}, orders.c33 + 1 AS more FROM orders JOIN People ON true", TABLES)
    desk = describer._desk()
    laid = desk.connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"
    ).fetchall()
    assert laid == [("People", "c33"), ("orders", "c00"), ("orders", "c33")]


def random_query(chance: random.Random) -> str:
    """A query of many plain items with some that are not, and now and then one that is wrong."""
    sources = chance.choice([["orders"], ["o"], ["o", "p"], ["o", "o2"], ["orders", "orders"], ["o", "p", "q"]])
    joins = {"p": "People AS p", "q": "orders q", "o2": "People o2"}
    first = "orders" if sources[0] == "orders" else "orders AS o"
    words = ("JOIN", "LEFT JOIN", "FULL OUTER JOIN", "INNER JOIN", "SEMI JOIN", "ANTI JOIN", "RIGHT JOIN", "ASOF JOIN")
    clauses = "".join(
        f" {chance.choice(words)} {joins.get(s, s)} ON {s}.c2{chance.randrange(3)} = {sources[0]}.c2{chance.randrange(3)}"
        for s in sources[1:]
    )
    items = []
    names = chance.sample(NAMES, len(NAMES))
    for name in names[: chance.randrange(18, 40)]:
        source = chance.choice(sources)
        kind = chance.randrange(60)
        if kind == 0:
            items.append(chance.choice([f"max({source}.{name}) AS {name}", "*", f"{source}.*", f"{name}", f"{source}.nope", ""]))
        elif kind < 6:
            items.append(
                chance.choice([f"{source}.{name} AS n{name}", f"CAST({source}.{name} AS VARCHAR) AS {name}", f"1 AS {name}"])
            )
        elif kind < 24:
            mentioned = f"{source}.{name}" if name >= "c20" else f"{sources[0]}.{name}"
            forms = ["coalesce({0}, NULL)", "CASE WHEN {0} IS NULL THEN NULL ELSE {0} END", "{0} = {0}", "concat({0}, '-', {0})"]
            items.append(f"{chance.choice(forms).format(mentioned)} AS {name}")
        else:
            items.append(f"{source}.{name}" if name >= "c20" else f"{sources[0]}.{name}")
    tail = chance.choice(
        ["", "", "", " WHERE true", f" WHERE {sources[0]}.c00 > 1", " LIMIT 3", " GROUP BY ALL", ";", " ORDER BY 2"]
    )
    return f"SELECT {', '.join(items)} FROM {first}{clauses}{tail}"


def test_random_queries_have_the_schema_of_the_whole(describer: Describer, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(8)
    queries = [random_query(chance) for _ in range(250)]
    assert sum(short_of(q) is not None for q in queries) > 70
    found = [outcome(describer, q) for q in queries]
    assert sum(isinstance(f, Schema) for f in found) > 50
    assert sum(isinstance(f, str) for f in found) > 60
    monkeypatch.setattr(describe, "shortened", lambda *_: None)
    for query, said in zip(queries, found, strict=True):
        assert outcome(describer, query) == said, query
