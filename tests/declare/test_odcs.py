"""ODCS files are read by the version that they declare; every field is kept, every wrong one is told."""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hansa.declare import Document, odcs
from hansa.declare.files import parse
from hansa.declare.odcs.read import read
from hansa.declare.odcs.servertypes import SERVER_TYPES
from hansa.declare.shape import Kind, shape_of
from hansa.trouble import Trouble

Read = Callable[..., tuple[odcs.DataContract | None, tuple[Trouble, ...]]]


def codes(troubles: tuple[Trouble, ...]) -> list[str]:
    return [t.code for t in troubles]


def test_every_field_of_the_newest_version_is_kept(standards: Path) -> None:
    text = (standards / "odcs/examples/all/full-example.odcs.yaml").read_text()
    document, _ = parse("full.odcs.yaml", text)
    assert document is not None
    contract, troubles = read(document, {})
    assert contract is not None
    assert troubles == ()
    assert _kept(contract, document.data) > 250


def _kept(record: Any, data: dict[str, Any]) -> int:
    """Asserts that everything which was written stands in the record; how many values that were."""
    count = 0
    for name, written in data.items():
        key = shape_of(type(record)).keys[name]
        held = getattr(record, key.field)
        if key.record is not None and isinstance(written, list):
            assert len(held) == len(written)
            count += sum(_kept(each, inner) for each, inner in zip(held, written, strict=True))
        elif key.record is not None:
            count += _kept(held, written)
        else:
            expected = tuple(written) if isinstance(written, list) and isinstance(held, tuple) else written
            if key.kind is Kind.PORT:
                expected = str(written)
            if key.kind is Kind.ONE_OR_MORE and isinstance(written, str):
                expected = (written,)
            assert held == expected, name
            count += 1
    return count


def test_every_key_of_the_official_schema_has_a_field(standards: Path) -> None:
    schema = json.loads((standards / "odcs/schema/odcs-json-schema-v3.2.0.json").read_text())
    parts = schema["$defs"]
    element = set(parts["SchemaElement"]["properties"])
    server = set(parts["Server"]["properties"]).union(*(set(s["properties"]) for s in parts["ServerSource"].values()))
    quality = set(parts["DataQuality"]["properties"]) | set(parts["DataQualityLibrary"]["properties"]) | set(odcs.OPERATORS)
    quality |= {"query", "engine", "implementation"}
    expected = {
        odcs.DataContract: set(schema["properties"]),
        odcs.SchemaObject: element | set(parts["SchemaObject"]["properties"]),
        odcs.SchemaProperty: element | set(parts["SchemaBaseProperty"]["properties"]) | {"properties", "items", "map"},
        odcs.Server: server,
        odcs.Quality: quality,
        odcs.EnumValue: set(parts["EnumValue"]["properties"]),
        odcs.Role: set(parts["Role"]["properties"]),
        odcs.Price: set(parts["Pricing"]["properties"]),
        odcs.Support: set(parts["SupportItem"]["properties"]),
        odcs.ServiceLevelProperty: set(parts["ServiceLevelAgreementProperty"]["properties"]),
        odcs.Relationship: set(parts["RelationshipBase"]["properties"]),
    }
    for record, keys in expected.items():
        assert set(shape_of(record).keys) == keys, record
    assert set(SERVER_TYPES) == set(parts["Server"]["properties"]["type"]["enum"])


def test_every_server_type_needs_what_the_official_schema_says(standards: Path) -> None:
    parts = json.loads((standards / "odcs/schema/odcs-json-schema-v3.2.0.json").read_text())["$defs"]
    for branch in parts["Server"]["allOf"]:
        type_ = branch["if"]["properties"]["type"]["const"]
        shape = parts["ServerSource"][branch["then"]["$ref"].rsplit("/", 1)[1]]
        assert SERVER_TYPES[type_].required == set(shape.get("required", ())), type_
        assert SERVER_TYPES[type_].required | SERVER_TYPES[type_].optional == set(shape["properties"]), type_


