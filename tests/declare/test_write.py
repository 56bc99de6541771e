"""New files of ours stand in the order of the standard, pass its schema, and read back as they were."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.declare import write
from hansa.declare.files import parse
from hansa.declare.kinds import DomainFile, MeshFile, TeamsFile, read
from hansa.declare.odcs.read import read as read_odcs
from hansa.declare.odps.read import read as read_odps

CONTRACT: dict[str, object] = {
    "schema": [
        {
            "properties": [
                {"logicalType": "string", "name": "country", "enum": [{"value": "NO"}, {"value": "SE"}], "required": True},
                {"logicalType": "integer", "name": "amount", "quality": [{"mustBe": 0, "metric": "nullValues"}]},
                {"logicalType": "string", "name": "code", "examples": ["007", "1e3", "0x1F", "1:30", "2026-01-31", "~", ""]},
            ],
            "name": "baskets",
            "description": "One row\nfor each basket.\n",
        }
    ],
    "version": "1.0",
    "id": "orders-baskets",
    "kind": "DataContract",
    "apiVersion": "v3.2.0",
    "status": "active",
    "description": {"usage": "Count them.", "purpose": "What people bought: all of it."},
    "name": None,
}

PRODUCT: dict[str, object] = {
    "outputPorts": [
        {
            "contractId": "orders-baskets",
            "name": "baskets",
            "version": "1.0.0",
            "customProperties": [{"vendor": "hansa", "value": {"mode": "append", "watermark": "day"}, "property": "refresh"}],
        }
    ],
    "name": "baskets",
    "id": "orders-baskets",
    "kind": "DataProduct",
    "apiVersion": "v1.1.0",
}


def data(text: str) -> dict[str, object]:
    document, troubles = parse("file.yaml", text)
    assert document is not None, troubles
    assert troubles == ()
    return document.data


def test_a_contract_reads_back_and_stands_in_the_standards_order() -> None:
    text = write.contract(CONTRACT)
    assert data(text) == {key: value for key, value in CONTRACT.items() if value is not None}
    document, _ = parse("file.yaml", text)
    assert document is not None
    contract, troubles = read_odcs(document, {})
    assert troubles == ()
    assert contract is not None
    assert contract.schema[0].properties[2].examples == ("007", "1e3", "0x1F", "1:30", "2026-01-31", "~", "")
    assert list(data(text))[:5] == ["apiVersion", "kind", "id", "version", "status"]


def test_a_contract_is_written_as_people_would() -> None:
    text = write.contract(CONTRACT)
    assert text.startswith(
        'apiVersion: v3.2.0\nkind: DataContract\nid: orders-baskets\nversion: "1.0"\nstatus: active\n\ndescription:\n'
    )
    assert "schema:\n  - name: baskets\n    description: |\n      One row\n      for each basket.\n    properties:\n" in text
    assert "&" not in text
    assert "{" not in text


def test_what_we_write_passes_the_official_schemas(standards: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    for standard, version, text in (("odcs", "v3.2.0", write.contract(CONTRACT)), ("odps", "v1.1.0", write.product(PRODUCT))):
        schema = json.loads((standards / f"{standard}/schema/{standard}-json-schema-{version}.json").read_text())
        assert [e.message for e in jsonschema.Draft201909Validator(schema).iter_errors(data(text))] == []


def test_the_official_example_written_by_us_still_passes(standards: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((standards / "odcs/schema/odcs-json-schema-v3.2.0.json").read_text())
    example = data((standards / "odcs/examples/all/full-example.odcs.yaml").read_text())
    written = data(write.contract(example))
    assert written == example
    assert jsonschema.Draft201909Validator(schema).is_valid(written)


def test_a_product_reads_back() -> None:
    document, _ = parse("file.yaml", write.product(PRODUCT))
    assert document is not None
    assert document.data == PRODUCT
    product, troubles = read_odps(document, {})
    assert product is not None
    assert troubles == ()


@pytest.mark.parametrize(
    ("render", "kind", "content"),
    [
        (write.mesh, MeshFile, {"kind": "Mesh", "name": "retail", "platforms": {"embedded": {"engine": "duckdb", "threads": 2}}}),
        (write.domain, DomainFile, {"kind": "Domain", "name": "orders", "tags": ["core"]}),
        (write.teams, TeamsFile, {"kind": "Teams", "teams": [{"name": "checkout", "members": ["ada"]}]}),
    ],
)
def test_our_own_kinds_read_back(render: Callable[[dict[str, object]], str], kind: Any, content: dict[str, object]) -> None:
    whole = {"apiVersion": "hansa/v1", **content}
    document, _ = parse("file.yaml", render(whole))
    assert document is not None
    assert document.data == whole
    assert read(kind, document, {})[1].troubles == []


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
YAMLISH = st.text(st.sampled_from(list("ab01.:-+_~#&*!|>'\"{}[],? \n\txeEoOnNyY<=%@`\\")), max_size=12)
VALUES = st.recursive(
    TEXT | YAMLISH | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(YAMLISH.filter(bool) | TEXT, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=120, deadline=None)
@given(value=VALUES)
def test_any_value_reads_back_as_it_was(value: object) -> None:
    content = {"customProperties": [{"property": "p", "value": value}]}
    assert data(write.contract(content)) == content
