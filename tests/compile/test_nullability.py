"""The inference of nulls, case by case: never, maybe with its reason, or not known."""

from collections.abc import Iterator

import duckdb
import pytest

from hansa.compile import Statement, read_statement
from hansa.compile.nullability import infer
from hansa.compile.nullness import NEVER, Nullness, Nulls, Relation, maybe

T = Relation((("id", NEVER), ("a", maybe("a is optional")), ("b", NEVER)))
U = Relation((("id", NEVER), ("x", NEVER), ("y", maybe("y is optional"))))


def _inferred(query: str) -> dict[str, Nullness]:
    statement = read_statement(query)
    assert isinstance(statement, Statement)
    return dict(infer(statement.tree, {"t": T, "u": U}).columns)


NEVER_NULL = [
    "select b as r from t",
    "select coalesce(a, 0) as r from t",
    "select a as r from t where a is not null",
    "select a as r from t where not (a is null)",
    "select a as r from t where a > 3 and b > 1",
    "select a as r from t where a > 3 or a < 1",
    "select a as r from t where a in (1, 2)",
    "select a as r from t where lower(cast(a as varchar)) like 'x%'",
    "select a + 1 as r from t where a between 1 and 2",
    "select a as r from t join u on u.id = a",
    "select a as r from (select a from t where a is not null)",
    "with c as (select a from t where a > 0) select a as r from c",
    "select u.x as r from t left join u using (id) where u.x > 3",
    "select t.id as r from t left join u on t.id = u.id",
    "select id as r from t left join u using (id)",
    "select max(b) as r from t group by id",
    "select max(a) as r from t group by id having max(a) is not null",
    "select count(a) as r from t",
    "select case when a is null then 0 else a end as r from t",
    "select case when a > 0 then a else 0 end as r from t",
    "select if(a is not null, a, 1) as r from t",
    "select row_number() over (order by a) as r from t",
    "select a is null as r from t",
    "select a is distinct from b as r from t",
    "select b as r from t union all select x from u",
    "select a as r from t intersect select x from u",
    "select b / 2 as r from t",
    "select r from (values (1), (2)) v(r)",
    "select * exclude (a) replace (b + 1 as b) rename (id as r) from t",
    "select (select count(*) from u) as r from t",
]


@pytest.mark.parametrize("query", NEVER_NULL)
def test_never_null(query: str) -> None:
    assert _inferred(query)["r"].nulls is Nulls.NEVER


MAY_BE_NULL = [
    ("select a as r from t", "a is optional"),
    ("select t.a + t.b as r from t", "a is optional"),
    ("select cast(a as varchar) || '!' as r from t", "a is optional"),
    ("select u.x as r from t left join u using (id)", "LEFT JOIN finds no row of `u`"),
    ("select t.b as r from t right join u using (id)", "RIGHT JOIN finds no row for `u`"),
    ("select b as r from t full join u using (id)", "FULL JOIN finds no row for `u`"),
    ("select null as r from t", "it is NULL"),
    ("select nullif(b, 0) as r from t", "NULLIF makes nulls"),
    ("select case when b > 0 then 1 end as r from t", "CASE has no ELSE"),
    ("select lag(b) over (order by id) as r from t", "LAG has no row to look at, and no default"),
    ("select coalesce(a, null) as r from t", "a is optional"),
    ("select b as r from t union all select y from u", "y is optional"),
    ("select b as r from t union all by name select x from u", "one side of UNION BY NAME does not have it"),
    ("with c as (select a as q from t) select q as r from c", "a is optional"),
    ("select a as r from t where b > 1", "a is optional"),
    ("select a as r, count(*) as n from t group by all", "a is optional"),
    ("select a as q, q as r from t", "a is optional"),
]


@pytest.mark.parametrize(("query", "because"), MAY_BE_NULL)
def test_may_be_null_with_the_reason(query: str, because: str) -> None:
    found = _inferred(query)["r"]
    assert (found.nulls, found.because) == (Nulls.MAYBE, because)


@pytest.mark.parametrize(
    "query",
    [
        "select a as r from t where a > 3 or b > 1",
        "select a as r from t where coalesce(a, 0) > 0",
        "select sum(b) as r from t",
        "select min(a) as r from t group by id",
        "select b / id as r from t",
        "select some_function(a) as r from t",
        "select (select max(x) from u) as r from t",
        "select nullif(b, 0) as r from t qualify r is not null",
        "select q.x as r from t left join u q on q.id = t.id left join u w on w.id = q.x where w.id is not null",
        "select a as r from t group by rollup (a)",
        "select id as r from t full join u using (id)",
        "select coalesce(t.id, u.id) as r from t full join u on t.id = u.id",
        "select case when t.id is null then u.id else t.id end as r from t full join u on t.id = u.id",
        "select n as r from t left join (select count(*) as n from u) c on true",
        "select b as r from t natural full join u",
        "select a as r from t where exists (select 1 from u where u.id = t.a)",
        "select r from t, unnest([1]) v(r)",
        "select r from elsewhere",
        "with recursive c as (select a as r from t union all select r from c) select r from c",
    ],
)
def test_what_is_not_known_is_not_claimed(query: str) -> None:
    assert _inferred(query)["r"].nulls is Nulls.UNKNOWN


@pytest.fixture(scope="module")
def data() -> Iterator[duckdb.DuckDBPyConnection]:
    """Rows that meet, rows that do not, and a null in every optional column."""
    connection = duckdb.connect()
    connection.execute("create table t(id integer, a integer, b integer)")
    connection.execute("create table u(id integer, x integer, y integer)")
    connection.execute("insert into t values (1, null, 0), (2, 2, 5), (3, 5, 7), (4, 1, 2), (5, 9, 1), (6, null, 8)")
    connection.execute("insert into u values (1, 4, null), (2, 5, 2), (9, 7, 3)")
    yield connection
    connection.close()


def _nulls(data: duckdb.DuckDBPyConnection, query: str) -> int:
    found = data.execute(f"select count(*) filter (where r is null) from ({query})").fetchone()
    assert found is not None
    return int(found[0])


@pytest.mark.parametrize("query", NEVER_NULL)
def test_what_is_claimed_never_to_be_null_is_not_in_real_data(data: duckdb.DuckDBPyConnection, query: str) -> None:
    assert _nulls(data, query) == 0


@pytest.mark.parametrize(("query", "because"), MAY_BE_NULL)
def test_what_is_told_to_be_null_is_so_in_some_real_data(data: duckdb.DuckDBPyConnection, query: str, because: str) -> None:
    assert _nulls(data, query) > 0, because
