"""SQL rules of strangers: what is refused, with its code, and what harmless rules may still say."""

import duckdb
import pytest
from sqlglot import exp

from hansa.audit import confine, rule_troubles
from hansa.audit.confine import confined
from hansa.audit.functions import _ANONYMOUS_WORDS, _TYPED_WORDS
from hansa.audit.placeholders import filled
from hansa.model import Table
from hansa.trouble import Place, Trouble

OWN = ("people", "orders", "db.tbl")

HOSTILE = [
    ("SELECT getenv('HOME')", "H383"),
    ("SELECT \"getenv\"('HOME')", "H383"),
    ("SELECT system.main.getenv('HOME')", "H383"),
    ("SELECT ('HOME').getenv()", "H383"),
    ("SELECT current_setting('access_mode')", "H383"),
    ("SELECT current_user", "H383"),
    ("SELECT version()", "H383"),
    ("SELECT error('x')", "H383"),
    ("SELECT write_log('x')", "H383"),
    ("SELECT nextval('s')", "H383"),
    ("SELECT query('SELECT 1')", "H383"),
    ("FROM read_csv('x')", "H383"),
    ("FROM read_parquet('x')", "H383"),
    ("FROM parquet_scan('x')", "H383"),
    ("FROM read_text('/etc/passwd')", "H383"),
    ("FROM read_json_auto('x')", "H383"),
    ("FROM sniff_csv('x')", "H383"),
    ("FROM glob('*')", "H383"),
    ("FROM duckdb_settings()", "H383"),
    ("FROM pragma_version()", "H383"),
    ("FROM query_table('people')", "H383"),
    ("SELECT (SELECT count(*) FROM read_blob('/etc/passwd'))", "H383"),
    ("SELECT 1 FROM people WHERE v IN (SELECT * FROM read_text('x'))", "H383"),
    ("SELECT count(*) FILTER (WHERE getenv('A') = '') FROM people", "H383"),
    ("SELECT v FROM people ORDER BY getenv('A')", "H383"),
    ("FROM 'a.csv'", "H382"),
    ('FROM "a.csv"', "H382"),
    ("FROM '/etc/passwd'", "H382"),
    ("FROM 'https://example.org/x.parquet'", "H382"),
    ("SELECT * FROM (FROM 'a.csv')", "H382"),
    ("FROM elsewhere.people", "H382"),
    ("FROM information_schema.tables", "H382"),
    ("FROM duckdb_tables", "H382"),
    ("SELECT * FROM people JOIN payroll ON true", "H382"),
    ('SELECT (WITH "x.csv" AS (SELECT 1) SELECT 1) FROM "x.csv"', "H382"),
    ('WITH a AS (SELECT * FROM "b.csv"), "b.csv" AS (SELECT 1) SELECT * FROM a', "H382"),
    ('WITH "x.csv" AS (SELECT * FROM "x.csv") SELECT * FROM "x.csv"', "H382"),
    ("SELECT 1; SELECT 2", "H381"),
    ("", "H381"),
    ("SELECT FROM WHERE", "H381"),
    ("SELECT (", "H381"),
    ("DROP TABLE people", "H381"),
    ("DELETE FROM people", "H381"),
    ("INSERT INTO people VALUES (1)", "H381"),
    ("CREATE TABLE x AS SELECT 1", "H381"),
    ("COPY people TO 'x'", "H381"),
    ("ATTACH 'x'", "H381"),
    ("PRAGMA version", "H381"),
    ("SET threads = 1", "H381"),
    ("INSTALL httpfs", "H381"),
    ("LOAD httpfs", "H381"),
    ("CALL pragma_version()", "H381"),
    ("DESCRIBE people", "H381"),
    ("SUMMARIZE people", "H381"),
    ("SHOW TABLES", "H381"),
    ("EXPLAIN SELECT 1", "H381"),
    ("EXPORT DATABASE 'x'", "H381"),
    ("SELECT * INTO x FROM people", "H381"),
    ("SELECT ?", "H381"),
    ("SELECT $1", "H381"),
    ("(" * 5000 + "1" + ")" * 5000, "H381"),
]

HARMLESS = [
    "SELECT count(*) FROM people",
    "SELECT count(*) FROM PEOPLE p JOIN orders USING (id)",
    'SELECT count(*) FROM "People"',
    "SELECT count(*) FROM db.tbl",
    "WITH a AS (SELECT 1 AS x), b AS (SELECT * FROM a) SELECT count(*) FROM b",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT max(n) FROM r",
    "SELECT (SELECT max(v) FROM people) > 1",
    "SELECT count(*) FROM people WHERE EXISTS (SELECT 1 FROM orders WHERE orders.id = people.id)",
    "SELECT 1 UNION ALL SELECT 2",
    "(SELECT count(*) FROM people)",
    "FROM people SELECT count(*)",
    "SELECT count(*) FROM people AS p, LATERAL (SELECT p.v AS w) AS q",
    "SELECT sum(CASE WHEN regexp_matches(v, '^a') THEN 1 ELSE 0 END) FROM people",
    "SELECT count(DISTINCT lower(trim(v))) / count(*) FROM people",
    "SELECT max(date_diff('day', a, current_date)) FROM people",
    "SELECT quantile_cont(v, 0.5) FROM people",
    "SELECT avg(n) FROM (SELECT count(*) AS n FROM people GROUP BY v HAVING count(*) > 1)",
    "SELECT count(*) FROM people WHERE list_contains([1, 2], v) OR len(list_transform([v], lambda x: x + 1)) > 3",
    "SELECT row_number() OVER (PARTITION BY v ORDER BY v) FROM people LIMIT 1",
    "SELECT count(*) FROM generate_series(1, 3) AS s(i) LEFT JOIN people ON people.v = s.i",
    "SELECT count(*) FROM (VALUES (1), (2)) AS t(a)",
    "SELECT coalesce(max(v), 0)::INTEGER % 7 FROM people WHERE v BETWEEN 1 AND 3 AND v IS NOT NULL",
]


