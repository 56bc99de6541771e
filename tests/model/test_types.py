"""Types: their text, what widens into what, and what cannot be."""

import pytest

from hansa.model import Column, Schema, sql, widens
from hansa.model.types import (
    Binary,
    Boolean,
    DataType,
    Date,
    Decimal,
    Field,
    Float,
    Integer,
    List,
    Map,
    String,
    Struct,
    Time,
    Timestamp,
    Uuid,
)


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        (Boolean(), "BOOLEAN"),
        (Integer(32), "INTEGER"),
        (Integer(64), "BIGINT"),
        (Decimal(10, 2), "DECIMAL(10,2)"),
        (Float(32), "FLOAT"),
        (Float(64), "DOUBLE"),
        (String(), "VARCHAR"),
        (Binary(), "BLOB"),
        (Date(), "DATE"),
        (Time(), "TIME"),
        (Timestamp(), "TIMESTAMP"),
        (Timestamp(zoned=True), "TIMESTAMP WITH TIME ZONE"),
        (Uuid(), "UUID"),
        (Struct((Field("a b", Integer(64)), Field("c", List(String())))), 'STRUCT("a b" BIGINT, "c" VARCHAR[])'),
        (Map(String(), Decimal(4, 1)), "MAP(VARCHAR, DECIMAL(4,1))"),
    ],
)
def test_the_text_of_a_type_is_sql(type_: DataType, text: str) -> None:
    assert sql(type_) == text


@pytest.mark.parametrize(
    ("source", "target", "fits"),
    [
        (Integer(32), Integer(64), True),
        (Integer(64), Integer(32), False),
        (Integer(32), Decimal(10, 0), True),
        (Integer(64), Decimal(18, 0), False),
        (Integer(32), Float(64), True),
        (Integer(64), Float(64), False),
        (Float(32), Float(64), True),
        (Decimal(10, 2), Decimal(12, 2), True),
        (Decimal(10, 2), Decimal(12, 4), True),
        (Decimal(10, 2), Decimal(11, 4), False),
        (Date(), Timestamp(), False),
        (List(Integer(32)), List(Integer(64)), True),
        (Struct((Field("a", Integer(32)),)), Struct((Field("a", Integer(64)),)), True),
        (Struct((Field("a", Integer(32)),)), Struct((Field("b", Integer(64)),)), False),
        (Map(String(), Integer(64)), Map(String(), Integer(32)), False),
    ],
)
def test_only_what_loses_nothing_widens(source: DataType, target: DataType, fits: bool) -> None:
    assert widens(source, target) is fits


def test_impossible_types_and_schemas_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="32 or 64 bits"):
        Integer(16)
    with pytest.raises(ValueError, match="decimal"):
        Decimal(39, 2)
    with pytest.raises(ValueError, match="at least one field"):
        Struct(())
    with pytest.raises(ValueError, match="stand twice"):
        Schema((Column("a", String()), Column("A", String())))


def test_columns_are_found_without_regard_to_case() -> None:
    schema = Schema((Column("Email", String()),))
    assert schema.find("EMAIL") == Column("Email", String())
    assert schema.find("phone") is None
