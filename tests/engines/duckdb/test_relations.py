"""A database of relations answers what is harmless, refuses what is not, and stops what takes too much."""

import datetime as dt
import time
from collections.abc import Iterator

import psutil
import pytest

from hansa.engines import QueryRefused
from hansa.engines.asking import RelationRows, Row
from hansa.engines.duckdb.relations import RelationDatabase, open_database
from hansa.engines.duckdb.watching import AskingLimits

PRODUCTS = RelationRows(
    (("product", "VARCHAR"), ("owner", "VARCHAR"), ("tags", "VARCHAR[]"), ("parts", "BIGINT"), ("price", "DOUBLE"),
     ("python", "BOOLEAN"), ("since", "DATE"), ("built", "TIMESTAMP")),
    (
        ("shop.a", "ann", ("new", "hot"), 3, 1.5, True, "2026-01-31", "2026-01-31 10:00:00.5"),
        ("shop.b", None, (), None, None, False, None, None),
        ("shop.c", "çelik 'x' \"y\"\n", ("ä,b",), 2**53 + 1, -0.25, False, "2024-02-29", "2024-02-29 00:00:00"),
    ),
)  # fmt: skip
READS = RelationRows((("reader", "VARCHAR"), ("read", "VARCHAR")), (("shop.b", "shop.a"), ("shop.c", "shop.b")))
VIEWS = {
    "owned": "SELECT product, owner FROM products WHERE owner IS NOT NULL",
    "owners": "SELECT DISTINCT owner FROM owned",
}


@pytest.fixture(scope="module")
def database() -> Iterator[RelationDatabase]:
    database = open_database({"products": PRODUCTS, "reads": READS}, VIEWS, AskingLimits(seconds=1.0, memory=300_000_000))
    yield database
    database.close()


