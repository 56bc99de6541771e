"""The schema, and the rules that come with Hansa."""

import re
from pathlib import Path

import cedarpy

from hansa.access import rows
from hansa.access.protocol import Action
from hansa.cedar import actions, attributes, base_policies, base_text, cedar_type, common_schema, schema_text
from hansa.model import DataType, Mesh
from hansa.model.types import Binary, Boolean, Date, Decimal, Float, Integer, String, Timestamp, Uuid

REFERENCE = Path(__file__).parents[2] / "docs/reference/access-schema.md"


def test_our_rules_fit_the_schema_and_each_has_an_id_of_its_own() -> None:
    schema = schema_text(Mesh("m", (), ()))
    cedarpy.Schema.from_str(schema)
    assert [str(e) for e in cedarpy.validate_policies(base_text(), schema).errors] == []
    ids = [p.id for p in base_policies()]
    assert len({*ids}) == len(ids)
    assert all(i.startswith("hansa.") for i in ids)


def test_the_actions_of_the_schema_are_those_that_are_asked() -> None:
    assert {*actions()} == {str(a) for a in Action}


def test_the_reference_has_the_schema_and_the_rules_word_for_word() -> None:
    blocks = re.findall(r"```cedar\w*\n(.*?)```", REFERENCE.read_text(), re.DOTALL)
    assert common_schema() in blocks
    assert base_text() in blocks


def test_every_attribute_is_found_in_the_schema() -> None:
    written = re.findall(r'^  "(\w+)"(\?)?:', common_schema(), re.MULTILINE)
    listed = [name for kind, names in attributes().items() if kind not in ("Service", "Operator") for name, _, _ in names]
    assert sorted(listed) == sorted(name + optional for name, optional in written)


def test_the_rows_of_the_schema_have_the_types_that_rules_about_them_are_compiled_with() -> None:
    types: list[DataType] = [String(), Uuid(), Boolean(), Integer(32), Date(), Timestamp(True), Float(), Binary()]
    types += [Decimal(p, s) for p in (1, 14, 18, 19, 38) for s in (0, 1, 4, 5) if s <= p]
    assert [cedar_type(t) for t in types] == [rows.cedar_type(t) for t in types]
