"""Ordinary analyst SQL means through the gateway what it means on DuckDB: no harmless query is refused, and none is changed."""

# ruff: noqa: E501 - a query is read best on one line

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

QUERIES = [
    # Selecting, filtering, ordering
    "SELECT * FROM customer.people ORDER BY id",
    "FROM customer.people SELECT name, age ORDER BY ALL",
    "FROM customer.people",
    "TABLE customer.people",
    "SELECT DISTINCT region FROM customer.people ORDER BY region",
    "SELECT DISTINCT ON (region) region, name FROM customer.people ORDER BY region, id",
    "SELECT p.* EXCLUDE (email) REPLACE (age + 1 AS age) RENAME (name AS called) FROM customer.people p ORDER BY id LIMIT 5",
    "SELECT COLUMNS('^a') FROM customer.people ORDER BY 1 LIMIT 3",
    "SELECT COLUMNS(lambda c: c LIKE '%e%') FROM customer.people ORDER BY id LIMIT 3",
    "SELECT min(COLUMNS(* EXCLUDE (email))) FROM customer.people",
    "SELECT * LIKE 'a%' FROM customer.people ORDER BY id LIMIT 2",
    "SELECT coalesce(*COLUMNS(['name', 'email'])) AS c FROM customer.people ORDER BY id LIMIT 2",
    "SELECT name FROM customer.people WHERE age BETWEEN 25 AND 30 AND region IN ('north', 'south') AND NOT name IS NULL ORDER BY 1",
    "SELECT name FROM customer.people WHERE name ILIKE 'NAME1%' OR name SIMILAR TO 'Name2.*' OR name ~ '3$' ORDER BY 1",
    "SELECT id FROM customer.people WHERE name NOT LIKE 'N\\_%' ESCAPE '\\' ORDER BY id LIMIT 20 PERCENT",
    "SELECT id FROM customer.people ORDER BY age DESC NULLS LAST, name COLLATE NOCASE LIMIT 5 OFFSET 2",
    "SELECT #1, #2 FROM customer.people ORDER BY 1 LIMIT 1",
    "SELECT (age > 30) IS TRUE AS old, count(*) FROM customer.people GROUP BY old ORDER BY old",
    'SELECT "id" AS "the id", "People"."name" FROM customer."people" AS "People" ORDER BY "the id" LIMIT 2',
    "SELECT ID, Name FROM CUSTOMER.PEOPLE ORDER BY Id LIMIT 2",
    "SELECT people FROM customer.people ORDER BY people.id LIMIT 1",
    "SELECT (p).name, p.name.lower() FROM customer.people p ORDER BY id LIMIT 1",
    # Grouping
    "SELECT region, count(*), sum(age), avg(age)::INT FROM customer.people GROUP BY region HAVING count(*) > 1 ORDER BY region",
    "SELECT region, age // 10 AS decade, count() FROM customer.people GROUP BY ALL ORDER BY ALL",
    "SELECT region, item, sum(amount) FROM customer.people JOIN sales.orders ON person = id GROUP BY ROLLUP (region, item) ORDER BY ALL",
    "SELECT region, item, grouping(region) FROM customer.people, sales.orders WHERE person = id GROUP BY CUBE (region, item) ORDER BY ALL",
    "SELECT region, age, count(*) FROM customer.people GROUP BY GROUPING SETS ((region), (age), ()) ORDER BY ALL",
    "SELECT count(DISTINCT item), count(*) FILTER (WHERE amount > 20), string_agg(DISTINCT item, ',' ORDER BY item) FROM sales.orders",
    "SELECT quantile_cont(amount, 0.5), percentile_disc(0.5) WITHIN GROUP (ORDER BY amount), median(amount) FROM sales.orders",
    "SELECT arg_max(name, age), mode(region), list(name ORDER BY id DESC)[1:2], histogram(region) FROM customer.people",
    "SELECT approx_count_distinct(id), stddev(age), corr(age, id), bool_and(age > 1), any_value(region) IS NOT NULL FROM customer.people",
    # Joins
    "SELECT p.name, o.amount FROM customer.people p LEFT JOIN sales.orders o ON o.person = p.id AND o.amount > 50 ORDER BY ALL",
    "SELECT people.name, orders.amount FROM customer.people JOIN sales.orders ON orders.person = people.id ORDER BY ALL LIMIT 3",
    "SELECT customer.people.name FROM customer.people WHERE customer.people.id = 3",
    "SELECT id FROM customer.people SEMI JOIN (SELECT person AS id FROM sales.orders WHERE amount > 60) USING (id) ORDER BY id",
    "SELECT id FROM customer.people ANTI JOIN (SELECT person AS id FROM sales.orders WHERE amount > 60) USING (id) ORDER BY id",
    "SELECT a.id, b.id FROM customer.people a JOIN customer.people b ON a.id = b.id + 1 ORDER BY 1",
    "SELECT count(*) FROM customer.people NATURAL JOIN (SELECT id, name FROM customer.people)",
    "SELECT count(*) FROM customer.people CROSS JOIN sales.orders",
    "SELECT count(*) FROM customer.people FULL JOIN sales.orders ON person = id RIGHT JOIN range(3) r(n) ON n = id",
    "SELECT * FROM (SELECT id FROM customer.people ORDER BY id) POSITIONAL JOIN (SELECT order_id FROM sales.orders ORDER BY 1) ORDER BY ALL",
    "SELECT p.id, o.moment FROM customer.people p ASOF JOIN sales.orders o ON p.id = o.person AND p.joined <= o.moment ORDER BY ALL",
    "SELECT p.name, l.best FROM customer.people p, LATERAL (SELECT max(amount) AS best FROM sales.orders WHERE person = p.id) l ORDER BY 1",
    # Subqueries and common table expressions
    "SELECT name FROM customer.people WHERE id IN (SELECT person FROM sales.orders WHERE amount > 80) ORDER BY 1",
    "SELECT name FROM customer.people p WHERE EXISTS (FROM sales.orders o WHERE o.person = p.id AND o.amount > 80) ORDER BY 1",
    "SELECT name, (SELECT sum(amount) FROM sales.orders WHERE person = people.id) FROM customer.people ORDER BY 1",
    "SELECT name FROM customer.people WHERE age > ALL (SELECT age FROM customer.people WHERE id < 5) ORDER BY 1",
    "WITH people AS (FROM customer.people WHERE age > 30) SELECT count(*) FROM people",
    "WITH a AS (FROM customer.people), b AS MATERIALIZED (FROM a WHERE age > 30) SELECT count(*) FROM a JOIN b USING (id)",
    "WITH a AS (SELECT 1 AS x), b AS (WITH a AS (SELECT 2 AS x) FROM a) SELECT * FROM a, b",
    "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT * FROM t ORDER BY n",
    "WITH RECURSIVE up AS (SELECT id, age FROM customer.people WHERE id = 1 UNION ALL SELECT p.id, p.age FROM customer.people p "
    "JOIN up ON p.id = up.id + 1 WHERE p.id < 6) SELECT * FROM up ORDER BY id",
    "WITH RECURSIVE t(k, n) USING KEY (k) AS (SELECT 1, 0 UNION SELECT k, n + 1 FROM t WHERE n < 3) SELECT * FROM t",
    "WITH c(x, y) AS (VALUES (1, 'a'), (2, 'b')) SELECT * FROM c ORDER BY x",
    "SELECT ARRAY(SELECT id FROM customer.people ORDER BY id LIMIT 3) AS three",
    # Sets and values
    "(SELECT id FROM customer.people WHERE id < 3) UNION ALL (SELECT person FROM sales.orders WHERE person < 2) ORDER BY 1",
    "SELECT id FROM customer.people EXCEPT SELECT person FROM sales.orders WHERE amount > 30 ORDER BY 1",
    "SELECT id FROM customer.people INTERSECT ALL SELECT person FROM sales.orders ORDER BY 1",
    "SELECT id, name FROM customer.people UNION BY NAME SELECT person AS id, amount FROM sales.orders ORDER BY ALL",
    "VALUES (1, 'a'), (2, NULL)",
    "SELECT * FROM (VALUES (1, 'a'), (2, 'b')) v(i, s) JOIN customer.people ON id = i ORDER BY i",
    # Windows
    "SELECT id, row_number() OVER (PARTITION BY region ORDER BY age DESC) AS n FROM customer.people QUALIFY n <= 2 ORDER BY ALL",
    "SELECT id, sum(age) OVER w, lag(age, 1, 0) OVER w FROM customer.people WINDOW w AS (PARTITION BY region ORDER BY id) ORDER BY id",
    "SELECT id, avg(age) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW EXCLUDE TIES) FROM customer.people ORDER BY id",
    "SELECT moment, sum(amount) OVER (ORDER BY moment RANGE BETWEEN INTERVAL 3 DAY PRECEDING AND INTERVAL 1 DAY FOLLOWING) FROM sales.orders ORDER BY ALL",
    "SELECT id, first_value(name IGNORE NULLS) OVER (ORDER BY id), ntile(4) OVER (ORDER BY id), percent_rank() OVER (ORDER BY age), "
    "dense_rank() OVER (ORDER BY region), nth_value(name, 2) OVER (ORDER BY id), cume_dist() OVER (ORDER BY id) FROM customer.people ORDER BY 1",
    "SELECT id, count(*) FILTER (WHERE age > 30) OVER (PARTITION BY region) FROM customer.people ORDER BY 1",
    "SELECT id, lead(age) OVER (ORDER BY id GROUPS BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING) FROM customer.people ORDER BY 1",
    # Pivoting
    "PIVOT sales.orders ON item USING sum(amount) GROUP BY person ORDER BY person",
    "PIVOT sales.orders ON item IN ('item0', 'item2') USING sum(amount) AS total, count(*) AS n GROUP BY person ORDER BY person",
    "FROM (PIVOT sales.orders ON item USING count(*) GROUP BY person) ORDER BY person",
    "WITH s AS (SELECT item, person % 3 AS third, amount FROM sales.orders) PIVOT s ON item, third USING max(amount)",
    "SELECT * FROM sales.orders PIVOT (sum(amount) FOR item IN ('item0', 'item1') GROUP BY person) ORDER BY person",
    "UNPIVOT (SELECT id, age, age * 2 AS twice FROM customer.people) ON age, twice INTO NAME what VALUE n ORDER BY ALL",
    "UNPIVOT (SELECT id, age, age * 2 AS twice FROM customer.people) ON COLUMNS(* EXCLUDE (id)) INTO NAME what VALUE n ORDER BY ALL",
    # Texts, times, numbers, nested values
    "SELECT upper(name) || '-' || length(email), split_part(email, '@', 2), regexp_extract(email, '(\\d+)@', 1) FROM customer.people ORDER BY 1",
    "SELECT substring(name FROM 1 FOR 3), position('a' IN name), trim(BOTH 'N' FROM name), lpad(region, 8, '.') FROM customer.people ORDER BY ALL",
    "SELECT date_trunc('month', moment), extract(dow FROM moment), moment::DATE + INTERVAL 1 MONTH, date_diff('day', DATE '2026-01-01', moment) "
    "FROM sales.orders ORDER BY ALL",
    "SELECT strftime(moment, '%Y-%m'), time_bucket(INTERVAL '1 week', moment), moment AT TIME ZONE 'UTC', epoch(moment) FROM sales.orders ORDER BY ALL",
    "SELECT unnest(generate_series(DATE '2026-01-01', DATE '2026-01-05', INTERVAL 1 DAY)) AS day ORDER BY day",
    "SELECT * FROM generate_series(1, 5) g(n) ORDER BY n",
    "SELECT round(amount, 1), amount::DECIMAL(10, 2), greatest(amount, 5), amount % 7, -amount, 2 ** 3, 7 // 2, 5 & 3 FROM sales.orders ORDER BY ALL",
    "SELECT CASE WHEN age < 30 THEN 'young' WHEN age < 35 THEN 'middle' ELSE 'old' END AS c, count(*) FROM customer.people GROUP BY c ORDER BY c",
    "SELECT CASE region WHEN 'north' THEN 1 ELSE 0 END, if(age > 30, 'x', 'y'), nullif(age, 21), ifnull(name, '') FROM customer.people ORDER BY ALL",
    "SELECT {'a': age, 'b': {'c': name}} AS s, s['b']['c'], (s).a FROM customer.people ORDER BY id LIMIT 3",
    "SELECT [age, id] AS l, l[1], l[-1], len(l), list_sum(l), list_transform(l, lambda x: x + 1), [x * 2 FOR x IN l IF x > 21] "
    "FROM customer.people ORDER BY id",
    "SELECT list_reduce([1, 2, 3], lambda x, y: x + y), list_filter([1, 2, 3], lambda x: x > 1), MAP {'a': 1}['a'], list_sort([3, 1, 2])",
    "SELECT unnest([1, 2, 3]) AS n, unnest({'a': 1, 'b': 2}, recursive := true) ORDER BY n",
    "SELECT json_extract('{\"a\": {\"b\": 2}}', '$.a.b')::INT, '{\"a\": 1}'::JSON ->> 'a', to_json({'a': 1})",
    'SELECT j.key, j.value FROM json_each(\'{"a": 1, "b": 2}\') j ORDER BY 1',
    "SELECT try_cast(name AS INTEGER), TRY(name::INT), typeof(age) FROM customer.people ORDER BY id LIMIT 2",
    "SELECT name[1:3], 'abc'[2], e'a\\tb', $$dollar$$, 0.5e3, 1_000, X'ab'::BLOB, true, NULL FROM customer.people ORDER BY 1 LIMIT 1",
    "SELECT row(1, 'a'), (1, 2) = (1, 2), 1 IS DISTINCT FROM NULL, NOT true, - -1, ~5, 1 << 3",
    "SELECT age, age + 1 AS next, next * 2 AS twice FROM customer.people WHERE next > 30 ORDER BY age",
    "SELECT md5(email), sha256(email), hash(id) > 0, levenshtein(name, 'Name1'), jaro_winkler_similarity(name, 'Nam') FROM customer.people ORDER BY 1",
    "SELECT current_date = current_date, now() >= current_timestamp, age(DATE '2020-01-01') > INTERVAL 1 YEAR",
    # Describing
    "SUMMARIZE SELECT id, age FROM customer.people",
    "DESCRIBE SELECT id, name AS n FROM customer.people",
    "SELECT column_name FROM (DESCRIBE customer.people)",
    "SELECT count(*) FROM customer.people TABLESAMPLE reservoir(5 ROWS)",
    "SELECT count(*) <= 20 FROM customer.people USING SAMPLE 50 PERCENT (bernoulli)",
    "SELECT 1;",
    "/* why */ SELECT 1 -- that",
]


