"""Whatever changes a column of a result is in the column's lineage: tried on real tables, for random and for odd queries.

One column of one small table is made anew; every output column whose values change must have it in its lineage. Besides, the
columns listed are those that DuckDB returns, in its order.
"""

import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot.errors import ParseError

from hansa.compile.lineage import known, lineage_of
from hansa.compile.lineage.reads import Registry
from hansa.compile.lineage.relation import Relation
from hansa.compile.lineage.scope import Scope

ODD = (
    # sources
    "SELECT s1.a, s2.d FROM t s1 POSITIONAL JOIN u s2",
    "SELECT x.a, y.d FROM t x ASOF JOIN u y ON x.id >= y.id",
    "SELECT * FROM t NATURAL JOIN u",
    "SELECT * FROM t FULL JOIN u USING (a, id)",
    "SELECT a, id FROM t RIGHT JOIN u USING (a, id)",
    "SELECT t.a AS l, u.a AS r, a FROM t LEFT JOIN u USING (a)",
    "SELECT * FROM t SEMI JOIN u USING (a)",
    "SELECT * FROM (t JOIN u ON t.a = u.d) JOIN v ON v.k = t.id",
    "SELECT q.* FROM (t JOIN v ON t.a = v.k) AS q",
    "SELECT x, y FROM t, LATERAL (SELECT t.a + 1 AS x) p, LATERAL (SELECT p.x + t.b AS y) q",
    "SELECT (SELECT max(d) FROM (SELECT u.d FROM u WHERE u.a = t.a) z) AS m FROM t",
    "SELECT w, a FROM t, unnest(t.l) AS p(w) WHERE w > 0",
    "SELECT unnest(l) AS w, b FROM t",
    "SELECT a FROM t, (SELECT unnest(l) AS w FROM v) q WHERE q.w = t.b",
    "SELECT i FROM t, range(t.a) AS p(i)",
    "SELECT p.x, p.y FROM t, LATERAL (VALUES (t.a, 1), (t.b, 2)) AS p(x, y)",
    "FROM t",
    "FROM t, u WHERE t.a = u.a",
    "SELECT t.a, t.s.f, s.g, s['f'] FROM t",
    "SELECT q FROM (SELECT a, b FROM t) AS q",
    "SELECT row_number() OVER (ORDER BY id) AS n, rowid AS r FROM t",
    "SELECT * FROM t AS r(one, two)",
    "TABLE t",
    "VALUES (1, 2), (3, 4)",
    "WITH x AS MATERIALIZED (SELECT a FROM t), x2(z) AS (SELECT a + 1 FROM x) SELECT * FROM x2 JOIN x ON x.a = x2.z",
    "WITH t AS (SELECT a, b FROM t WHERE c > 0) SELECT a FROM t",
    # select lists
    "SELECT a + 1 AS p, p * b AS q, q + c AS r FROM t WHERE p > 1",
    "SELECT a AS b, b AS a FROM t WHERE a > 1 AND b < 3",
    "SELECT a AS b FROM t ORDER BY b LIMIT 2",
    "SELECT b AS z, max(a) AS m FROM t GROUP BY z HAVING m > 1",
    "SELECT * EXCLUDE (l, s) REPLACE (a + b AS a) RENAME (c AS cc) FROM t",
    "SELECT t.* EXCLUDE (id), u.* EXCLUDE (a) FROM t JOIN u USING (a)",
    "SELECT COLUMNS('^[ab]$') + c FROM t",
    "SELECT COLUMNS('(.)') AS 'new_\\1' FROM u",
    "SELECT max(COLUMNS(* EXCLUDE (l, s))) FROM t",
    "SELECT COLUMNS(lambda c: c LIKE 'i%' OR c = 'a') FROM t",
    "SELECT COLUMNS(['a', 'b']) FROM t",
    "SELECT COLUMNS(u.*) FROM t JOIN u ON t.a = u.d",
    "SELECT * LIKE 'a%' FROM t",
    "SELECT coalesce(*COLUMNS('^[abc]$')) AS z FROM t",
    "SELECT hash(*COLUMNS(*)) AS h FROM u",
    "SELECT count(*) AS n, count(COLUMNS('a')) FROM t",
    "SELECT a.abs() AS p, t.b.abs().greatest(c) AS q FROM t",
    "SELECT list_transform(l, lambda x: x + a) AS p, [x + c FOR x IN l IF x > b] AS q FROM t",
    "SELECT list_reduce(l, lambda x, y: x + y + a) AS p FROM t WHERE len(l) > 0",
    "SELECT list_filter(l, lambda a: a > b) AS p FROM t",
    "SELECT {'x': a, 'y': b}.x AS p, struct_pack(k := c).k AS q, [a, b][1] AS r, map([id], [b])[a] AS z FROM t WHERE id > 0",
    "SELECT a IN (SELECT d FROM u WHERE e > 1) AS p, EXISTS (SELECT 1 FROM u WHERE u.a = t.a) AS q FROM t",
    "SELECT a > ALL (SELECT d FROM u WHERE d IS NOT NULL) AS p, ARRAY(SELECT d FROM u WHERE u.a = t.a ORDER BY e, d) AS q FROM t",
    "SELECT CASE a WHEN 1 THEN b ELSE c END AS p, if(a > 1, b, c) AS q, nullif(a, b) AS r, coalesce(a, b) AS z FROM t",
    # groups and windows
    "SELECT a, b, sum(c) AS s FROM t GROUP BY ALL ORDER BY ALL",
    "SELECT a, b, count(*) AS n FROM t GROUP BY GROUPING SETS ((a), (b), ())",
    "SELECT a, grouping(a, b) AS g, sum(c) AS s FROM t GROUP BY CUBE (a, b)",
    "SELECT a % 2 AS p, string_agg(b, ',' ORDER BY c, b) AS q, list(b ORDER BY c, b) AS z FROM t GROUP BY 1",
    "SELECT arg_max(a, b + id / 100) AS p, max_by(c, id) AS q, quantile_cont(a, 0.5) AS r FROM t",
    "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a) AS p, mode() WITHIN GROUP (ORDER BY b) AS q FROM t",
    "SELECT sum(a) FILTER (WHERE b > 1) AS p, count(DISTINCT c) AS q FROM t",
    "SELECT sum(a) OVER w AS p, rank() OVER (w ORDER BY b) AS q FROM t WINDOW w AS (PARTITION BY c)",
    "SELECT a FROM t QUALIFY rank() OVER (PARTITION BY b ORDER BY c) = 1",
    "SELECT a, sum(b) AS s FROM t GROUP BY a QUALIFY rank() OVER (ORDER BY sum(c)) = 1",
    "SELECT sum(sum(a)) OVER (PARTITION BY b) AS p FROM t GROUP BY b",
    "SELECT DISTINCT a, b FROM t",
    "SELECT DISTINCT ON (a) a, b, c FROM t ORDER BY ALL",
    "SELECT a FROM t ORDER BY b, a LIMIT 2",
    "SELECT a FROM t ORDER BY a LIMIT (SELECT count(*) FROM u WHERE d > 1)",
    "SELECT sum(a) OVER (ORDER BY id RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) AS p FROM t",
    # set operations
    "SELECT a, b FROM t UNION SELECT d, e FROM u",
    "SELECT a, b FROM t UNION ALL BY NAME SELECT e, a FROM u",
    "SELECT a FROM t EXCEPT SELECT d FROM u",
    "SELECT a FROM t INTERSECT ALL SELECT d FROM u",
    "(SELECT a, c FROM t ORDER BY b, a, c LIMIT 3) UNION ALL (SELECT d, e FROM u) ORDER BY 1, 2 LIMIT 5",
    "SELECT a FROM t UNION SELECT d FROM u UNION ALL SELECT k FROM v EXCEPT SELECT b FROM v",
    # recursion
    "WITH RECURSIVE r(x, n) AS (SELECT a, 0 FROM t UNION SELECT u.e, r.n + 1 FROM r JOIN u ON u.a = r.x WHERE n < 3) FROM r",
    "WITH RECURSIVE r AS (SELECT a AS x, b AS y FROM t UNION SELECT y, x FROM r) SELECT x FROM r",
    "WITH RECURSIVE r(x, y) USING KEY (x) AS (SELECT 1, 0 UNION SELECT x, y + 1 FROM r WHERE y < (SELECT max(a) FROM t)) FROM r",
    # pivots
    "PIVOT (SELECT a, b, c FROM t) ON b IN (0, 1, 2) USING sum(c) AS p, max(a) GROUP BY a",
    "PIVOT (SELECT a, b, c FROM t) ON b IN (0, 1), c IN (1, 2) USING count(*)",
    "SELECT * FROM (SELECT a, b, c FROM t) PIVOT (sum(c) AS p FOR b IN (0 AS none, 1)) AS q",
    "UNPIVOT u ON d, e INTO NAME n VALUE w",
    "UNPIVOT u ON COLUMNS(* EXCLUDE (id, a))",
    "UNPIVOT u ON (d, e), (a, id) INTO NAME n VALUE w1, w2",
    "SELECT * FROM u UNPIVOT INCLUDE NULLS (w FOR n IN (d, e))",
    "SELECT n, w FROM u UNPIVOT (w FOR n IN (d AS one, e AS two))",
    "SELECT * FROM (UNPIVOT (SELECT a, b, a, c FROM t) ON a, b INTO NAME n VALUE w)",
    "SELECT a, a_1 FROM (SELECT a, b AS a FROM t)",
)
# DuckDB gives these a text of its own making: only the number of columns is compared.
UNNAMED = ("VALUES", "count(COLUMNS")


