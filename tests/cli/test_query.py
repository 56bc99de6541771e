"""`hansa query`: every format gives the same rows back; every kind of value has one form; refusals point into the query."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

Hansa = Callable[..., Any]

KINDS = """
SELECT 9007199254740993 AS big, 1.50::DECIMAL(9,2) AS d, 'nan'::DOUBLE AS nan, '-inf'::DOUBLE AS inf, 0.1::DOUBLE AS f,
  DATE '2024-02-29' AS day, TIME '10:00:00.5' AS time, TIMESTAMP '2024-01-01 10:00:00' AS at,
  TIMESTAMPTZ '2024-01-01 00:00:00Z' AS zoned, INTERVAL '1 month 2 days 3.5 seconds' AS span, '\\x00\\xFF'::BLOB AS bytes,
  '00000000-0000-0000-0000-000000000001'::UUID AS uuid, true AS yes, NULL AS nothing, [1, NULL] AS list,
  {'a': 1, 'b': DATE '2024-01-01'} AS struct, MAP {'k': 1} AS map, MAP {1: 'x'} AS numbered,
  170141183460469231731687303715884105727::HUGEINT AS huge, 'é "x"' || chr(10) || chr(27) AS text, '' AS empty
"""
IN_JSON = {
    "big": 9007199254740993, "d": "1.50", "nan": "NaN", "inf": "-Infinity", "f": 0.1,
    "day": "2024-02-29", "time": "10:00:00.500000", "at": "2024-01-01T10:00:00",
    "zoned": "2024-01-01T00:00:00+00:00", "span": "P1M2DT3.5S", "bytes": "AP8=",
    "uuid": "00000000-0000-0000-0000-000000000001", "yes": True, "nothing": None, "list": [1, None],
    "struct": {"a": 1, "b": "2024-01-01"}, "map": {"k": 1}, "numbered": [{"key": 1, "value": "x"}],
    "huge": "170141183460469231731687303715884105727", "text": 'é "x"\n\x1b', "empty": "",
}  # fmt: skip


@pytest.fixture
def ask(hansa: Hansa, shared: Path) -> Hansa:
    def asked(sql: str, *options: str, code: int = 0) -> Any:
        return hansa("query", sql, *options, "--mesh", shared, code=code)

    return asked


def test_every_kind_of_value_has_a_form_in_json(ask: Hansa) -> None:
    assert ask(KINDS, "--json").json == [IN_JSON]
    assert ask(KINDS, "--format", "json").json == [IN_JSON]


def test_times_are_those_of_no_machine(mesh: Path) -> None:
    """The zone of whoever asks changes no answer, and whoever embeds DuckDB gets no bar of progress on stdout."""
    asked = "SELECT x::VARCHAR AS t, date_part('hour', x) AS h FROM (VALUES (TIMESTAMPTZ '2026-01-01 00:30:00+00')) AS v(x)"
    script = f"import sys; from hansa.cli import main; main(['query', '--json', {asked!r}])"
    said = subprocess.run(
        [sys.executable, "-c", script],
        cwd=mesh,
        env=os.environ | {"TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(said.stdout) == [{"t": "2026-01-01 00:30:00+00", "h": 0}]


def test_in_csv_nested_values_are_json_and_null_is_not_the_empty_text(ask: Hansa) -> None:
    raw = ask(KINDS, "--format", "csv").raw
    options = pyarrow.csv.ParseOptions(newlines_in_values=True)
    strings = pyarrow.csv.ConvertOptions(
        column_types={name: pa.string() for name in IN_JSON}, strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    (row,) = pyarrow.csv.read_csv(io.BytesIO(raw), parse_options=options, convert_options=strings).to_pylist()
    assert json.loads(row["struct"]) == IN_JSON["struct"]
    assert json.loads(row["list"]) == IN_JSON["list"]
    assert (row["bytes"], row["span"], row["d"], row["nothing"], row["empty"]) == ("AP8=", "P1M2DT3.5S", "1.50", None, "")


def test_a_table_has_one_line_a_row_and_steers_no_terminal(ask: Hansa) -> None:
    said = ask(KINDS)
    head, row = said.out.splitlines()
    assert head.split()[:3] == ["big", "d", "nan"]
    assert "9007199254740993" in row
    assert "\x1b" not in said.out
    assert r'é "x"\n\x1b' in row
    assert '{"a": 1, "b": "2024-01-01"}' in row
    assert "0x00ff" in row
    assert "–" in row
    assert said.err == "1 row\n"


def test_arrow_and_parquet_read_back_equal(ask: Hansa) -> None:
    sql = "SELECT *, [id] AS ids, {'a': born} AS s FROM customer.profiles ORDER BY id"
    arrow = pa.ipc.open_stream(ask(sql, "--format", "arrow").raw).read_all()
    parquet = pq.read_table(io.BytesIO(ask(sql, "--format", "parquet").raw))
    assert parquet.equals(arrow)
    assert arrow.num_rows == 3
    assert [r["name"] for r in arrow.to_pylist()] == ["Ann", "Bob", None]
    flat = "SELECT id, name FROM customer.profiles ORDER BY id"
    assert ask(flat, "--json").json == [{"id": 1, "name": "Ann"}, {"id": 2, "name": "Bob"}, {"id": 3, "name": None}]


@pytest.mark.parametrize("format", ["table", "csv", "json", "arrow", "parquet"])
def test_no_rows_are_a_result_too(format: str, ask: Hansa) -> None:  # noqa: A002
    raw = ask("SELECT id, [1] AS l FROM customer.profiles WHERE false", "--format", format).raw
    match format:
        case "json":
            assert json.loads(raw) == []
        case "arrow":
            assert pa.ipc.open_stream(raw).read_all().num_rows == 0
        case "parquet":
            assert pq.read_table(io.BytesIO(raw)).column_names == ["id", "l"]
        case _:
            assert raw.decode().replace('"', "").replace(",", " ").split() == ["id", "l"]


def test_columns_of_one_name_are_counted_in_json(ask: Hansa) -> None:
    assert ask("SELECT 1 AS a, 2 AS a, 3 AS a_1", "--json").json == [{"a": 1, "a_1": 2, "a_1_1": 3}]


def test_a_table_shows_the_first_hundred_and_says_how_to_get_all(ask: Hansa) -> None:
    said = ask("SELECT range AS n FROM range(1000)")
    assert len(said.out.splitlines()) == 101
    assert "--format csv" in said.err
    assert len(ask("SELECT range AS n FROM range(100)").out.splitlines()) == 101
    assert ask("SELECT range AS n FROM range(100)").err == "100 rows\n"
    assert len(ask("SELECT range AS n FROM range(1000)", "--format", "csv").out.splitlines()) == 1001


def test_wide_tables_are_whole(ask: Hansa) -> None:
    columns = ", ".join(f"{n} AS c{n}" for n in range(300))
    head, row = ask(f"SELECT {columns}").out.splitlines()
    assert (len(head.split()), row.split()[-1]) == (300, "299")


@pytest.mark.parametrize(
    ("sql", "code", "place"),
    [
        ("SELECT *\nFROM customer.profiles\nWHERE nope = 1", "H705", "query:3:7"),
        ("SELECT 1, nope FROM customer.profiles", "H705", "query:1:11"),
        ("SELECT p.id FROM customer.profiles AS p JOIN customer.profiles AS q ON p.id = q.nope", "H705", "query:1:79"),
        ("\n\n  SELECT *\n  FROM   nowhere.nothing", "H703", "query:4:10"),
        ("SELECT * FROM customer.profiles WHERE", "H701", "query:1:"),
        ("SELECT * FRM customer.profiles", "H701", "query:1:14"),
    ],
)
def test_a_refusal_points_into_the_query_as_it_was_written(sql: str, code: str, place: str, ask: Hansa) -> None:
    said = ask(sql, code=2).err
    assert f"[{code}]" in said
    assert place in said


def test_a_value_that_stops_the_query_half_way_leaves_no_half_document(ask: Hansa) -> None:
    sql = "SELECT (CASE WHEN n < 500000 THEN '1' ELSE 'half-way' END)::INTEGER AS n FROM range(1000000) AS t(n)"
    (trouble,) = ask(sql, "--json", code=2).json["error"]["troubles"]
    assert trouble["code"] == "H706"
    assert "half-way" not in trouble["summary"]  # it may be a value that is hidden
    assert "H706" in ask(sql, "--format", "csv", code=2).err
