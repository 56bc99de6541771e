"""One query, two engines, one result: every theme of the language that is translated, against the embedded engine."""

import datetime as dt
import math
from collections.abc import Callable, Iterator
from decimal import Decimal as Exact
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
pytest.importorskip("pysail", reason="the extra `spark` is not installed")

from hansa.engines.duckdb import DuckDbEngine
from hansa.engines.protocol import Engine, EngineFailed
from hansa.engines.spark import SparkEngine
from hansa.model import Column, ParquetFiles, Relation, Schema
from hansa.model.types import Boolean, Date, Decimal, Field, Float, Integer, List, String, Struct, Timestamp

FACTS = Schema(
    (
        Column("id", Integer(32)),
        Column("g", Integer(64)),
        Column("d", Decimal(10, 2)),
        Column("e", Decimal(9, 3)),
        Column("f", Float(64)),
        Column("r", Float(32)),
        Column("s", String()),
        Column("k", String()),
        Column("dt", Date()),
        Column("ts", Timestamp()),
        Column("z", Timestamp(zoned=True)),
        Column("b", Boolean()),
        Column("l", List(Integer(32))),
        Column("st", Struct((Field("x", Integer(32)), Field("y", String())))),
    )
)
WEIGHTS = Schema((Column("k", String()), Column("w", Integer(64))))

