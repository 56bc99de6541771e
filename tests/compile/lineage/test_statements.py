# ruff: noqa: E501 - a case is easier to read on one line
"""What exactly the lineage of common statements is: no needless reads, and the right word for how each column takes part."""

import json
from collections.abc import Mapping, Sequence

import pytest
import sqlglot

from hansa.compile.lineage import lineage_of, trace
from hansa.model import ColumnRead, Learnt, Lineage, Subtype

SHOP: Mapping[str, Sequence[str]] = {
    "orders": ["order_id", "customer_id", "state", "amount", "placed"],
    "customers": ["customer_id", "name", "city", "tags", "home"],
    "shop.public.lines": ["order_id", "sku", "quantity", "price"],
}
WORDS = {
    "=": Subtype.IDENTITY,
    "~": Subtype.TRANSFORMATION,
    "+": Subtype.AGGREGATION,
    "join": Subtype.JOIN,
    "group": Subtype.GROUP_BY,
    "filter": Subtype.FILTER,
    "sort": Subtype.SORT,
    "window": Subtype.WINDOW,
    "if": Subtype.CONDITIONAL,
}


def followed(sql: str, dialect: str = "duckdb", columns: Mapping[str, Sequence[str]] = SHOP) -> Lineage:
    tree = sqlglot.parse_one(sql, read=dialect)
    return lineage_of(tree, columns, dialect=dialect)


def written(reads: tuple[ColumnRead, ...]) -> set[str]:
    """Reads in short: `=orders.amount`, `filter orders.state`; what is assumed has a question mark."""
    signs = {subtype: sign for sign, subtype in WORDS.items()}
    found = set()
    for read in reads:
        sign = signs[read.subtype]
        name = f"{read.table.rpartition('.')[2]}.{read.column}" + ("?" if read.learnt is Learnt.ASSUMED else "")
        found.add(f"{sign} {name}" if sign.isalpha() else f"{sign}{name}")
    return found


def reads(text: str) -> set[str]:
    return {part.strip() for part in text.split(",") if part.strip()}


