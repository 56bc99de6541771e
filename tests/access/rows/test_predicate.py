"""A row filter is read as DuckDB reads it, confined, and shows only rows for which it is true."""

from collections.abc import Callable, Iterator

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hansa.access.rows import checked_predicate, row_predicate
from hansa.model import Column, Consumer, Principal, Schema
from hansa.model.types import Boolean, DataType, Date, Decimal, Field, Integer, List, String, Struct, Timestamp, Uuid, sql
from hansa.trouble import Place, TroubleError

TYPES: dict[str, DataType] = {
    "id": Integer(),
    "region": String(),
    "age": Integer(32),
    "born": Date(),
    "at": Timestamp(zoned=True),
    "price": Decimal(10, 2),
    "active": Boolean(),
    "key": Uuid(),
    "home": Struct((Field("city", String()), Field("Zip Code", String()))),
    "tags": List(String()),
    'we"ird': String(),
}
SCHEMA = Schema(tuple(Column(name, type_) for name, type_ in TYPES.items()))
ANA = Principal(
    "ana",
    teams=("north", "sales"),
    attributes=(("region", "EU"), ("age", "30"), ("since", "1990-01-01"), ("quote", "it's"), ("bad", "thirty"), ("name", "bo")),
)
SHOP = Consumer("shop", owner="sales", purposes=("marketing",), attributes=(("country", "PT"),))
KEY = "00000000-0000-0000-0000-000000000001"
Seen = Callable[[str], list[int]]


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        columns = ", ".join(f'"{name.replace(chr(34), chr(34) * 2)}" {sql(type_)}' for name, type_ in TYPES.items())
        made.execute(f"CREATE TABLE rows ({columns})")
        made.execute(f"""INSERT INTO rows VALUES
          (1, 'EU', 30, '1985-02-03', '2026-01-01 00:00:00+00', 1.50, true, '{KEY}',
           {{city: 'Faro', "Zip Code": '8000'}}, ['a'], 'it''s'),
          (2, 'US', 41, '1995-02-03', '2026-06-01 00:00:00+00', 9.99, false, NULL,
           {{city: NULL, "Zip Code": NULL}}, [], 'x'),
          (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
          (4, '12', 12, '2000-02-29', '2026-03-01 00:00:00+00', 0, true, NULL,
           {{city: 'Porto', "Zip Code": '1'}}, ['b'], '%')""")
        yield made


@pytest.fixture
def seen(connection: duckdb.DuckDBPyConnection) -> Seen:
    def rows(text: str) -> list[int]:
        predicate = row_predicate(text, SCHEMA, ANA, SHOP)
        return [int(n) for (n,) in connection.execute(f"SELECT id FROM rows WHERE {predicate} ORDER BY id").fetchall()]

    return rows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("region = 'EU'", [1]),
        ("REGION = 'EU' OR age > 40", [1, 2]),
        ("not region = 'EU'", [2, 4]),
        ("region in ('EU', 'US')", [1, 2]),
        ("region not in ('EU')", [2, 4]),
        ("age between 12 and 30", [1, 4]),
        ("region is null", [3]),
        ("region is not null and active is not true", [2]),
        ("region like 'E%'", [1]),
        ("lower(region) ilike 'e_'", [1]),
        ("age + 1 = 31", [1]),
        ("(id + 9223372036854775807::bigint) % 2 >= 0", []),  # an overflow for each row
        ("region::int = 12", [4]),
        ("born >= '1990-01-01'", [2, 4]),
        ("born < date '1990-01-01'", [1]),
        ("\"at\" < '2026-02-01T00:00:00Z'", [1]),
        ("price >= 1.5", [1, 2]),
        ("active", [1, 4]),
        (f"key = '{KEY}'", [1]),
        ("home.city = 'Faro'", [1]),
        ("home.\"zip code\" = '1'", [4]),
        ("list_contains(tags, 'a')", [1]),
        ("\"we\"\"ird\" = 'it''s'", [1]),
        ("case when age > 40 then active else region = 'EU' end", [1]),
        ("coalesce(region, 'none') = 'none'", [3]),
        ("year(born) = 1995 -- and nothing else", [2]),
        ("1 = 1", [1, 2, 3, 4]),
        ("null", []),
    ],
)
def test_a_filter_shows_the_rows_for_which_it_is_true(seen: Seen, text: str, expected: list[int]) -> None:
    assert seen(text) == expected
    assert checked_predicate(text, SCHEMA) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("region = principal.region", [1]),
        ("principal.REGION = region", [1]),
        ("region <> principal.region", [2, 4]),
        ("age > principal.age", [2]),
        ("born > principal.since", [2, 4]),
        ('"we""ird" = principal.quote', [1]),
        ("consumer.country = 'PT'", [1, 2, 3, 4]),
        ("principal.name = 'ana'", [1, 2, 3, 4]),
        ("principal.name = 'bo'", []),
        ("'sales' in (principal.teams)", [1, 2, 3, 4]),
        ("'south' in principal.teams", []),
        ("region in (principal.teams)", []),
        ("region in (principal.region, 'US')", [1, 2]),
        ("contains(consumer.purposes, 'marketing') and consumer.owner = 'sales'", [1, 2, 3, 4]),
    ],
)
def test_attributes_stand_for_who_asks(seen: Seen, text: str, expected: list[int]) -> None:
    assert seen(text) == expected
    assert checked_predicate(text, SCHEMA) == ()