def test_every_invalid_file_of_the_standard_is_told_with_its_line(standards: Path) -> None:
    files = sorted((standards / "odcs/negative").glob("*.yaml"))
    assert len(files) >= 28
    for file in files:
        document, troubles = parse(file.name, file.read_text())
        assert document is not None
        errors = [t for t in (*troubles, *read(document, {})[1]) if t.is_error]
        assert errors, file.name
        assert all(place.file == file.name and place.line > 1 and place.column >= 1 for t in errors for place in t.places), errors


def test_every_example_of_the_standard_is_read_without_error(standards: Path) -> None:
    files = sorted((standards / "odcs/examples").rglob("*.yaml"))
    assert len(files) >= 25
    for file in files:
        document, troubles = parse(file.name, file.read_text())
        assert document is not None
        contract, wrong = read(document, {})
        assert contract is not None
        assert not [t for t in (*troubles, *wrong) if t.is_error], file.name


def _paths(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in inner:
        yield from _paths(value, (*path, step))


@pytest.mark.parametrize("version", ["v3.2.0", "v3.1.0"])
def test_we_and_the_official_schema_agree_on_damaged_examples(standards: Path, version: str) -> None:
    """Each example is damaged at random; who calls it invalid? Only where the prose overrules the schema do we differ."""
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((standards / f"odcs/schema/odcs-json-schema-{version}.json").read_text())
    validator = jsonschema.Draft201909Validator(schema)
    chance = random.Random(version)
    values: list[object] = ["", "x", 5, True, None, [], {}, ["a"], [{"a": 1}], "string", "map", "sql", "text", "s3", -1, [2, 2]]
    files = sorted((standards / "odcs/examples").rglob("*.yaml"))
    compared = 0
    for round_ in range(40):
        document, _ = parse("x", files[round_ % len(files)].read_text())
        assert document is not None
        data: Any = json.loads(json.dumps(document.data)) | {"apiVersion": version}
        *above, last = chance.choice([p for p in _paths(data) if p and p != ("apiVersion",)])
        parent: Any = data
        for step in above:
            parent = parent[step]
        if chance.random() < 0.4:
            del parent[last]
        else:
            parent[last] = chance.choice(values)
        if last in ("logicalType", "to", "from", "value") or (above and above[-1] in ("to", "from")):
            continue  # here the schema contradicts the prose, or the prose asks for more: see the tests above and below
        theirs = validator.is_valid(data)
        ours = not [t for t in read(Document("x", data, json.dumps(data)), {})[1] if t.is_error or t.code == "H125"]
        assert ours == theirs, (above, last, data)
        compared += 1
    assert compared > 25


def test_a_property_without_logical_type_is_read(contract_of: Read) -> None:
    contract, troubles = contract_of("schema: [{name: t, properties: [{name: a, physicalType: int}]}]")
    assert troubles == ()
    assert contract is not None
    assert contract.schema[0].properties[0].physical_type == "int"


def test_a_record_knows_where_it_stands(contract_of: Read) -> None:
    contract, _ = contract_of("schema: [{name: t, properties: [{name: a}, {name: b, quality: [{type: text}]}]}]")
    assert contract is not None
    column = contract.schema[0].properties[1]
    assert column.at == ("schema", 0, "properties", 1)
    assert column.quality[0].at == ("schema", 0, "properties", 1, "quality", 0)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("schema:\n  - name: t\n    propertys: []", "H122", 3),
        ("schema:\n  - name: t\n    properties:\n      - {name: a, required: yes}", "H120", 4),
        ("schema:\n  - name: t\n    properties:\n      - {name: a}\n      - {name: a}", "H128", 4),
        ("schema:\n  - {name: t, id: x}\n  - {name: u, id: x}", "H127", 2),
        ("schema:\n  - {name: t, id: a b}", "H126", 2),
        ("servers:\n  - {server: s, type: postgress, host: h}", "H124", 2),
        ("servers:\n  - {server: s, type: postgres, host: h, port: 1, database: d}", "H121", 2),
        ("servers:\n  - {server: s, type: local, path: p, format: csv, host: h}", "H122", 2),
        ("servers:\n  - {server: s, type: sftp, location: 'http://x'}", "H126", 2),
        ("schema:\n  - name: t\n    quality: [{metric: rowCount}]", "H131", 3),
        ("schema:\n  - name: t\n    quality: [{metric: rowCount, mustBeBetween: [3, 1]}]", "H133", 3),
        ("schema:\n  - name: t\n    quality: [{metric: rowCount, mustBeGreaterThan: many}]", "H120", 3),
        ("schema:\n  - name: t\n    quality: [{type: text, mustBe: 1}]", "H122", 3),
        ("schema:\n  - name: t\n    relationships: [{from: [t.a, t.b], to: [u.a]}]", "H134", 3),
        ("schema:\n  - name: t\n    relationships: [{from: t a, to: u.a}]", "H134", 3),
        ("schema:\n  - name: t\n    properties:\n      - {name: v, logicalType: vector}", "H121", 4),
        ("schema:\n  - name: t\n    properties:\n      - {name: v, logicalType: string, items: {}}", "H122", 4),
        (
            "schema:\n  - name: t\n    properties:\n      - {name: v, logicalType: date, logicalTypeOptions: {minimum: 3}}",
            "H120",
            4,
        ),
        (
            "schema:\n  - name: t\n    properties:\n      - {name: v, logicalType: integer, logicalTypeOptions: {format: f64}}",
            "H124",
            4,
        ),
        ("schema: {name: t}", "H120", 1),
        ("tags: personal", "H120", 1),
    ],
)
def test_a_slip_is_told_once_with_its_line(contract_of: Read, text: str, code: str, line: int) -> None:
    contract, troubles = contract_of(text)
    assert contract is not None
    assert [(t.code, t.places[0].line) for t in troubles if t.is_error] == [(code, line)]