CASES = (
    # statement; reads of each output column; reads of all rows
    ("SELECT order_id, amount AS a, (amount) AS b FROM orders", "=orders.order_id; =orders.amount; =orders.amount", ""),
    ("SELECT amount * 2 AS a, amount::INT AS b, upper(state) AS c FROM orders", "~orders.amount; ~orders.amount; ~orders.state", ""),
    ("SELECT sum(amount) AS a, count(*) AS n, max(amount) + 1 AS m FROM orders", "+orders.amount; ; +orders.amount", ""),
    ("SELECT state, sum(amount) AS a FROM orders GROUP BY state", "=orders.state; +orders.amount", "group orders.state"),
    (
        "SELECT name FROM customers JOIN orders USING (customer_id) WHERE state = 'open' ORDER BY placed",
        "=customers.name",
        "join customers.customer_id, join orders.customer_id, filter orders.state, sort orders.placed",
    ),
    (
        "SELECT CASE WHEN state = 'open' THEN amount ELSE 0 END AS a, coalesce(state, city) AS b FROM orders, customers",
        "if orders.state, ~orders.amount; ~orders.state, ~customers.city",
        "",
    ),
    ("SELECT if(state = 'x', amount, order_id) AS a FROM orders", "if orders.state, ~orders.amount, ~orders.order_id", ""),
    ("SELECT sum(amount) FILTER (WHERE state = 'x') AS a FROM orders", "+orders.amount, if orders.state", ""),
    (
        "SELECT sum(amount) OVER (PARTITION BY state ORDER BY placed) AS a, row_number() OVER (ORDER BY placed) AS n, "
        "lag(amount) OVER (ORDER BY placed) AS l FROM orders",
        "+orders.amount, window orders.state, window orders.placed; window orders.placed; ~orders.amount, window orders.placed",
        "",
    ),
    ("SELECT order_id FROM orders QUALIFY rank() OVER (ORDER BY amount) = 1", "=orders.order_id", "filter orders.amount"),
    ("SELECT state, sum(amount) AS a FROM orders GROUP BY 1 HAVING a > 3", "=orders.state; +orders.amount", "group orders.state, filter orders.amount"),
    ("SELECT DISTINCT city FROM customers", "=customers.city", "group customers.city"),
    (
        "SELECT name FROM customers c SEMI JOIN orders o ON c.customer_id = o.customer_id",
        "=customers.name",
        "filter customers.customer_id, filter orders.customer_id",
    ),
    (
        "SELECT name FROM customers c WHERE EXISTS (SELECT * FROM orders o WHERE o.customer_id = c.customer_id)",
        "=customers.name",
        "filter customers.customer_id, filter orders.customer_id",
    ),
    (
        "SELECT name FROM customers WHERE customer_id IN (SELECT customer_id FROM orders WHERE state = 'x')",
        "=customers.name",
        "filter customers.customer_id, filter orders.customer_id, filter orders.state",
    ),
    (
        "SELECT name, (SELECT max(amount) FROM orders o WHERE o.customer_id = c.customer_id) AS m FROM customers c",
        "=customers.name; +orders.amount, filter orders.customer_id, filter customers.customer_id",
        "",
    ),
    (
        "WITH a AS (SELECT customer_id, sum(amount) AS total FROM orders WHERE state = 'x' GROUP BY customer_id), "
        "b AS (SELECT customer_id, total * 2 AS twice, total FROM a) SELECT name, twice, total FROM customers JOIN b USING (customer_id)",
        "=customers.name; +orders.amount; +orders.amount",
        "join customers.customer_id, join orders.customer_id, filter orders.state, group orders.customer_id",
    ),
    ("SELECT sum(x) AS s FROM (SELECT amount + 1 AS x FROM orders)", "+orders.amount", ""),
    ("SELECT customer_id FROM orders UNION ALL SELECT customer_id FROM customers", "=orders.customer_id, =customers.customer_id", ""),
    ("SELECT customer_id FROM orders EXCEPT SELECT customer_id FROM customers", "=orders.customer_id", "filter orders.customer_id, filter customers.customer_id"),
    ("SELECT customer_id FROM orders UNION SELECT customer_id FROM customers", "=orders.customer_id, =customers.customer_id", "group orders.customer_id, group customers.customer_id"),
    ("SELECT home.street AS a, tags[1] AS b, list_transform(tags, lambda x: x || name) AS c FROM customers", "~customers.home; ~customers.tags; ~customers.tags, ~customers.name", ""),
    ("SELECT name, tag FROM customers, unnest(tags) AS u(tag)", "=customers.name; ~customers.tags", "join customers.tags"),
    ("SELECT g FROM generate_series(1, 3) AS s(g)", "", ""),
    ("SELECT count(*) AS n FROM orders WHERE amount > (SELECT avg(price) FROM lines)", "", "filter orders.amount, filter lines.price"),
    ("SELECT string_agg(name, ',' ORDER BY city) AS a FROM customers", "+customers.name, sort customers.city", ""),
    ("SELECT state, grouping(state) AS g FROM orders GROUP BY ROLLUP (state)", "=orders.state; +orders.state", "group orders.state"),
    ("PIVOT orders ON state IN ('a', 'b') USING sum(amount) GROUP BY placed", "=orders.placed; +orders.amount, if orders.state; +orders.amount, if orders.state", "group orders.placed"),
    ("UNPIVOT (SELECT order_id, amount, customer_id FROM orders) ON amount, customer_id INTO NAME n VALUE v", "=orders.order_id; ; =orders.amount, =orders.customer_id", "filter orders.amount, filter orders.customer_id"),
    ("SELECT * FROM orders LEFT JOIN customers ON false", "=orders.order_id; =orders.customer_id; =orders.state; =orders.amount; =orders.placed; =customers.customer_id; =customers.name; =customers.city; =customers.tags; =customers.home", ""),
)  # fmt: skip


@pytest.mark.parametrize(("sql", "columns", "rows"), CASES)
def test_the_lineage_is_exactly_this(sql: str, columns: str, rows: str) -> None:
    found = followed(sql)
    assert found.unresolved == ()
    assert [written(c.reads) for c in found.columns] == [reads(c) for c in columns.split(";")]
    assert written(found.rows) == reads(rows)