def test_every_kind_of_value_comes_back_as_it_went_in(database: RelationDatabase) -> None:
    answer = database.ask("FROM products ORDER BY product")
    assert answer.columns == ("product", "owner", "tags", "parts", "price", "python", "since", "built")
    assert answer.types == ("VARCHAR", "VARCHAR", "VARCHAR[]", "BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP")
    assert answer.rows == (
        ("shop.a", "ann", '["new", "hot"]', 3, 1.5, True, "2026-01-31", "2026-01-31 10:00:00.500000"),
        ("shop.b", None, "[]", None, None, False, None, None),
        ("shop.c", "çelik 'x' \"y\"\n", '["ä,b"]', 2**53 + 1, -0.25, False, "2024-02-29", "2024-02-29 00:00:00"),
    )


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT count(*) FROM PRODUCTS", ((3,),)),
        ("FROM owners ORDER BY ALL LIMIT 1", (("ann",),)),
        ("WITH products AS (SELECT * FROM products WHERE python) SELECT product FROM products", (("shop.a",),)),
        ("SELECT product, rank() OVER (ORDER BY product DESC) FROM products QUALIFY rank() OVER (ORDER BY product) = 1",
         (("shop.a", 3),)),
        ("WITH RECURSIVE up(r, s) AS (FROM reads UNION SELECT up.r, reads.read FROM up JOIN reads ON reads.reader = up.s) "
         "SELECT count(*) FROM up", ((3,),)),
        ("SELECT product FROM products WHERE regexp_matches(product, '^shop\\.[ab]$') ORDER BY 1 DESC LIMIT 1", (("shop.b",),)),
        ("SELECT list_transform(tags, lambda t: upper(t)) FROM products WHERE product = 'shop.a'", (('["NEW", "HOT"]',),)),
        ("SELECT [t FOR t IN tags IF t <> 'hot'] FROM products WHERE python", (('["new"]',),)),
        ("SELECT '{\"a\": {\"b\": 7}}'->'a'->>'b'", (("7",),)),
        ("SELECT product FROM products EXCEPT SELECT product FROM owned", (("shop.b",),)),
        ("FROM (PIVOT (SELECT python, parts FROM products) ON python IN (true, false) USING count(parts))", ((1, 1),)),
        ("SELECT tag FROM products, unnest(tags) AS t(tag) ORDER BY 1 LIMIT 1", (("hot",),)),
        ("SELECT sum(i) FROM range(5) AS r(i)", ((10,),)),
        ("SELECT format('{} has {} tags', product, len(tags)) FROM products WHERE python", (("shop.a has 2 tags",),)),
        ("SELECT jaro_winkler_similarity('orders', 'order') > 0.9, string_agg(product, ',' ORDER BY product) FROM products",
         ((True, "shop.a,shop.b,shop.c"),)),
        ("SELECT date_diff('day', since, DATE '2026-02-01') FROM products WHERE python", ((1,),)),
        ("VALUES (1, 'x'), (2, 'y')", ((1, "x"), (2, "y"))),
        ("SELECT column_name FROM (DESCRIBE products) LIMIT 1", (("product",),)),
        ("SELECT count(*) FROM (SUMMARIZE products)", ((8,),)),
        ("SELECT max(COLUMNS('^pr')) FROM products", (("shop.c", 1.5),)),
        ("SELECT product FROM products WHERE EXISTS (FROM reads WHERE read = product) AND python", (("shop.a",),)),
        ("SELECT {'a': 1, 'b': [true]}, 1.25::DECIMAL(9, 2), NULL;", (('{"a": 1, "b": [true]}', 1.25, None),)),
        ("SELECT 1 -- a comment; and more", ((1,),)),
    ],
)  # fmt: skip
def test_ordinary_queries_are_answered(database: RelationDatabase, sql: str, rows: tuple[tuple[object, ...], ...]) -> None:
    assert database.ask(sql).rows == rows


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM 'products.parquet'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM parquet_metadata('x')",
        "SELECT content FROM read_blob('/etc/passwd')",
        "SELECT (SELECT max(x) FROM read_csv_auto('/etc/passwd') t(x))",
        "ATTACH '/tmp/other.db' AS other",
        "COPY products TO '/tmp/stolen.csv'",
        "EXPORT DATABASE '/tmp/stolen'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA database_list",
        "SET threads = 1",
        "RESET memory_limit",
        "CALL pragma_version()",
        "EXPLAIN SELECT 1",
        "EXPLAIN ANALYZE SELECT 1",
        "CREATE TABLE mine AS SELECT 1",
        "CREATE MACRO f() AS 1",
        "INSERT INTO products (product) VALUES ('x')",
        "UPDATE products SET owner = 'me'",
        "DELETE FROM products",
        "DROP TABLE products",
        "TRUNCATE products",
        "ALTER TABLE products ADD COLUMN x INTEGER",
        "BEGIN",
        "VACUUM",
        "CHECKPOINT",
        "USE memory",
        "PREPARE p AS SELECT 1",
        "EXECUTE p",
        "SELECT 1; DROP TABLE products",
        "SELECT getenv('HOME')",
        "SELECT current_setting('memory_limit')",
        "SELECT main.current_setting('memory_limit')",
        "SELECT getvariable('x')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM duckdb_secrets()",
        "SELECT * FROM duckdb_tables",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM pg_catalog.pg_class",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM main.products",
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM query_table('products')",
        "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
        "SHOW TABLES",
        "FROM (SHOW ALL TABLES)",
        "SELECT now()",
        "SELECT current_date",
        "SELECT CURRENT_TIMESTAMP",
        "SELECT today()",
        "SELECT age(DATE '2020-01-01')",
        "SELECT random()",
        "SELECT product FROM products USING SAMPLE 1",
        "SELECT product FROM products TABLESAMPLE 10%",
        "SELECT product FROM products ORDER BY uuid()",
        "SELECT ?",
        "SELECT $name",
        "SELECT repeat('x', 2000000000)",
        "SELECT product.repeat(2000000000) FROM products",
        "SELECT lpad('x', 2000000000, 'y')",
        "SELECT len(range(500000000))",
        "SELECT format('{:>2000000000}', 1)",
        "SELECT format('{:{}}', 1, 2000000000)",
        "SELECT format(product, 1) FROM products",
        "SELECT levenshtein(product, owner) FROM products",
        "PIVOT products ON owner USING count(*)",
        "SELECT nobody FROM products",
        "SELECT * FROM nothing",
        "SELECT nofunction(1)",
        "SELECT * FROM products WHERE",
        "SELECT 'x'::INTEGER",
        "SELECT " + "(" * 5000 + "1" + ")" * 5000,
        "SELECT 1" + "+1" * 20000,
        "",
        "   -- nothing",
        ";",
    ],
)
def test_whatever_reaches_beyond_the_relations_is_refused(database: RelationDatabase, sql: str) -> None:
    with pytest.raises(QueryRefused) as refused:
        database.ask(sql)
    assert refused.value.reason
    assert "\n" not in refused.value.reason
    assert database.ask("SELECT count(*) FROM products").rows == ((3,),), "and the next question is answered"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM range(100000000000)",
        "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = 7",
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t",
        "WITH RECURSIVE t(n) AS (SELECT 'x' UNION ALL SELECT n || n FROM t) SELECT max(length(n)) FROM t",
        "WITH RECURSIVE t(n) AS (SELECT [1] UNION ALL SELECT list_concat(n, n) FROM t) SELECT max(len(n)) FROM t",
        "SELECT list(i) FROM range(1000000000) t(i)",
        "SELECT string_agg(i::VARCHAR) FROM range(10000000000) t(i)",
        "SELECT a.range FROM range(1000000) a, range(100000) b ORDER BY hash(a.range + b.range)",
    ],
)
def test_whatever_takes_too_much_is_stopped_and_the_database_lives_on(database: RelationDatabase, sql: str) -> None:
    began, before = time.monotonic(), psutil.Process().memory_info().rss
    with pytest.raises(QueryRefused, match=r"takes longer than|needs more than"):
        database.ask(sql)
    assert time.monotonic() - began < 10
    assert psutil.Process().memory_info().rss - before < 1_500_000_000
    assert database.ask("SELECT count(*) FROM products").rows == ((3,),)