@pytest.mark.parametrize(
    "text",
    [
        "region = principal.country",
        "principal.country is null",
        "principal.country is distinct from 'x'",
        "coalesce(principal.country, 'EU') = 'EU'",
        "true or principal.country = 'x'",
        "not (region = principal.country)",
        "age > principal.bad",
        "not (age > principal.bad)",
        "age is distinct from principal.bad",
    ],
)
def test_an_attribute_that_is_missing_or_no_such_value_shows_nothing(seen: Seen, text: str) -> None:
    assert seen(text) == []


def test_without_a_consumer_its_attributes_are_missing() -> None:
    assert row_predicate("consumer.country = 'PT'", SCHEMA, ANA, None) == "FALSE"


def test_a_value_with_quotes_stays_a_value(connection: duckdb.DuckDBPyConnection) -> None:
    hostile = Principal("eve", attributes=(("region", "x' OR '1'='1"),))
    predicate = row_predicate("region = principal.region", SCHEMA, hostile, None)
    assert connection.execute(f"SELECT id FROM rows WHERE {predicate}").fetchall() == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "region = ",
        "region = 'EU') or (true",
        "true), (false",
        "true) from rows where (true",
        "true; drop table rows",
        "true where true",
        "true as seen",
        "distinct true",
        "region in (select region from rows)",
        "exists (select 1)",
        "region = (select max(region) from rows)",
        "max(region) = 'x'",
        "count(*) over () > 0",
        "random() > 0.5",
        "now() > at",
        "born = current_date",
        "getenv('HOME') = 'x'",
        "getvariable('x') = 1",
        "current_setting('threads') = '1'",
        "current_user = 'x'",
        "read_text('x') = ''",
        "list_filter(tags, x -> true) = []",
        "len([x for x in tags]) = 1",
        "region = $1",
        "region = ?",
        "columns('re.*') = 'x'",
        "rows.region = 'EU'",
        "main.lower(region) = 'eu'",
        "region collate nocase = 'eu'",
        "repeat(region, 1000000000) = 'x'",
        "unnest(tags) = 'x'",
        "hash(region) = 1",
        "nothing = 1",
        "rowid = 1",
        "home.street = 'x'",
        "region.x = 'y'",
        "age = 'many'",
        "born > '2026-02-31'",
        "region::json = 'x'",
        "error('x')",
        "query('select 1')",
        "age + interval 1 day > 3",
        "x'00' = region",
    ],
)
def test_what_is_no_condition_over_one_row_is_refused(text: str) -> None:
    with pytest.raises(TroubleError) as refused:
        row_predicate(text, SCHEMA, ANA, SHOP)
    assert [t.code for t in refused.value.troubles] == ["H776"]
    assert [t.code for t in checked_predicate(text, SCHEMA)] == ["H776"]


def test_a_refusal_says_where_and_what_instead() -> None:
    place = Place("agreements.yaml", 4, 7)
    (trouble,) = checked_predicate("active\nand regoin = 'EU'", SCHEMA, place)
    assert (
        trouble.summary == "this is no row filter: there is no column `regoin`; did you mean `region`? (line 2, column 5 of it)"
    )
    assert trouble.places == (place,)


def test_what_no_engine_could_compute_is_told_before_somebody_reads() -> None:
    assert [t.code for t in checked_predicate("age", SCHEMA)] == ["H776"]
    assert [t.code for t in checked_predicate("list_contains(region, 1)", SCHEMA)] == ["H776"]


def test_a_plain_comparison_stands_bare_so_that_files_are_left_out_by_it() -> None:
    bare = row_predicate("region = principal.region AND age >= 18", SCHEMA, ANA, None)
    assert bare == """((("region" = 'EU') AND ("age" >= 18)))"""
    assert "TRY" in row_predicate("age + 1 > 3", SCHEMA, ANA, None)
    assert "TRY" in row_predicate("region > 3", SCHEMA, ANA, None)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    value=st.text(),
    text=st.sampled_from(["region = principal.x", "born > principal.x", "age < principal.x", "price = principal.x"]),
)
def test_no_attribute_makes_a_filter_fail(connection: duckdb.DuckDBPyConnection, value: str, text: str) -> None:
    reader = Principal("eve", attributes=(("x", value),))
    predicate = row_predicate(text, SCHEMA, reader, None)
    shown = connection.execute(f"SELECT id, region FROM rows WHERE {predicate}").fetchall()
    if text.startswith("region"):
        assert all(region == value for _, region in shown)