DIALECTS = (
    ("snowflake", 'SELECT O.AMOUNT, f.value::int AS v FROM ORDERS o, customers c, LATERAL FLATTEN(input => c.tags) f', "=orders.amount; ~customers.tags", "join customers.tags"),
    ("snowflake", "SELECT state FROM orders QUALIFY row_number() OVER (PARTITION BY state ORDER BY placed) = 1", "=orders.state", "filter orders.state, filter orders.placed"),
    ("bigquery", "SELECT tag, c.home.street FROM `customers` AS c, UNNEST(c.tags) AS tag", "~customers.tags; ~customers.home", "join customers.tags"),
    ("bigquery", "SELECT * EXCEPT (placed, state, order_id) REPLACE (amount + 1 AS amount) FROM orders", "=orders.customer_id; ~orders.amount", ""),
    ("bigquery", "SELECT name FROM customers WHERE 'x' IN UNNEST(tags)", "=customers.name", "filter customers.tags"),
    ("spark", "SELECT name, tag FROM customers LATERAL VIEW explode(tags) x AS tag", "=customers.name; ~customers.tags", "join customers.tags"),
    ("databricks", "SELECT name, explode(tags) AS tag FROM customers", "=customers.name; ~customers.tags", "join customers.tags"),
    ("hive", "SELECT state, count(DISTINCT amount) AS n FROM orders GROUP BY state", "=orders.state; +orders.amount", "group orders.state"),
    ("postgres", "SELECT DISTINCT ON (state) state, amount FROM orders ORDER BY state, placed", "=orders.state; =orders.amount", "group orders.state, sort orders.state, sort orders.placed"),
    ("postgres", "SELECT c.name, o.m FROM customers c LEFT JOIN LATERAL (SELECT max(amount) AS m FROM orders WHERE orders.customer_id = c.customer_id) o ON true", "=customers.name; +orders.amount", "filter orders.customer_id, filter customers.customer_id"),
    ("redshift", "SELECT amount * 2 AS twice, twice + 1 AS more FROM orders", "~orders.amount; ~orders.amount", ""),
    ("tsql", "SELECT TOP 3 [o].[amount], ISNULL(state, 'x') AS s FROM orders AS o CROSS APPLY (SELECT max(price) AS p FROM lines AS l WHERE l.order_id = o.order_id) AS q", "=orders.amount; ~orders.state", "filter lines.order_id, filter orders.order_id"),
    ("mysql", "SELECT IF(state = 'x', amount, 0) AS a FROM `orders` ORDER BY 1 LIMIT 3", "if orders.state, ~orders.amount", "sort orders.state, sort orders.amount"),
    ("oracle", "SELECT NVL(state, 'x') AS s FROM orders WHERE ROWNUM < 3 AND amount > 1", "~orders.state", "filter orders.amount"),
    ("", 'SELECT "name" FROM customers WHERE city LIKE \'A%\'', "=customers.name", "filter customers.city"),
    ("postgres", "SELECT state, generate_series(1, amount) AS g FROM orders", "=orders.state; ~orders.amount", "join orders.amount"),
    ("postgres", "SELECT p FROM ROWS FROM (unnest(array[1, 2]), generate_series(1, 2)) AS z(p, q)", "", ""),
    ("tsql", "SELECT * FROM (SELECT state, amount, placed FROM orders) AS o PIVOT (sum(amount) FOR state IN ([a], [b])) AS p", "=orders.placed; +orders.amount, if orders.state; +orders.amount, if orders.state", "group orders.placed"),
    ("tsql", "WITH c(n) AS (SELECT amount FROM orders UNION ALL SELECT n + 1 FROM c WHERE n < 5) SELECT n FROM c", "=orders.amount, ~orders.amount", "filter orders.amount"),
    ("spark", "SELECT t.p FROM orders LATERAL VIEW stack(2, state, placed) t AS p, q", "~orders.state, ~orders.placed", "join orders.state, join orders.placed"),
    ("snowflake", "SELECT * ILIKE '%STATE%' FROM orders", "=orders.state", ""),
    ("bigquery", "FROM orders |> WHERE amount > 1 |> SELECT state", "=orders.state", "filter orders.amount"),
    ("duckdb", "FROM orders SELECT state AS s WHERE s > 'a' GROUP BY ALL", "=orders.state", "filter orders.state, group orders.state"),
)  # fmt: skip


@pytest.mark.parametrize(("dialect", "sql", "columns", "rows"), DIALECTS)
def test_dialects_are_followed(dialect: str, sql: str, columns: str, rows: str) -> None:
    found = followed(sql, dialect)
    assert found.unresolved == ()
    assert [written(c.reads) for c in found.columns] == [reads(c) for c in columns.split(";")]
    assert written(found.rows) == reads(rows)