def test_a_mistyped_key_names_the_one_that_was_meant(contract_of: Read) -> None:
    _, (trouble,) = contract_of("schema:\n  - name: t\n    propertys: []")
    assert trouble.mend == "did you mean `properties` or `customProperties`?"
    assert str(trouble.places[0]) == "file.yaml:3:5"


@pytest.mark.parametrize("written", ["1.10", "1", "true"])
def test_a_text_written_like_a_number_keeps_its_letters_and_warns(contract_of: Read, written: str) -> None:
    contract, troubles = contract_of(f"apiVersion: v3.2.0\nkind: DataContract\nid: a\nversion: {written}\n")
    assert contract is not None
    assert contract.version == written
    assert [(t.code, t.is_error) for t in troubles] == [("H125", False)]


def test_a_country_called_no_stays_a_text(contract_of: Read) -> None:
    contract, troubles = contract_of(
        "schema: [{name: t, properties: [{name: c, enum: [{value: NO}, {value: SE}], examples: [NO]}]}]"
    )
    assert contract is not None
    assert [e.value for e in contract.schema[0].properties[0].enum] == ["NO", "SE"]
    assert contract.schema[0].properties[0].examples == ("NO",)
    assert troubles == ()


def test_a_secret_of_a_server_appears_in_no_trouble(contract_of: Read) -> None:
    text = (
        "servers:\n  - {server: '${TOKEN}', type: '${TOKEN}', host: '${TOKEN}', roles: '${TOKEN}', id: '${TOKEN}', '${TOKEN}': 1}"
    )
    contract, troubles = contract_of(text, {"TOKEN": "s3cret value"})
    assert contract is not None
    assert contract.servers[0].host == "s3cret value"
    assert len(troubles) >= 4
    assert "s3cret" not in "".join(map(str, troubles))