NUMBERS = (
    "id+1, id*id-g, g*2, d+e, d*e, d*2, d-1.5, d/e, id/g, id/0, g/id, g//id, id%2, d%2, f*d, f+id, r+id, -d, "
    "round(d,1), round(f,2), round(f), round(d), floor(d), floor(f), ceil(d), ceil(f), abs(d), sign(f), sqrt(f), "
    "ln(f), log(f), log10(d), exp(id), power(id,2), 1.50, 3000000000, d > 1, f = 0, id in (1,2), id not in (1,2), "
    "id is null, id is distinct from 1"
)
CASTS = (
    "cast(d as int), cast(f as bigint), cast(d as varchar), cast(id as varchar), cast(ts as varchar), "
    "cast(dt as varchar), cast(b as varchar), cast(b as int), cast(d as decimal(12,1)), cast(d as double), "
    "cast('12.345' as decimal(10,2)), try_cast(s as int), try_cast('2.5' as int), cast('2.5' as int), "
    "cast('2020-02-03' as date), cast(z as timestamp), cast(ts as timestamptz), cast(ts as date), "
    "cast(dt as timestamp), try_cast('x2' as bigint)"
)
CHOICES = (
    "greatest(id,g), least(d,e), coalesce(id,g), coalesce(d,0), coalesce(s,'none'), ifnull(f,0), nullif(id,1), "
    "case when b then id else d end, case when b then 'x' end, case k when 'a' then 1 when 'b' then 2 else 0 end, "
    "if(b,1,0), not b, b and id>1"
)
TEXTS = (
    "s||'-'||k, s||id, concat(s,k), concat(s,1), concat_ws(',',s,k), upper(s), lower(s), trim(s), ltrim(s), "
    "length(s), left(s,2), right(s,2), substr(s,2), substring(s,1,2), lpad(s,5,'*'), rpad(s,2,'*'), "
    "replace(s,'a',''), reverse(s), repeat(s,2), split_part(s,',',2), string_split(s,','), contains(s,'n'), "
    "starts_with(s,'a'), ends_with(s,'b'), strpos(s,'n'), s like 'a%', s ilike 'B_b', s not like '%n', "
    "regexp_matches(s,'^[a-z]+$'), regexp_full_match(s,'[a-z]+'), regexp_replace(s,'[aeiou]','.','g'), "
    "regexp_extract(s,'([a-z])([a-z])',2), regexp_extract(s,'n+'), regexp_matches(s,'\\w,\\w'), md5(s), sha256(s), "
    "'it''s \\d'"
)
DATES = (
    "year(dt), month(ts), day(dt), quarter(dt), week(dt), dayofweek(dt), isodow(dt), dayofyear(dt), "
    "extract(dow from dt), weekday(dt), extract(year from ts), date_part('month',dt), hour(ts), minute(ts), "
    "dayname(dt), monthname(dt), last_day(dt), dt+3, dt-1, dt-date '2020-01-01', dt+interval 1 month, "
    "ts-interval 90 minute, date_trunc('month',dt), date_trunc('week',ts), date_trunc('quarter',dt), "
    "date_trunc('hour',ts), date_trunc('day',z), date_diff('day',dt,date '2021-01-01'), "
    "date_diff('month',dt,date '2021-01-01'), date_diff('year',ts,timestamp '2021-01-01 00:00:00'), "
    "date_diff('week',dt,date '2021-01-01'), date_diff('quarter',dt,ts), strftime(dt,'%Y-%m-%d'), "
    "strftime(ts,'%d/%m/%Y %H:%M:%S'), strftime(dt,'%j %B %b %A %a'), strptime('04/03/2020 10:11','%d/%m/%Y %H:%M'), "
    "make_date(2020,id,1), date_add(dt,interval 1 day), dt >= '2020-02-01', "
    "dt between '2020-01-01' and '2020-12-31', ts < '2020-02-01'"
)
NESTED = "l[1], l[2], len(l), list_contains(l,3), [id,g], {'a':id,'b':s}, st.x, st.y, st, l"
AGGREGATES = (
    "sum(id), sum(g), sum(d), sum(f), sum(r), avg(id), avg(g), avg(d), avg(f), avg(distinct d), min(d), max(ts), "
    "count(*), count(id), count(distinct k), median(id), median(f), quantile_cont(f,0.25), stddev(f), var_samp(d), "
    "var_pop(id), corr(f,d), bool_and(b), bool_or(b), count_if(b), arg_max(s,id), arg_min(id,d), "
    "string_agg(s,'|' order by s), string_agg(s,'|' order by id desc), list(s order by s), list(id order by id), "
    "count(*) filter (where b), sum(d) filter (where k='a'), avg(d) filter (where k='a'), "
    "avg(d) filter (where k='nothing'), sum(case when b then 1 else 0 end), sum(d)/count(*), sum(id)+1, sum(id)*2"
)
WINDOWS = (
    "row_number() over (order by dt), rank() over (order by k), dense_rank() over (order by k desc), "
    "ntile(2) over (order by dt), percent_rank() over (order by k), cume_dist() over (order by k), "
    "lag(d) over (order by dt), lead(id,1,0) over (order by dt), first_value(s) over (partition by k order by dt), "
    "sum(d) over (partition by k order by dt), avg(d) over (partition by k), "
    "sum(id) over (order by dt rows between 1 preceding and current row), count(*) over (partition by k), "
    "max(d) over (), last_value(id ignore nulls) over (order by dt)"
)
QUERIES = [
    "select k, count(*) n, sum(d) total, avg(e) m from t group by all",
    "select k, count(*) n from t group by k having count(*)>1 order by n desc, k",
    "select * from t",
    "select * exclude (l, st) replace (id+1 as id) from t",
    "select t.id, u.w from t join u on t.k=u.k",
    "select t.id, u.w from t left join u using (k)",
    "select k, t.id, w from t full join u using (k)",
    "select id from t where exists (select 1 from u where u.k=t.k and w>1)",
    "select id from t where k in (select k from u where w=1)",
    "select id from t where k not in (select k from u where k is not null)",
    "select id, (select max(w) from u where u.k=t.k) m from t",
    "select t.id from t semi join u using (k)",
    "select t.id from t anti join u on t.k=u.k",
    "select d from t union all select w from u",
    "select k from t intersect select k from u",
    "select k from t except select k from u",
    "with t as (select * from t where id>1), v as (select k, max(id) m from t group by k) select id, m from t join v using (k)",
    "select distinct on (k) k, id from t order by k, id desc",
    "select id, k from t qualify row_number() over (partition by k order by dt desc)=1",
    "select id from t order by d desc nulls first limit 2 offset 1",
    "select s from t order by s limit 2",
    "select x.a, x.b from (values (1,'x'),(2,null),(3,'z')) x(a,b)",
    "select id, unnest(l) as e from t",
    "select k, sum(d) over w as a, row_number() over w as n from t window w as (partition by k order by dt)",
    "select sum(avg(d)) over () as x, k from t group by k",
    "select id+1 as n, n*2 as m from t",
    "from t select id where id > 2",
    "select extract(year from dt) as y, count(*) as n from t group by y",
    "select sum(d) as x, avg(d) as y, list(s order by s) as l, count(*) as n from t where false",
    'select dt as "Day", id as "Order ID" from t',
]
FAILING = [
    "select 2147483647+id as x from t",
    "select 9223372036854775807+id as x from t",
    "select cast(f as int) as x from t",
    "select cast(d as decimal(4,2)) as x from t",
    "select cast(g as int) as x from t",
    "select cast(s as int) as x from t",
    "select 7//(id-1) as x from t",
    "select d*d*d*d*d as x from t",
]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Relation]:
    folder = tmp_path_factory.mktemp("facts")
    moments = [
        dt.datetime(2020, 1, 31, 23, 59, 59, 123456),
        dt.datetime(2020, 2, 29),
        None,
        dt.datetime(1969, 12, 31, 1, 2, 3),
        dt.datetime(2021, 1, 3, 12),
        dt.datetime(2021, 1, 4, 0, 0, 1),
    ]
    structs = [{"x": 1, "y": "q"}, None, {"x": None, "y": "z"}, {"x": 4, "y": ""}, {"x": 5, "y": None}, {"x": 6, "y": "a"}]
    days = [dt.date(2020, 1, 31), dt.date(2020, 2, 29), None, dt.date(1999, 12, 31), dt.date(2021, 1, 3), dt.date(2021, 1, 4)]
    amounts = [Exact("1.25"), Exact("-2.50"), Exact("0.00"), None, Exact("99999999.99"), Exact("3.33")]
    finer = [Exact("0.125"), Exact("2.5"), None, Exact("0"), Exact("7.777"), Exact("1")]
    facts = pa.table(
        {
            "id": pa.array([1, 2, 3, 4, 5, None], pa.int32()),
            "g": pa.array([10**15, -7, None, 4, 5, 6], pa.int64()),
            "d": pa.array(amounts, pa.decimal128(10, 2)),
            "e": pa.array(finer, pa.decimal128(9, 3)),
            "f": [0.5, -1.5, 0.0, None, 2.675, 1e10],
            "r": pa.array([1.5, None, 2.25, 0, 1, 3], pa.float32()),
            "s": ["ann", "Bob", None, "ann", "a,b,c", " x "],
            "k": ["a", "b", "a", "b", None, "a"],
            "dt": days,
            "ts": pa.array(moments, pa.timestamp("us")),
            "z": pa.array(moments, pa.timestamp("us", "UTC")),
            "b": [True, False, None, True, False, True],
            "l": pa.array([[1, 2], [], None, [3, None], [5], [6]], pa.list_(pa.int32())),
            "st": pa.array(structs, pa.struct([("x", pa.int32()), ("y", pa.string())])),
        }
    )
    pq.write_table(facts, folder / "t.parquet")
    pq.write_table(pa.table({"k": ["a", "b", "c", None], "w": pa.array([1, 2, 3, 4], pa.int64())}), folder / "u.parquet")
    return {"t": ParquetFiles((str(folder / "t.parquet"),), FACTS), "u": ParquetFiles((str(folder / "u.parquet"),), WEIGHTS)}