WRITING = (
    ("duckdb", "INSERT INTO customers (name, city) SELECT state, placed FROM orders", "customers", "name: =orders.state; city: =orders.placed", ""),
    ("duckdb", "INSERT INTO customers BY NAME SELECT state AS city FROM orders", "customers", "city: =orders.state", ""),
    ("duckdb", "INSERT INTO customers SELECT order_id, state FROM orders", "customers", "customer_id: =orders.order_id; name: =orders.state", ""),
    ("postgres", "CREATE VIEW v (x) AS SELECT amount FROM orders", "v", "x: =orders.amount", ""),
    ("spark", "CREATE TABLE db.t AS SELECT amount + 1 AS a FROM orders", "db.t", "a: ~orders.amount", ""),
    ("tsql", "SELECT amount INTO copied FROM orders", "copied", "amount: =orders.amount", ""),
    ("duckdb", "UPDATE customers SET city = o.state FROM orders o WHERE o.customer_id = customers.customer_id", "customers", "city: =orders.state", "filter orders.customer_id, filter customers.customer_id"),
    ("tsql", "UPDATE c SET city = o.state FROM customers c JOIN orders o ON o.customer_id = c.customer_id", "customers", "city: =orders.state", "join orders.customer_id, join customers.customer_id"),
    ("snowflake", "MERGE INTO customers c USING orders o ON c.customer_id = o.customer_id WHEN MATCHED AND o.amount > 1 THEN UPDATE SET city = o.state WHEN NOT MATCHED THEN INSERT (name) VALUES (o.placed)", "customers", "city: =orders.state, if orders.amount; name: =orders.placed", "join orders.customer_id, join customers.customer_id"),
    ("databricks", "MERGE INTO customers USING orders ON customers.customer_id = orders.customer_id WHEN NOT MATCHED THEN INSERT *", "customers", "customer_id: =orders.customer_id", "join orders.customer_id, join customers.customer_id"),
    ("postgres", "INSERT INTO customers (name, city) SELECT state, placed FROM orders ON CONFLICT (name) DO UPDATE SET city = excluded.city || customers.name", "customers", "name: =orders.state; city: =orders.placed, ~orders.placed, ~customers.name", ""),
)  # fmt: skip


@pytest.mark.parametrize(("dialect", "sql", "target", "columns", "rows"), WRITING)
def test_statements_that_write_say_what_goes_where(dialect: str, sql: str, target: str, columns: str, rows: str) -> None:
    traced = trace(sqlglot.parse(sql, read=dialect), SHOP, dialect=dialect)  # type: ignore[arg-type]
    assert traced is not None
    assert traced.target == target
    assert traced.lineage.unresolved == ()
    wanted = {name.strip(): reads(text) for name, text in (c.split(":") for c in columns.split(";"))}
    assert {c.column: written(c.reads) for c in traced.lineage.columns} == wanted
    assert written(traced.lineage.rows) == reads(rows)


def test_what_a_script_creates_is_followed_to_its_origin() -> None:
    script = "CREATE VIEW v AS SELECT amount AS a FROM orders WHERE state = 'x'; SELECT a + 1 AS b FROM v; DROP VIEW v"
    traced = trace(sqlglot.parse(script, read="duckdb"), SHOP)  # type: ignore[arg-type]
    assert traced is not None
    assert written(traced.lineage.columns[0].reads) == {"~orders.amount"}
    assert written(traced.lineage.rows) == {"filter orders.state"}