@pytest.mark.parametrize(("query", "code"), HOSTILE)
def test_a_rule_that_reaches_out_is_refused(query: str, code: str) -> None:
    troubles = confine(query, OWN)
    assert code in {t.code for t in troubles}, troubles
    assert all(t.mend for t in troubles)


@pytest.mark.parametrize("query", HARMLESS)
def test_a_harmless_rule_may_say_it(query: str) -> None:
    assert confine(query, OWN) == ()


def test_a_refusal_names_the_place_and_what_was_probably_meant() -> None:
    (trouble,) = confine("SELECT count(*) FROM peeple", ("people",), Place("c.odcs.yaml", 7, 3))
    assert "`peeple`" in trouble.summary
    assert "did you mean `people`?" in trouble.mend
    assert str(trouble.places[0]) == "c.odcs.yaml:7:3"


def test_every_table_is_renamed_and_locals_are_not() -> None:
    query = "WITH people AS (SELECT * FROM people) SELECT people.v, o.id FROM people, db.orders AS o"
    assert confined(query, {"people": "_1", "db.orders": "_2"}) == (
        'WITH people AS (SELECT * FROM "_1" AS "people") SELECT people.v, o.id FROM people, "_2" AS o'
    )


def test_what_is_confined_still_means_the_same_to_duckdb() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE people AS SELECT i AS id, i % 3 AS v, 'ab' AS t FROM range(10) r(i)")
        connection.execute("CREATE VIEW _1 AS FROM people")
        for query in (
            "SELECT count(*) FILTER (WHERE t ~ 'a.') FROM people",
            "SELECT people.v FROM people WHERE people.id = 4",
            "SELECT sum(n) FROM (SELECT v, count(*) n FROM people GROUP BY ALL HAVING n > 3)",
            "SELECT count(*) FROM people QUALIFY row_number() OVER () = 1",
            "SELECT 7 // 2 + 7 / 2 + max(id) FROM people",
            "SELECT max(t[1:1] || 'x' LIKE 'a%') FROM people",
            "SELECT date_diff('day', DATE '2020-01-01', DATE '2020-03-01')",
            "SELECT strftime(DATE '2020-01-02', '%Y/%d')",
            "SELECT list_sum([x + 1 FOR x IN [1, 2] IF x > 1])",
        ):
            ours = confined(query, {"people": "_1"})
            assert isinstance(ours, str), ours
            assert connection.execute(ours).fetchall() == connection.execute(query).fetchall()


def test_the_lists_of_functions_name_what_exists() -> None:
    unknown = [name for name in _TYPED_WORDS.split() if not hasattr(exp, name)]
    assert unknown == []
    with duckdb.connect() as connection:
        known = {row[0] for row in connection.execute("SELECT lower(function_name) FROM duckdb_functions()").fetchall()}
    parsed_by_grammar = {"position", "row", "arg_max_null", "arg_min_null", "unnest", "nullif", "ifnull", "nvl", "age"}
    assert set(_ANONYMOUS_WORDS.split()) - known - parsed_by_grammar == set()


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("SELECT {property} FROM {object}", 'SELECT "e mail" FROM "people"'),
        ("SELECT ${column} FROM ${table}", 'SELECT "e mail" FROM "people"'),
        ('SELECT "{field}" FROM "{model}"', 'SELECT "e mail" FROM "people"'),
        ("SELECT '{property} {nothing}' FROM {Object} -- {x}", "SELECT '{property} {nothing}' FROM \"people\" -- {x}"),
        ("SELECT {'a': 1}, '[0-9]{3}'", "SELECT {'a': 1}, '[0-9]{3}'"),
    ],
)
def test_placeholders_become_quoted_identifiers(query: str, text: str) -> None:
    assert filled(query, "people", "e mail") == text


@pytest.mark.parametrize("query", ["SELECT {objekt}", "SELECT ${NAME}", "SELECT {property}"])
def test_an_unknown_placeholder_is_a_trouble(query: str) -> None:
    trouble = filled(query, "people", "")
    assert isinstance(trouble, Trouble)
    assert trouble.code == "H380"
    assert "{object}" in trouble.mend


def test_rules_are_checked_before_there_is_data() -> None:
    table = Table("people", (), physical_name="tbl")
    assert rule_troubles("SELECT count({property}) FROM {object}, tbl, orders", table, "v", ("orders",)) == ()
    assert [t.code for t in rule_troubles("SELECT count(*) FROM orders", table)] == ["H382"]
    assert [t.code for t in rule_troubles("SELECT {x}", table)] == ["H380"]
