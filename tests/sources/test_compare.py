"""What is there against what was promised."""

from collections.abc import Callable

import pytest

from hansa.model import Column, DataType, Schema, Table
from hansa.model.types import Boolean, Date, Decimal, Field, Float, Integer, List, String, Struct, Timestamp, Uuid
from hansa.sources import compare

MakeTable = Callable[..., Table]


def test_a_source_with_more_and_wider_columns_fits(table: MakeTable) -> None:
    sales = table(id=Integer(64), price=(Decimal(10, 2), "Unit price"))
    found = Schema((Column("ID", Integer(32)), Column("Unit price", Decimal(8, 2)), Column("more", Boolean())))
    assert compare(found, sales, sales.schema()) == ()


def test_a_missing_column_is_told_by_its_name_in_the_source_with_the_near_one(table: MakeTable) -> None:
    sales = table(id=Integer(), price=(Decimal(10, 2), "unit_price"))
    found = Schema((Column("id", Integer()), Column("unitprice", Decimal(10, 2)), Column("price", Decimal(10, 2))))
    (trouble,) = compare(found, sales, sales.schema())
    assert trouble.code == "H505"
    assert "`unit_price`" in trouble.summary
    assert "did you mean `unitprice`" in trouble.mend
    assert trouble.places[0].line == 21


def test_every_trouble_is_told_at_once(table: MakeTable) -> None:
    sales = table(a=Integer(), b=Date(), c=String())
    found = Schema((Column("a", Float()), Column("b", Timestamp())))
    assert [t.code for t in compare(found, sales, sales.schema())] == ["H506", "H506", "H505"]


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (Integer(64), Integer(32)),
        (Integer(64), Decimal(10, 2)),
        (Integer(64), Float()),
        (String(), Date()),
        (String(), Decimal(10, 2)),
        (Uuid(), String()),
        (Date(), Timestamp()),
        (Decimal(10, 0), Integer()),
        (List(Integer(32)), List(Integer(64))),
        (Struct((Field("b", String()), Field("a", Integer(32)))), Struct((Field("a", Integer(64)),))),
    ],
)
def test_a_strict_cast_that_keeps_the_meaning_is_allowed(table: MakeTable, found: DataType, wanted: DataType) -> None:
    promised = table(x=wanted)
    assert compare(Schema((Column("x", found),)), promised, promised.schema()) == ()


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (Float(), Integer()),
        (Float(), Decimal(10, 2)),
        (Float(), String()),
        (Timestamp(), Date()),
        (Boolean(), Integer()),
        (Integer(), Boolean()),
        (Integer(), Date()),
        (Decimal(10, 4), Decimal(10, 2)),
        (Decimal(10, 2), Integer()),
        (String(), List(String())),
        (List(String()), String()),
    ],
)
def test_a_cast_that_would_change_values_in_silence_is_not(table: MakeTable, found: DataType, wanted: DataType) -> None:
    promised = table(x=wanted)
    assert [t.code for t in compare(Schema((Column("x", found),)), promised, promised.schema())] == ["H506"]