SCRIPTS = (
    # dialect; script; columns of the last statement that has any; its rows
    (
        "tsql",
        "CREATE TABLE #p (a INT, b INT); INSERT INTO #p SELECT order_id, amount FROM orders WHERE state = 'x'; SELECT b FROM #p",
        "=orders.amount",
        "filter orders.state",
    ),
    (
        "tsql",
        "DECLARE @x INT = 1; EXEC prepare; SELECT amount FROM orders WHERE state = @x",
        "=orders.amount",
        "filter orders.state",
    ),
    (
        "tsql",
        "CREATE PROCEDURE p AS BEGIN SET NOCOUNT ON; INSERT INTO customers (name) SELECT state FROM orders; END",
        "=orders.state",
        "",
    ),
    (
        "mysql",
        "REPLACE INTO customers (customer_id, name) SELECT customer_id, state FROM orders",
        "=orders.customer_id; =orders.state",
        "",
    ),
    ("bigquery", "CREATE PROCEDURE p() BEGIN INSERT INTO customers (name) SELECT state FROM orders; END", "=orders.state", ""),
    (
        "snowflake",
        "INSERT ALL WHEN amount > 1 THEN INTO one (a) VALUES (state) ELSE INTO two (b) VALUES (amount) SELECT state, amount FROM orders WHERE placed",
        "=orders.state, if orders.amount; =orders.amount, if orders.amount",
        "filter orders.placed",
    ),
    (
        "oracle",
        "MERGE INTO customers c USING orders o ON (c.customer_id = o.customer_id) WHEN MATCHED THEN UPDATE SET c.name = o.state WHERE o.amount > 1",
        "=orders.state, if orders.amount",
        "join customers.customer_id, join orders.customer_id",
    ),
    ("postgres", "SELECT (o).state, (o.amount) FROM orders o", "~orders.state; =orders.amount", ""),
    (
        "hive",
        "FROM orders INSERT OVERWRITE TABLE customers SELECT customer_id, state WHERE amount > 1",
        "=orders.customer_id; =orders.state",
        "filter orders.amount",
    ),
    (
        "",
        "SELECT orders.amount, orders.* EXCEPT (order_id, customer_id, placed) FROM orders AS o",
        "=orders.amount; =orders.state; =orders.amount",
        "",
    ),
    ("bigquery", "SELECT home.* REPLACE (state AS street) FROM customers, orders", "~customers.home, =orders.state", ""),
    (
        "bigquery",
        "SELECT IF(amount > 1, home, home).* REPLACE (state AS street) FROM customers, orders",
        "if orders.amount, ~customers.home, =orders.state",
        "",
    ),
    ("tsql", "IF @x = 1 SELECT amount FROM orders", "=orders.amount", ""),
    ("duckdb", "SELECT * FROM elsewhere; SELECT amount FROM orders", "=orders.amount", ""),
)


@pytest.mark.parametrize(("dialect", "script", "columns", "rows"), SCRIPTS)
def test_scripts_are_followed_through_their_tables_and_blocks(dialect: str, script: str, columns: str, rows: str) -> None:
    traced = trace([t for t in sqlglot.parse(script, read=dialect) if t is not None], SHOP, dialect=dialect)
    assert traced is not None
    assert traced.lineage.unresolved == ()
    assert [written(c.reads) for c in traced.lineage.columns] == [reads(part) for part in columns.split(";")]
    assert written(traced.lineage.rows) == reads(rows)


ELSEWHERE = (
    # dialect; statement; names and reads of each output column
    ("oracle", "SELECT o.amount, d.dummy FROM orders o, dual d", "amount =orders.amount; dummy"),
    ("snowflake", "SELECT t.$4, t.$1 FROM orders t", "amount =orders.amount; order_id =orders.order_id"),
    ("postgres", "SELECT (home).*, state FROM customers, orders", "state =orders.state; * ~customers.home"),
    (
        "bigquery",
        "SELECT state, amount FROM orders INNER UNION ALL BY NAME SELECT city AS state FROM customers",
        "state =customers.city =orders.state",
    ),
    (
        "bigquery",
        "SELECT state, amount FROM orders LEFT UNION ALL BY NAME SELECT name, city AS state FROM customers",
        "state =customers.city =orders.state; amount =orders.amount",
    ),
    (
        "bigquery",
        "SELECT state, amount FROM orders FULL UNION ALL BY NAME ON (state, name) SELECT name, city AS state FROM customers",
        "state =customers.city =orders.state; name =customers.name",
    ),
    (
        "postgres",
        "WITH d AS (DELETE FROM orders WHERE amount > 1 RETURNING *) SELECT state, amount AS a FROM d",
        "state =orders.state; a =orders.amount",
    ),
    ("postgres", "SELECT x.tag, x.n FROM customers, unnest(tags) WITH ORDINALITY AS x(tag, n)", "tag ~customers.tags; n"),
    (
        "postgres",
        "SELECT e.* FROM customers, jsonb_to_recordset(tags) AS e(m int, n text)",
        "m ~customers.tags; n ~customers.tags",
    ),
    ("postgres", "SELECT amount::int, CAST(state AS text) FROM orders", "amount ~orders.amount; state ~orders.state"),
    ("postgres", "SELECT amount AS state, state AS s FROM orders", "state =orders.amount; s =orders.state"),
    (
        "bigquery",
        "SELECT a, state FROM (SELECT AS VALUE STRUCT(amount AS a, state) FROM orders)",
        "a =orders.amount; state =orders.state",
    ),
    ("", "SELECT o.amount FROM ((orders AS o JOIN customers AS c ON o.customer_id = c.customer_id))", "amount =orders.amount"),
    ("snowflake", "SELECT b.state FROM (SELECT state FROM orders) a, (SELECT state FROM orders) b", "state =orders.state"),
)


