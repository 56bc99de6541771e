"""ODPS files are read by the version that they declare; every field is kept, every wrong one is told."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hansa.declare import bitol, custom, odps
from hansa.declare.files import parse
from hansa.declare.odps.read import read
from hansa.declare.shape import shape_of
from hansa.trouble import Trouble

Read = Callable[..., tuple[odps.DataProduct | None, tuple[Trouble, ...]]]


def test_every_key_of_the_official_schema_has_a_field(standards: Path) -> None:
    schema = json.loads((standards / "odps/schema/odps-json-schema-v1.1.0.json").read_text())
    parts = schema["$defs"]
    expected = {
        odps.DataProduct: set(schema["properties"]),
        odps.InputPort: set(parts["InputPort"]["properties"]),
        odps.OutputPort: set(parts["OutputPort"]["properties"]),
        odps.SoftwareBill: set(parts["SBOM"]["properties"]),
        odps.InputContract: set(parts["InputContract"]["properties"]),
        odps.ManagementPort: set(parts["ManagementPort"]["properties"]),
        odps.Support: set(parts["Support"]["properties"]),
        bitol.Description: set(parts["Description"]["properties"]),
        bitol.CustomProperty: set(parts["CustomProperty"]["properties"]),
        bitol.AuthoritativeDefinition: set(parts["AuthoritativeDefinition"]["properties"]),
        bitol.Synonym: set(parts["Synonym"]["properties"]),
        bitol.TeamMember: set(parts["TeamMember"]["properties"]),
        bitol.Team: set(parts["Team"]["properties"]) | {"id"},  # only ODCS has it
        bitol.Context: set(parts["Context"]["properties"]),
    }
    for record, keys in expected.items():
        assert set(shape_of(record).keys) == keys, record


def test_the_examples_of_the_standard_are_read(standards: Path) -> None:
    """One is invalid under the version that it declares, by the official schema too: keys that came with 1.0.0."""
    for name, codes in (("simple-data-product", set()), ("customer-data-product", {"H123"})):
        document, troubles = parse(name, (standards / f"odps/examples/{name}.odps.yaml").read_text())
        assert document is not None
        product, wrong = read(document, {})
        assert product is not None
        assert product.output_ports
        assert {t.code for t in (*troubles, *wrong) if t.is_error} == codes


@pytest.mark.parametrize(
    ("text", "version", "code"),
    [
        ("inputPorts: [{name: a}]", "v1.0.0", "H121"),
        ("outputPorts: [{name: a}]", "v0.9.0", "H121"),
        ("type: aggregate", "v1.0.0", "H123"),
        ("team: [{username: ada}]", "v1.1.0", "H120"),
        ("support: [{channel: chat}]", "v1.1.0", "H121"),
        ("outputPorts: [{name: a, contract: b}]", "v1.1.0", "H122"),
        ("outputPorts: [{name: a, inputContracts: [{id: b}]}]", "v1.1.0", "H121"),
        ("outputPorts: [{name: a, version: 1.0.0}, {name: a, version: 1.0.0}]", "v1.1.0", "H128"),
        ("context: text", "v1.1.0", "H120"),
        ("description: {purpose: a, reason: b}", "v1.1.0", "H122"),
    ],
)
def test_a_slip_is_told(product_of: Read, text: str, version: str, code: str) -> None:
    product, troubles = product_of(text, version=version)
    assert product is not None
    assert code in {t.code for t in troubles if t.is_error}
    assert all(t.places[0].line >= 1 for t in troubles)


def test_the_newest_version_needs_little(product_of: Read) -> None:
    product, troubles = product_of("inputPorts: [{name: a}]\noutputPorts: [{name: a, version: 1.0.0}, {name: a, version: 2.0.0}]")
    assert product is not None
    assert troubles == ()
    assert product.input_ports[0].contract_id == ""


def test_the_oldest_version_has_a_team_of_members(product_of: Read) -> None:
    product, troubles = product_of("team: [{username: ada}, {username: bob}]", version="v0.9.0")
    assert product is not None
    assert troubles == ()
    assert product.team is not None
    assert [m.at for m in product.team.members] == [("team", 0), ("team", 1)]


def test_a_management_port_says_where_it_is_reached(product_of: Read) -> None:
    text = "managementPorts: [{name: a, content: control}, {name: b, content: control, type: topic, channel: c}]"
    _, troubles = product_of(text)
    assert [(t.code, t.is_error) for t in troubles] == [("H121", False)]


def test_our_own_keys_are_found_with_our_vendor_first(product_of: Read) -> None:
    product, _ = product_of("""
    outputPorts:
      - name: a
        customProperties:
          - {property: refresh, value: theirs, vendor: acme}
          - {property: refresh, value: anybody's}
          - {property: refresh, value: {mode: merge, key: [id]}, vendor: hansa}
      - name: b
        customProperties: [{property: refresh, value: full}]
      - name: c
        customProperties: [{property: refresh, value: full, vendor: acme}]
    """)
    assert product is not None
    ours, anybodys, theirs = (custom(port, "refresh") for port in product.output_ports)
    assert ours is not None
    assert ours.value == {"mode": "merge", "key": ["id"]}
    assert ours.at == ("outputPorts", 0, "customProperties", 2)
    assert anybodys is not None
    assert anybodys.value == "full"
    assert theirs is None