@pytest.fixture(scope="module", params=["local", pytest.param("local-cluster", marks=pytest.mark.slow)])
def spark(request: pytest.FixtureRequest, sail: Callable[[str], str]) -> Iterator[SparkEngine]:
    engine = SparkEngine(sail(request.param))
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def embedded() -> Iterator[DuckDbEngine]:
    engine = DuckDbEngine(memory_limit="500MB", threads=2)
    yield engine
    engine.close()


def numbered(expressions: str) -> str:
    """The expressions of a theme as columns x0, x1, …: split at commas outside of brackets and quotes."""
    parts, depth, quoted, current = [], 0, False, ""
    for character in expressions:
        quoted ^= character == "'"
        depth += 0 if quoted else (character in "([{") - (character in ")]}")
        if character == "," and depth == 0 and not quoted:
            parts.append(current)
            current = ""
        else:
            current += character
    return ", ".join(f"{part} AS x{number}" for number, part in enumerate([*parts, current]))


def results(engine: Engine, query: str, tables: dict[str, Relation]) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The described schema as text, and the rows in an order of their own."""
    schemas = {"t": FACTS, "u": WEIGHTS}
    schema = [str(column) for column in engine.describe(query, schemas)]
    table = engine.stream(query, tables).read_all()
    rows = list(zip(*[column.to_pylist() for column in table.columns], strict=True))
    return schema, sorted(rows, key=lambda row: repr([round(v, 6) if isinstance(v, float) else v for v in row]))


def alike(a: Any, b: Any) -> bool:
    """Equal; doubles to 12 digits, since engines add them up in different orders."""
    if isinstance(a, float) and isinstance(b, float):
        return a == b or (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-12)
    return bool(a == b)


def assert_equal(query: str, spark: Engine, embedded: Engine, tables: dict[str, Relation]) -> None:
    expected_schema, expected = results(embedded, query, tables)
    schema, rows = results(spark, query, tables)
    assert schema == expected_schema
    assert len(rows) == len(expected)
    differing = [
        (name, ours, theirs)
        for row, wanted in zip(rows, expected, strict=True)
        for name, ours, theirs in zip(schema, row, wanted, strict=True)
        if not alike(ours, theirs)
    ]
    assert differing == []


@pytest.mark.parametrize(
    "expressions",
    [NUMBERS, CASTS, CHOICES, TEXTS, DATES, NESTED, AGGREGATES, WINDOWS],
    ids=["numbers", "casts", "choices", "texts", "dates", "nested", "aggregates", "windows"],
)
def test_expressions_have_the_same_types_and_values(
    expressions: str, spark: SparkEngine, embedded: DuckDbEngine, tables: dict[str, Relation]
) -> None:
    key = "" if expressions == AGGREGATES else "id AS row_id, "
    assert_equal(f"SELECT {key}{numbered(expressions)} FROM t", spark, embedded, tables)


@pytest.mark.parametrize("query", QUERIES)
def test_queries_have_the_same_schema_and_rows(
    query: str, spark: SparkEngine, embedded: DuckDbEngine, tables: dict[str, Relation]
) -> None:
    assert_equal(query, spark, embedded, tables)


@pytest.mark.parametrize("query", FAILING)
def test_values_that_do_not_fit_fail_on_both(
    query: str, spark: SparkEngine, embedded: DuckDbEngine, tables: dict[str, Relation]
) -> None:
    for engine in (spark, embedded):
        with pytest.raises(EngineFailed) as failed:
            engine.stream(query, tables).read_all()
        assert failed.value.kind == "data", (type(engine), failed.value.reason)