@pytest.mark.parametrize(("dialect", "sql", "columns"), ELSEWHERE)
def test_statements_of_other_dialects_are_followed(dialect: str, sql: str, columns: str) -> None:
    found = followed(sql, dialect)
    assert found.unresolved == ()
    assert [f"{c.column} {' '.join(sorted(written(c.reads)))}".strip() for c in found.columns] == [
        p.strip() for p in columns.split(";")
    ]


def test_a_subquery_in_from_does_not_see_the_sources_beside_it() -> None:
    found = followed("SELECT y.state FROM (SELECT state FROM orders) x, (SELECT state FROM elsewhere) y", "snowflake")
    assert written(found.columns[0].reads) == {"=elsewhere.state?"}


UNKNOWN = (
    ("SELECT nothing FROM orders", "nothing"),
    ("SELECT o.nothing FROM orders o", "o.nothing"),
    ("SELECT * FROM orders, read_csv('file.csv')", "READ_CSV('file.csv')"),
    ("SELECT * FROM orders, my_macro(orders.amount)", "my_macro(orders.amount)"),
    ("SELECT * FROM orders, TABLE(strange(1))", "strange(1)"),
    ("SELECT z.* FROM orders", "z.*"),
    ("SELECT #1 FROM orders", "#1"),
    ("SELECT * FROM (SUMMARIZE orders)", "SUMMARIZE orders"),
    ("SELECT * FROM query_table('orders')", "query_table('orders')"),
    ("SELECT COLUMNS(lambda c: strange(c)) FROM orders", "COLUMNS(LAMBDA c : strange(c))"),
)


@pytest.mark.parametrize(("sql", "name"), UNKNOWN)
def test_what_cannot_be_followed_is_named_and_depends_on_everything(sql: str, name: str) -> None:
    found = followed(sql)
    assert found.unresolved == (name,)
    assert any({r.column for r in c.reads if r.table == "orders"} == set(SHOP["orders"]) for c in found.columns)
    assert any(r.learnt is Learnt.ASSUMED for c in found.columns for r in c.reads)


UNDESCRIBED = (
    ("SELECT * FROM (SELECT * FROM elsewhere) AS s(a, b)", "=elsewhere.*?; =elsewhere.*?"),
    ("SELECT e.Xy, amount FROM elsewhere e JOIN orders ON e.k = orders.order_id", "=elsewhere.Xy?; =orders.amount"),
    ("SELECT x + amount AS y FROM orders JOIN elsewhere ON true", "~elsewhere.x?, ~orders.amount"),
    ("SELECT x FROM one JOIN two ON one.k = two.k", "=one.x?, =two.x?"),
    ("SELECT x FROM (SELECT * FROM elsewhere)", "=elsewhere.x?"),
    ("SELECT a FROM (SELECT * RENAME (b AS a) FROM elsewhere)", "~elsewhere.*?"),
    ("SELECT (SELECT max(x) FROM one WHERE k = 1) AS m FROM two", "+one.x?, filter one.k?"),
    (
        "SELECT * FROM elsewhere, orders",
        "=orders.order_id; =orders.customer_id; =orders.state; =orders.amount; =orders.placed; =elsewhere.*?",
    ),
)


@pytest.mark.parametrize(("sql", "columns"), UNDESCRIBED)
def test_a_table_without_a_schema_has_the_columns_that_are_named(sql: str, columns: str) -> None:
    found = followed(sql)
    assert found.unresolved
    assert set(found.unresolved) <= {"elsewhere", "one", "two"}
    assert [written(c.reads) for c in found.columns] == [reads(part) for part in columns.split(";")]