def test_a_result_without_end_is_cut_where_it_was_asked_to(database: RelationDatabase) -> None:
    answer = database.ask("SELECT * FROM range(100000000000)", most=3)
    assert answer.rows == ((0,), (1,), (2,))
    assert answer.more
    assert not database.ask("SELECT * FROM range(3)", most=3).more


@pytest.mark.parametrize(
    ("sql", "line", "column", "candidate"),
    [
        ("SELECT *\nFROM product", 2, 6, "products"),
        ("SELECT 'ü',\n  ownr FROM products", 2, 3, "owner"),
        ("SELECT 'ü', now()", 1, 13, ""),
        ("SELECT 1;\nSELECT 2", 2, 1, ""),
        ("SELEC 1", 1, 1, ""),
    ],
)
def test_a_refusal_says_where_and_what_was_meant(
    database: RelationDatabase, sql: str, line: int, column: int, candidate: str
) -> None:
    with pytest.raises(QueryRefused) as refused:
        database.ask(sql)
    assert (refused.value.line, refused.value.column) == (line, column)
    assert candidate in ("", *refused.value.candidates)


def test_only_what_a_query_names_is_loaded_and_only_once() -> None:
    made: list[str] = []

    def counted(name: str) -> RelationRows:
        def rows() -> list[Row]:
            made.append(name)
            return [(name,)]

        return RelationRows((("x", "VARCHAR"),), rows)

    views = {"first": "SELECT x FROM a", "second": "SELECT f.x FROM first AS f JOIN b ON b.x <> f.x"}
    database = open_database({n: counted(n) for n in ("a", "b", "c")}, views)
    try:
        database.ask("SELECT 1")
        assert made == []
        database.ask("SELECT * FROM first")
        assert made == ["a"]
        assert database.ask("SELECT * FROM second").rows == (("a",),)
        assert made == ["a", "b"]
    finally:
        database.close()


def test_many_rows_are_loaded_in_order() -> None:
    rows = tuple((i, f"n{i}" if i % 7 else None, "same") for i in range(50_001))
    database = open_database({"big": RelationRows((("i", "BIGINT"), ("n", "VARCHAR"), ("s", "VARCHAR")), rows)}, {})
    try:
        assert database.ask("FROM big", most=60_000).rows == rows
    finally:
        database.close()


def test_days_that_python_knows_are_what_sql_gets(database: RelationDatabase) -> None:
    (row,) = database.ask("SELECT since FROM products WHERE python").rows
    assert dt.date.fromisoformat(str(row[0])) == dt.date(2026, 1, 31)
