"""Masks by name: which types they fit, and which shows less."""

from pathlib import Path

import pytest

from hansa.model.masks import MASKS, STRICTEST_FIRST, applicable, effective, strictest
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

EVERY_TYPE: tuple[DataType, ...] = (
    *(Boolean(), Integer(32), Integer(), Decimal(10, 2), Float(32), Float(), String(), Binary(), Date(), Time()),
    *(Timestamp(), Timestamp(zoned=True), Uuid(), List(String()), Map(String(), Integer()), Struct((Field("a", String()),))),
)


def test_the_masks_are_those_of_iceberg_and_one_of_ours() -> None:
    assert set(MASKS) == {
        *("mask-alphanum", "show-first-4", "show-last-4", "replace-with-null", "mask-to-fixed-value", "truncate-to-year"),
        *("truncate-to-month", "sha-256-global", "sha-256-query-local", "tokenise"),
    }


@pytest.mark.parametrize(
    ("mask", "types"),
    [
        ("replace-with-null", EVERY_TYPE),
        ("mask-to-fixed-value", EVERY_TYPE),
        ("mask-alphanum", (String(),)),
        ("show-first-4", (String(),)),
        ("show-last-4", (String(),)),
        ("truncate-to-year", (Date(), Timestamp(), Timestamp(zoned=True))),
        ("truncate-to-month", (Date(), Timestamp(), Timestamp(zoned=True))),
        ("sha-256-global", (String(), Integer(32), Integer(), Binary())),
        ("sha-256-query-local", (String(), Integer(32), Integer(), Binary())),
        ("tokenise", (String(), Integer(32), Integer(), Binary(), Uuid())),
        ("blur", ()),
    ],
)
def test_a_mask_fits_just_its_types(mask: str, types: tuple[DataType, ...]) -> None:
    assert {t for t in EVERY_TYPE if applicable(mask, t)} == set(types)


def test_what_does_not_fit_is_replaced_with_null() -> None:
    assert effective("truncate-to-year", String()) == "replace-with-null"
    assert effective("blur", String()) == "replace-with-null"
    assert effective("show-last-4", String()) == "show-last-4"


def test_of_several_masks_the_one_that_shows_least_holds() -> None:
    assert strictest(["show-first-4", "sha-256-global", "tokenise"]) == "tokenise"
    assert strictest(["truncate-to-month", "truncate-to-year", ""]) == "truncate-to-year"
    assert strictest(["mask-to-fixed-value", "replace-with-null"]) == "replace-with-null"
    assert strictest([]) == strictest([""]) == ""


def test_a_mask_that_nobody_knows_hides_everything() -> None:
    assert strictest(["show-last-4", "blur"]) == "replace-with-null"


def test_every_mask_says_what_it_does_and_what_it_shows() -> None:
    assert all(m.meaning and m.shows for m in STRICTEST_FIRST)


def test_the_reference_has_every_mask_as_it_is() -> None:
    text = (Path(__file__).parents[2] / "docs" / "reference" / "masks.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    expected = [
        [f"`{m.name}`", m.meaning, ", ".join(t.__name__.upper() for t in m.types) or "every type", m.shows]
        for m in STRICTEST_FIRST
    ]
    assert rows == expected