@pytest.mark.parametrize(
    ("version", "read_by_it"),
    [("v3.2.0", True), ("v3.1.0", True), ("v3.0.2", True), ("v3.0.0", True), ("v2.2.2", False)],
)
def test_the_versions_of_three_are_read_and_two_is_refused(contract_of: Read, version: str, read_by_it: bool) -> None:
    contract, troubles = contract_of("", version=version)
    assert (contract is not None) == read_by_it
    assert codes(troubles) == ([] if read_by_it else ["H130"])


@pytest.mark.parametrize("declared", ["v9.0.0", "3.2.0", "''", "[v3.2.0]", "3"])
def test_an_unknown_version_is_told_and_the_rest_is_checked(contract_of: Read, declared: str) -> None:
    contract, troubles = contract_of(f"apiVersion: {declared}\nkind: DataContract\nid: a\nversion: 1.0.0\nnonsense: 1\n")
    assert contract is not None
    assert {"H130", "H122"} <= set(codes(troubles))


def test_a_key_of_a_later_version_names_that_version(contract_of: Read) -> None:
    _, (trouble,) = contract_of("context: hello", version="v3.1.0")
    assert trouble.code == "H123"
    assert "ODCS 3.2.0" in trouble.summary


def test_status_is_required_until_the_version_that_dropped_it(contract_of: Read) -> None:
    text = "apiVersion: {}\nkind: DataContract\nid: a\nversion: 1.0.0\n"
    assert codes(contract_of(text.format("v3.1.0"))[1]) == ["H121"]
    assert codes(contract_of(text.format("v3.2.0"))[1]) == []


def test_what_the_oldest_version_wrote_differently_is_read(contract_of: Read) -> None:
    text = """
    team: [{username: ada, role: owner}]
    schema: [{name: t, quality: [{rule: rowCount, mustBe: 1, mustNotBe: 2, anything: goes}]}]
    """
    contract, troubles = contract_of(text, version="v3.0.2")
    assert contract is not None
    assert contract.team is not None
    assert contract.team.members[0].username == "ada"
    assert contract.team.members[0].at == ("team", 0)
    assert contract.schema[0].quality[0].rule == "rowCount"
    assert [(t.code, t.is_error) for t in troubles] == [("H122", False)]


def test_a_team_as_a_list_is_noted_as_deprecated(contract_of: Read) -> None:
    contract, troubles = contract_of("team: [{username: ada}]")
    assert contract is not None
    assert contract.team is not None
    assert len(contract.team.members) == 1
    assert [(t.code, t.is_error) for t in troubles] == [("H129", False)]


def test_a_context_may_be_one_text(contract_of: Read) -> None:
    contract, troubles = contract_of("context: Join by id.")
    assert contract is not None
    assert contract.context is not None
    assert contract.context.instructions == "Join by id."
    assert troubles == ()


def test_operators_and_options_are_listed_as_written(contract_of: Read) -> None:
    contract, _ = contract_of("""
    schema: [{name: t, quality: [{metric: rowCount, mustBeBetween: [1, 2]}, {metric: nullValues, mustBe: 0}]}]
    servers: [{server: s, type: postgres, host: h, port: 5432, database: d, schema: p}]
    """)
    assert contract is not None
    assert [q.operators for q in contract.schema[0].quality] == [(("mustBeBetween", (1, 2)),), (("mustBe", 0),)]
    assert contract.servers[0].options == (("database", "d"), ("host", "h"), ("port", "5432"), ("schema", "p"))


def test_a_port_may_be_a_variable(contract_of: Read) -> None:
    text = "servers: [{server: s, type: mysql, host: h, port: '${PORT}', database: d}]"
    contract, troubles = contract_of(text, {"PORT": "3306"})
    assert contract is not None
    assert contract.servers[0].port == "3306"
    assert troubles == ()
