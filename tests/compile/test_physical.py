"""Spellings of physical types."""

import pytest

from hansa.compile.physical import physical_type
from hansa.model import sql


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("varchar(20)", "VARCHAR"),
        ("STRING", "VARCHAR"),
        ("nvarchar(max)", "VARCHAR"),
        ("NUMBER(38,0)", "DECIMAL(38,0)"),
        ("numeric(12, 2)", "DECIMAL(12,2)"),
        ("decimal", "DECIMAL(18,3)"),
        ("int64", "BIGINT"),
        ("Integer", "INTEGER"),
        ("smallint", "INTEGER"),
        ("ubigint", "DECIMAL(20,0)"),
        ("float8", "DOUBLE"),
        ("float(53)", "DOUBLE"),
        ("float(24)", "FLOAT"),
        ("money", "DECIMAL(19,4)"),
        ("bit", "BOOLEAN"),
        ("smalldatetime", "TIMESTAMP"),
        ("RAW(16)", "BLOB"),
        ("uint32", "BIGINT"),
        ("FLOAT64", "DOUBLE"),
        ("double precision", "DOUBLE"),
        ("real", "FLOAT"),
        ("timestamptz", "TIMESTAMP WITH TIME ZONE"),
        ("timestamp  with time zone", "TIMESTAMP WITH TIME ZONE"),
        ("timestamp_ntz", "TIMESTAMP"),
        ("datetime", "TIMESTAMP"),
        ("bytes", "BLOB"),
        ("uuid", "UUID"),
        ("array<string>", "VARCHAR[]"),
        ("integer[]", "INTEGER[]"),
        ("map<string,int>", "MAP(VARCHAR, INTEGER)"),
        ("struct<a int, b string>", 'STRUCT("a" INTEGER, "b" VARCHAR)'),
        ("struct<a:int,b:array<double>>", 'STRUCT("a" INTEGER, "b" DOUBLE[])'),
    ],
)
def test_common_spellings_of_sql_types_are_read(text: str, expected: str) -> None:
    found = physical_type(text)
    assert found is not None
    assert sql(found) == expected


@pytest.mark.parametrize(
    "text",
    ["", "table", "avro record", "geometry", "decimal(80,2)", "bit(8)", "bit varying", "BIGNT", "int; drop table x", "x" * 3000],
)
def test_what_is_no_type_of_ours_leaves_the_type_open(text: str) -> None:
    assert physical_type(text) is None
