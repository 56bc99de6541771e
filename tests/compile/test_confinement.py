"""What a query may reach, and what it may not."""

import duckdb
import pytest

from hansa.compile import Reach, SqlFault, Statement, confine, read_statement, references


def _reaches(query: str) -> list[tuple[Reach, str]]:
    found = confine(query, ["t", "u"])
    assert not isinstance(found, SqlFault), found
    return [(b.reach, b.name) for b in found]


@pytest.mark.parametrize(
    "query",
    [
        "select a from t",
        "select a from T join U using (id)",
        "with c as (select * from t) select * from c",
        "with recursive c as (select 1 as x union all select x + 1 from c where x < 9) from c",
        "with a as (select 1 as x), b as (select * from a) select * from b",
        "select * from range(3) r(i), unnest([1, 2]) u(x), generate_series(1, 2) g(y)",
        "select * from (values (1, 2)) v(a, b)",
        "select j.value from t, json_each(t.doc) j",
        "select version, user_name from t",
        'select t.current_date, "now" from t',
        "select pg_typeof(a) from t",
        "select age(greatest(a, b), born) from t",
    ],
)
def test_given_tables_own_steps_and_pure_functions_are_within_reach(query: str) -> None:
    assert _reaches(query) == []


@pytest.mark.parametrize(
    ("query", "reach", "name"),
    [
        ("select * from customer.profiles", Reach.QUALIFIED, "customer.profiles"),
        ("select * from main.t", Reach.QUALIFIED, "main.t"),
        ("select * from information_schema.tables", Reach.QUALIFIED, "information_schema.tables"),
        ("select * from tt", Reach.TABLE, "tt"),
        ("with a as (select * from a) select * from a", Reach.TABLE, "a"),
        ("with a as (with d as (select 1 as x) from d) select * from d, a", Reach.TABLE, "d"),
        ("select * from t where a in (select b from secret)", Reach.TABLE, "secret"),
        ("select * from 'x.parquet'", Reach.FILE, "x.parquet"),
        ('select * from "/etc/passwd"', Reach.FILE, "/etc/passwd"),
        ("from 's3://bucket/*.csv'", Reach.FILE, "s3://bucket/*.csv"),
        ("select * from read_csv('x')", Reach.FUNCTION, "read_csv"),
        ("select * from READ_PARQUET(['x'])", Reach.FUNCTION, "read_parquet"),
        ("select * from glob('*')", Reach.FUNCTION, "glob"),
        ("select * from duckdb_settings()", Reach.FUNCTION, "duckdb_settings"),
        ("select * from pragma_version()", Reach.FUNCTION, "pragma_version"),
        ("select * from sqlite_scan('a', 'b')", Reach.FUNCTION, "sqlite_scan"),
        ("from query('select 1')", Reach.FUNCTION, "query"),
        ("from query_table('t')", Reach.FUNCTION, "query_table"),
        ("from something_new('x')", Reach.FUNCTION, "something_new"),
        ("select getenv('HOME') from t", Reach.FUNCTION, "getenv"),
        ("select \"getenv\"('HOME') from t", Reach.FUNCTION, "getenv"),
        ("select 'HOME'.getenv() from t", Reach.FUNCTION, "getenv"),
        ("select current_setting('memory_limit')", Reach.FUNCTION, "current_setting"),
        ("select getvariable('x')", Reach.FUNCTION, "getvariable"),
        ("select list_transform([1], lambda x: getenv('a')) from t", Reach.FUNCTION, "getenv"),
        ("select current_user from t", Reach.FUNCTION, "current_user"),
        ("select nextval('s')", Reach.FUNCTION, "nextval"),
        ("select a from t where a = $1", Reach.PARAMETER, "$1"),
        ("select ? as a from t", Reach.PARAMETER, "?"),
        ("pivot 'x.csv' on a in ('x') using sum(b)", Reach.FILE, "x.csv"),
        ("values ((select content from read_text('/etc/passwd')))", Reach.FUNCTION, "read_text"),
        ("select now() as n from t", Reach.CHANGING, "now"),
        ("select current_date from t", Reach.CHANGING, "current_date"),
        ("select age(born) from t", Reach.CHANGING, "age"),
        ("select random(), 1 from t", Reach.CHANGING, "random"),
        ("select gen_random_uuid() from t", Reach.CHANGING, "gen_random_uuid"),
    ],
)
def test_everything_else_is_out_of_reach(query: str, reach: Reach, name: str) -> None:
    assert _reaches(query) == [(reach, name)]


def test_every_function_of_duckdb_that_is_not_a_pure_one_is_known() -> None:
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select distinct function_name from duckdb_functions() where function_type in ('scalar', 'macro') "
            "and (stability <> 'CONSISTENT' or has_side_effects) and regexp_full_match(function_name, '[a-z_0-9]+')"
        ).fetchall()
    calls = {name: [confine(f"select {name}({given}) from t", ["t"]) for given in ("", "a", "a, b")] for (name,) in rows}
    unknown = [name for name, found in calls.items() if any(f == () for f in found)]
    assert len(rows) > 20
    assert unknown == ["error"]  # which only fails, and always in the same way


def test_no_table_function_of_duckdb_is_allowed_but_the_pure_ones() -> None:
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select distinct function_name from duckdb_functions() where function_type in ('table', 'table_macro')"
        ).fetchall()
    calls = {name: [confine(f"select * from {name}({given})", ["t"]) for given in ("", "1", "'x', 2")] for (name,) in rows}
    allowed = {name for name, found in calls.items() if any(f == () for f in found)}
    assert allowed == {"unnest", "range", "generate_series", "json_each", "json_tree", "repeat", "repeat_row"}


def test_a_changing_result_is_no_refusal() -> None:
    found = confine("select now() from t", ["t"])
    assert not isinstance(found, SqlFault)
    assert [b.refused for b in found] == [False]


def test_a_breach_says_where_it_stands_and_what_to_do() -> None:
    found = confine("select *\nfrom customer.profiles\njoin uu on true", ["t", "uuu"])
    assert not isinstance(found, SqlFault)
    assert [(b.line, b.column) for b in found] == [(2, 6), (3, 6)]
    assert "declare an input port `profiles`" in found[0].mend
    assert found[1].mend == "did you mean `uuu`?"


def test_a_placeholder_has_a_place_of_its_own() -> None:
    found = confine("select a,\n  $1 as b from t", ["t"])
    assert not isinstance(found, SqlFault)
    assert [(b.line, b.column) for b in found] == [(2, 3)]


def test_references_are_the_tables_that_a_query_does_not_define() -> None:
    statement = read_statement("with c as (select * from t) select * from c join U on true")
    assert isinstance(statement, Statement)
    assert [(r.name, r.line, r.column) for r in references(statement)] == [("t", 1, 26), ("U", 1, 50)]