@pytest.fixture(scope="module")
def plain(workplace: Any) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same tables in a DuckDB without a gateway."""
    from hansa.names import PortMajor, ProductName

    with duckdb.connect() as connection:
        connection.execute("SET GLOBAL TimeZone = 'UTC'; SET TimeZone = 'UTC'")
        for name, major in (("customer.people", 2), ("sales.orders", 1)):
            domain, product = name.split(".")
            port = PortMajor(ProductName(domain, product).port(product), major)
            publication = workplace.ledger.current(ProductName(domain, product), "prod")
            paths = list(workplace.lake.relation(port, publication.port(port).snapshot).paths)
            connection.execute(
                f"CREATE SCHEMA {domain}; CREATE TABLE {name} AS FROM read_parquet({paths}, hive_partitioning = false)"
            )
        yield connection


@pytest.mark.parametrize("text", QUERIES)
def test_the_answer_is_that_of_duckdb(common_bench: Any, plain: duckdb.DuckDBPyConnection, text: str) -> None:
    expected = plain.sql(text).to_arrow_reader(1_000).read_all()
    found = common_bench.ask(text).reader.read_all()
    assert found.schema.names == expected.schema.names
    assert found.num_rows == expected.num_rows
    if "ORDER BY" in text or found.num_rows == 1:
        assert str(found.to_pylist()) == str(expected.to_pylist())
    else:
        assert sorted(map(str, found.to_pylist())) == sorted(map(str, expected.to_pylist()))