def parsed(sql: str) -> Any:
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    return sqlglot.parse_one(sql, read="duckdb")


@pytest.mark.parametrize("sql", ODD)
def test_what_changes_a_column_is_in_its_lineage(sql: str, database: Any, columns: Mapping[str, Sequence[str]]) -> None:
    lineage = lineage_of(parsed(sql), columns)
    assert lineage.unresolved == ()
    names, _ = database.result(sql)
    listed = [c.column for c in lineage.columns]
    assert len(listed) == len(names)
    if not any(word in sql for word in UNNAMED):
        assert listed == names
    assert database.missing(sql, lineage) == set()


def test_the_short_ways_to_a_lineage_end_where_the_long_ones_do(
    random_statement: Callable[[int], str], columns: Mapping[str, Sequence[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    queries = [*ODD, *(random_statement(seed) for seed in range(500, 540)), *HANDED_ON]
    trees = []
    for sql in queries:
        with contextlib.suppress(ParseError):
            trees.append(parsed(sql))
    short = [lineage_of(tree, columns, dialect=dialect) for tree in trees for dialect in ("duckdb", "spark")]
    monkeypatch.setattr(Scope, "handed_on", lambda *_: None)
    monkeypatch.setattr(known, "_relation_of", numbered)
    assert [lineage_of(tree, columns, dialect=dialect) for tree in trees for dialect in ("duckdb", "spark")] == short


def numbered(registry: Registry, table: str, names: Sequence[str]) -> Relation:
    """A table whose columns all have their numbers at once."""
    return Relation(names, [frozenset((registry.column(table, name),)) for name in names])


HANDED_ON = (
    "SELECT t.a, T.B, u.A, t.nope FROM t, u",
    "SELECT t.a FROM t, u AS t",
    "SELECT x.a, t.a FROM t AS x",
    "SELECT t.a, strange.a, strange.A FROM strange, t",
    "SELECT t.f, t.a FROM u AS t JOIN t AS x ON t.a = x.a",
    "SELECT s.f, t.s FROM t",
    "SELECT main.t.a, t.rowid FROM t",
    "SELECT q.a, q.c FROM (SELECT a, b AS c FROM t) AS q",
    "SELECT t.a FROM t JOIN u USING (a)",
    "SELECT list_transform(t.l, lambda t: t.a + 1) AS p, t.a FROM t",
)


def check(seeds: range, statement: Callable[[int], str], database: Any, columns: Mapping[str, Sequence[str]]) -> int:
    """How many queries of these seeds DuckDB and SQLGlot understand; all of those have been checked."""
    understood = 0
    for seed in seeds:
        sql = statement(seed)
        try:
            tree = parsed(sql)
            names, _ = database.result(sql)
        except (duckdb.Error, ParseError):
            continue
        written = tree.sql("duckdb")
        lineage = lineage_of(tree, columns)
        assert tree.sql("duckdb") == written, "the tree is not changed"
        assert lineage.unresolved == (), sql
        assert [c.column for c in lineage.columns] == names, sql
        assert database.missing(sql, lineage) == set(), sql
        understood += 1
    return understood


def test_what_changes_a_column_is_in_its_lineage_for_random_queries(
    random_statement: Callable[[int], str], database: Any, columns: Mapping[str, Sequence[str]]
) -> None:
    assert check(range(20), random_statement, database, columns) > 12


@pytest.mark.slow
def test_what_changes_a_column_is_in_its_lineage_for_many_random_queries(
    random_statement: Callable[[int], str], database: Any, columns: Mapping[str, Sequence[str]]
) -> None:
    assert check(range(1000, 1150), random_statement, database, columns) > 110
