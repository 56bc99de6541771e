"""Fingerprints are equal for equal meaning and differ otherwise."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.model import ContractColumn, Limits, Rule, RuleKind, Table, fingerprint
from hansa.model.types import Integer, String
from hansa.trouble import Place

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4).map(tuple) | st.dictionaries(st.text(), inner, max_size=4)
)


@given(values, values)
def test_equal_prints_mean_equal_values(a: object, b: object) -> None:
    assert (fingerprint(a) == fingerprint(b)) == (repr_of(a) == repr_of(b))


def repr_of(value: object) -> object:
    """Python's `==` holds True == 1 == 1.0; fingerprints keep types apart, as this form does."""
    match value:
        case tuple():
            return ("t", *(repr_of(v) for v in value))
        case dict():
            return ("d", *sorted((k, repr(repr_of(v))) for k, v in value.items()))
        case _:
            return (type(value).__name__, repr(value))


@given(st.dictionaries(st.text(), st.integers(), min_size=2, max_size=6))
def test_the_order_of_a_mapping_does_not_count(mapping: dict[str, int]) -> None:
    assert fingerprint(mapping) == fingerprint(dict(reversed(mapping.items())))


def test_places_and_descriptions_do_not_count_types_do() -> None:
    plain = ContractColumn("a", Integer(64))
    told = ContractColumn("a", Integer(64), description="told", tags=("t",), place=Place("f", 1, 1))
    assert fingerprint(Table("t", (plain,))) == fingerprint(Table("t", (told,), description="x"))
    assert fingerprint(plain) != fingerprint(ContractColumn("a", String()))


def test_records_of_different_kinds_with_the_same_fields_differ() -> None:
    @dataclass(frozen=True)
    class A:
        x: int = 1

    @dataclass(frozen=True)
    class B:
        x: int = 1
        hidden: int = field(default=2, metadata={"fingerprint": False})

    assert fingerprint(A()) != fingerprint(B())
    assert fingerprint(B(hidden=3)) == fingerprint(B())


def test_a_value_without_a_stable_text_is_refused() -> None:
    with pytest.raises(TypeError, match="no fingerprint"):
        fingerprint(object())


def test_prints_that_publications_recorded_stay_as_they_are() -> None:
    """A print that changed would have every product built anew."""
    limited = ContractColumn("amount", Integer(32), limits=Limits(minimum=0, maximum=9.5), accepted=(1, True, None), unique=True)
    table = Table(
        "t", (ContractColumn("id", String(), required=True, primary_key=1), limited), rules=(Rule(RuleKind.SQL, query="x"),)
    )
    assert fingerprint(table, {"b": 1, "a": ("x", 2.5)}, frozenset({"y", "é"}), b"z") == "040988c03f1a89b1177dc9c652f0287d"
    assert fingerprint() == "92b07a0351fe1a8d2497b86e5301f05e"


def test_records_apart_count_like_any_other() -> None:
    one, other = Table("t", (ContractColumn("a"),)), Table("t", (ContractColumn("b"),))
    assert fingerprint(one, (one, other), apart=(Table,)) == fingerprint(
        Table("t", (ContractColumn("a"),)), (one, other), apart=(Table,)
    )
    assert fingerprint(one, (one, other), apart=(Table,)) != fingerprint(one, (other, one), apart=(Table,))
    assert fingerprint(one, apart=(Table,)) != fingerprint(other, apart=(Table,))