def test_a_column_of_a_described_table_is_its_own_beside_tables_without_a_schema() -> None:
    found = followed("SELECT e.x, amount FROM elsewhere e JOIN orders ON e.k = orders.order_id")
    assert written(found.columns[1].reads) == {"=orders.amount"}


def test_a_condition_that_cannot_be_followed_leaves_the_columns_as_they_are() -> None:
    found = followed("SELECT amount FROM orders WHERE nothing > 1")
    assert written(found.columns[0].reads) == {"=orders.amount"}
    assert {r.subtype for r in found.rows} == {Subtype.FILTER}
    assert {r.column for r in found.rows} == set(SHOP["orders"])


def test_a_text_that_sqlglot_does_not_read_depends_on_every_table_given() -> None:
    found = followed("REPLACE INTO customers (name) SELECT state FROM orders", "mysql")
    assert len(found.unresolved) == 1
    assert {r.table for r in found.columns[0].reads} == set(SHOP)


def test_columns_by_their_place_in_a_file_are_not_resolved() -> None:
    found = followed("SELECT $1 AS a FROM orders", "snowflake")
    assert found.unresolved == ("$1",)
    assert {r.column for r in found.columns[0].reads} == set(SHOP["orders"])


def test_an_unknown_function_reads_all_its_arguments() -> None:
    assert written(followed("SELECT strange(amount, state) AS a FROM orders").columns[0].reads) == {
        "~orders.amount",
        "~orders.state",
    }


def test_a_statement_nested_too_deeply_depends_on_everything() -> None:
    sql = "SELECT amount FROM orders"
    for _ in range(60):
        sql = f"SELECT amount FROM ({sql})"
    assert written(followed(sql).columns[0].reads) == {"=orders.amount"}
    tree: sqlglot.exp.Expr = sqlglot.parse_one("SELECT amount AS a FROM orders", read="duckdb")
    for _ in range(3000):
        tree = sqlglot.exp.Select(
            expressions=[sqlglot.exp.column("a")], from_=sqlglot.exp.From(this=sqlglot.exp.Subquery(this=tree))
        )
    found = lineage_of(tree, SHOP)
    assert found.unresolved == ("a statement that is nested too deeply",)
    assert written(found.columns[0].reads) == {f"~orders.{c}?" for c in SHOP["orders"]}


def test_long_chains_are_no_deep_nesting() -> None:
    union = " UNION ALL ".join(["SELECT amount FROM orders"] * 300)
    assert written(followed(union).columns[0].reads) == {"=orders.amount"}
    condition = " AND ".join(f"amount > {i}" for i in range(500))
    assert written(followed(f"SELECT state FROM orders WHERE {condition}").rows) == {"filter orders.amount"}


@pytest.mark.parametrize(
    ("name", "found"),
    [("lines", True), ("public.lines", True), ("shop.public.lines", True), ("LINES", True), ("other.lines", False), ("x.public.lines", False)],
)  # fmt: skip
def test_tables_are_found_by_the_end_of_their_name(name: str, found: bool) -> None:
    lineage = followed(f"SELECT sku FROM {name}", "snowflake")
    assert (lineage.unresolved == ()) is found
    if found:
        assert lineage.columns[0].reads == (ColumnRead("shop.public.lines", "sku", Subtype.IDENTITY),)


def test_a_bare_name_that_several_tables_end_with_is_not_resolved() -> None:
    lineage = followed("SELECT a FROM t", columns={"x.t": ["a"], "y.t": ["a"]})
    assert lineage.unresolved == ("t",)


def test_names_are_spelled_as_in_the_schema() -> None:
    lineage = followed("SELECT ORDER_ID, o.PRICE FROM Data AS o", columns={"DATA": ["Order_Id", "Price"]})
    assert [(c.column, c.reads[0].table, c.reads[0].column) for c in lineage.columns] == [
        ("Order_Id", "DATA", "Order_Id"),
        ("Price", "DATA", "Price"),
    ]


def test_equal_reads_are_one_tuple() -> None:
    first, second = followed("SELECT upper(state) AS a, lower(state) AS b FROM orders").columns
    assert first.reads is second.reads


def test_reads_are_sorted_and_not_repeated() -> None:
    found = followed("SELECT amount + amount + order_id + customer_id AS a FROM orders").columns[0].reads
    assert list(found) == sorted(set(found))
    assert json.dumps([r.column for r in found]) == '["amount", "customer_id", "order_id"]'
