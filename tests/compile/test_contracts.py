"""Contracts: types, keys, limits, rules and servers, and what contradicts itself."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hansa.compile import Compiled
from hansa.model import Comparison, ContractColumn, Operator, RuleKind, ServiceLevel, sql
from hansa.names import ProductName

CompiledOf = Callable[..., Compiled]
Text = Callable[..., str]

PROFILES = ProductName("shop", "profiles")
SERVERS = "servers:\n  - {server: files, type: local, path: data/people.parquet, format: parquet}\n"
COLUMNS = """
- {name: id, physicalType: bigint, required: true}
- {name: name, logicalType: string, required: true}
- {name: age, logicalType: integer}
"""


def _column(compiled: CompiledOf, contract: Text, declared: str) -> ContractColumn:
    """A column of the source's contract, beside those that the healthy model reads."""
    text = contract("people", COLUMNS + declared, more=SERVERS)
    result = compiled({"P:contracts/people.odcs.yaml": text})
    assert [str(t) for t in result.troubles if t.is_error] == []
    profiles = result.mesh.product(PROFILES)
    assert profiles is not None
    return profiles.inputs[0].table.columns[-1]


def _codes(compiled: CompiledOf, contract: Text, declared: str, rules: str = "") -> list[str]:
    text = contract("people", COLUMNS + declared, more=SERVERS, rules=rules)
    return [t.code for t in compiled({"P:contracts/people.odcs.yaml": text}).troubles if t.code != "H240"]


@pytest.mark.parametrize(
    ("declared", "expected", "exact"),
    [
        ("- {name: x, logicalType: string}", "VARCHAR", False),
        ("- {name: x, logicalType: integer}", "BIGINT", False),
        ("- {name: x, logicalType: number}", "DOUBLE", False),
        ("- {name: x, logicalType: date}", "DATE", False),
        ("- {name: x, logicalType: time}", "TIME", False),
        ("- {name: x, logicalType: boolean}", "BOOLEAN", False),
        ("- {name: x, logicalType: timestamp}", "TIMESTAMP", False),
        ("- {name: x, logicalType: timestamp, logicalTypeOptions: {timezone: true}}", "TIMESTAMP WITH TIME ZONE", False),
        ("- {name: x, logicalType: object}", "VARCHAR", False),
        ("- {name: x, logicalType: object, properties: [{name: a, logicalType: date}]}", 'STRUCT("a" DATE)', False),
        ("- {name: x, logicalType: array, items: {logicalType: integer}}", "BIGINT[]", False),
        (
            "- {name: x, logicalType: map, map: {key: {logicalType: string}, value: {logicalType: number}}}",
            "MAP(VARCHAR, DOUBLE)",
            False,
        ),
        ("- {name: x, logicalType: vector, logicalTypeOptions: {dimensions: 3}}", "FLOAT[]", False),
        ("- {name: x, logicalType: string, physicalType: 'varchar(20)'}", "VARCHAR", True),
        ("- {name: x, logicalType: integer, physicalType: int}", "INTEGER", True),
        ("- {name: x, physicalType: 'decimal(10,2)'}", "DECIMAL(10,2)", True),
        ("- {name: x, logicalType: string, physicalType: avro string of sorts}", "VARCHAR", False),
        ("- {name: x, logicalType: integer, physicalType: NUMBER}", "BIGINT", False),
        ("- {name: x, logicalType: number, physicalType: numeric}", "DOUBLE", False),
        ("- {name: x, logicalType: number, physicalType: decimal}", "DECIMAL(18,3)", True),
        ("- {name: x, logicalType: date, physicalType: timestamp}", "TIMESTAMP", True),
        ("- {name: x, logicalType: object, physicalType: json}", "VARCHAR", True),
        ("- {name: x, logicalType: string, physicalType: 'varchar[15]'}", "VARCHAR", True),
        ("- {name: x, logicalType: array, physicalType: 'varchar[15]'}", "VARCHAR[]", True),
    ],
)
def test_a_type_comes_from_the_physical_type_or_else_from_the_logical_one(
    compiled: CompiledOf, contract: Text, declared: str, expected: str, exact: bool
) -> None:
    column = _column(compiled, contract, declared)
    assert column.type is not None
    assert (sql(column.type), column.exact) == (expected, exact)


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ("- {name: x, logicalType: integer, physicalType: varchar}", "H202"),
        ("- {name: x, logicalType: boolean, physicalType: 'decimal(3,1)'}", "H202"),
        ("- {name: NAME, logicalType: string}", "H203"),
        ("- {name: name, logicalType: string}", "H128"),
        ("- {name: x, logicalType: string, primaryKeyPosition: 2}", "H204"),
        ("- {name: x, logicalType: integer, logicalTypeOptions: {minimum: 9, maximum: 3}}", "H205"),
        ("- {name: x, logicalType: integer, logicalTypeOptions: {minimum: 3, exclusiveMaximum: 3}}", "H205"),
        ("- {name: x, logicalType: string, logicalTypeOptions: {minLength: 9, maxLength: 3}}", "H205"),
        ("- {name: x, logicalType: date, logicalTypeOptions: {minimum: '2026-01-01', maximum: '2025-01-01'}}", "H205"),
        ("- {name: x, logicalType: string, logicalTypeOptions: {pattern: '^[a-z'}}", "H206"),
        ("- {name: x, logicalType: object, properties: [{name: a, logicalType: date}, {name: A, logicalType: time}]}", "H203"),
        ("- {name: x}", "H241"),
    ],
)
def test_a_column_that_contradicts_itself_is_told(compiled: CompiledOf, contract: Text, declared: str, code: str) -> None:
    assert _codes(compiled, contract, declared) == [code]


def test_two_places_show_the_contradiction_of_types(compiled: CompiledOf, contract: Text) -> None:
    text = contract("people", COLUMNS + "- {name: x, logicalType: integer, physicalType: varchar}", more=SERVERS)
    trouble = compiled({"P:contracts/people.odcs.yaml": text}).troubles[0]
    assert [p.note for p in trouble.places] == ["logically integer", "physically varchar, that is VARCHAR"]
    assert all(p.file.endswith("people.odcs.yaml") and p.line == 12 for p in trouble.places)


@pytest.mark.parametrize("pattern", [r"^(?<year>\d{4})-\d\d$", r"^\p{L}+$", r"^[A-Z]{3}$", r"\u00e9"])
def test_patterns_of_the_standard_are_read(compiled: CompiledOf, contract: Text, pattern: str) -> None:
    declared = f"- {{name: x, logicalType: string, logicalTypeOptions: {{pattern: '{pattern}'}}}}"
    assert _column(compiled, contract, declared).limits.pattern == pattern


def test_keys_keep_their_order(compiled: CompiledOf, contract: Text) -> None:
    columns = """
    - {name: b, logicalType: string, primaryKey: true, primaryKeyPosition: 2, partitioned: true}
    - {name: a, logicalType: string, primaryKey: true, primaryKeyPosition: 1}
    """
    text = contract("profiles", columns)
    result = compiled(
        {
            "P:contracts/profiles.odcs.yaml": text,
            "P:models/profiles.sql": "select name as a, name as b from people",
            "H:models/history.sql": None,
        }
    )
    profiles = result.mesh.product(PROFILES)
    assert profiles is not None
    assert profiles.outputs[0].table.primary_key == ("a", "b")
    assert profiles.outputs[0].table.partition_by == ("b",)
    assert all(c.required for c in profiles.outputs[0].schema)


def test_two_columns_at_one_position_are_told(compiled: CompiledOf, contract: Text) -> None:
    two = "- {name: x, logicalType: string, primaryKey: true, primaryKeyPosition: 1}\n"
    assert _codes(compiled, contract, two + two.replace("x,", "y,")) == ["H204"]


@pytest.mark.parametrize(
    ("rule", "codes"),
    [
        ("- {metric: duplicateValues, arguments: {properties: [id, nam]}, mustBe: 0}", ["H207"]),
        ("- {metric: duplicateValues, arguments: {properties: [id, people.name]}, mustBe: 0}", []),
        ("- {metric: duplicateValues, mustBe: 0}", ["H209"]),
        ("- {metric: nullValues, mustBe: 0}", ["H209"]),
        ("- {type: sql, query: 'select count(*) from {object} where age < 0', mustBe: 0}", []),
        ("- {type: sql, query: 'select count(*) from ${table}', mustBeGreaterThan: 0}", []),
        ("- {type: sql, query: 'select count(*) from {schema}.{table}', mustBeGreaterThan: 0}", []),
        ("- {type: sql, query: 'select count(*) from {object} where {property} < 0', mustBe: 0}", ["H208"]),
        ("- {type: sql, query: 'select count(*) from orders', mustBe: 0}", ["H208"]),
        ("- {type: sql, query: \"select count(*) from read_csv('x')\", mustBe: 0}", ["H208"]),
        ("- {type: sql, query: 'delete from people', mustBe: 0}", ["H208"]),
        ("- {type: text, description: looks right}", []),
    ],
)
def test_rules_are_checked_for_meaning(compiled: CompiledOf, contract: Text, rule: str, codes: list[str]) -> None:
    assert _codes(compiled, contract, "", rule) == codes


def test_rules_and_service_levels_arrive_whole(compiled: CompiledOf, contract: Text) -> None:
    written = "{metric: invalidValues, arguments: {validValues: [a, b]}, mustBeLessThan: 5, unit: percent, severity: warning}"
    declared = f"- {{name: x, logicalType: string, quality: [{written}]}}"
    levels = "slaProperties:\n  - {property: ly, value: 4, unit: d}\n  - {property: EndOfSupport, value: '2030-01-01'}\n"
    text = contract("people", COLUMNS + declared, more=SERVERS + levels)
    profiles = compiled({"P:contracts/people.odcs.yaml": text}).mesh.product(PROFILES)
    assert profiles is not None
    port = profiles.inputs[0]
    rule = port.table.columns[-1].rules[0]
    assert (rule.kind, rule.metric, rule.column, rule.unit) == (RuleKind.LIBRARY, "invalidValues", "x", "percent")
    assert rule.operator == Operator(Comparison.LESS, (5,))
    assert rule.argument("validValues") == ("a", "b")
    assert port.contract.service_levels == (ServiceLevel("latency", 4, "d"), ServiceLevel("endOfSupport", "2030-01-01"))
    assert port.contract.servers[0].option("path") == "data/people.parquet"


def test_a_version_that_is_none_is_told(compiled: CompiledOf, contract: Text) -> None:
    result = compiled({"P:contracts/people.odcs.yaml": contract("people", COLUMNS, version="latest", more=SERVERS)})
    assert "H200" in {t.code for t in result.troubles}
    assert result.mesh.product(PROFILES) is None


def test_a_contract_stands_once_in_a_folder_and_copies_agree(compiled: CompiledOf, people: str) -> None:
    assert [t.code for t in compiled({"P:contracts/again.odcs.yaml": people}).troubles] == ["H201", "H240"]
    assert compiled({"H:contracts/people.odcs.yaml": people}, "copy").troubles == ()
    other = people.replace("name: age, logicalType: integer", "name: age, logicalType: string")
    differing = compiled({"P:contracts/people.odcs.yaml": people, "H:contracts/people.odcs.yaml": other}, "differing")
    assert {t.code for t in differing.troubles if t.is_error} == {"H201"}


def test_of_two_copies_that_differ_the_producers_counts(compiled: CompiledOf, contract: Text) -> None:
    copy = contract("profiles", "- {name: id, physicalType: bigint, required: true}\n- {name: age, logicalType: number}")
    result = compiled({"H:contracts/profiles.odcs.yaml": copy})
    assert [(t.code, t.product) for t in result.troubles] == [("H201", "shop.history")]


@pytest.mark.parametrize("folder", ["examples", "negative"])
def test_the_standards_own_files_are_told_of_and_never_crash(compiled: CompiledOf, folder: str) -> None:
    standards = Path(__file__).resolve().parents[2].parent / "shared" / "standards" / "odcs" / folder
    if not standards.is_dir():
        pytest.skip("the standards' own files are not beside this repository")
    for number, file in enumerate(sorted(standards.rglob("*.odcs.yaml"))):
        result = compiled({"P:contracts/other.odcs.yaml": file.read_text()}, f"{folder}{number}")
        if folder == "examples":
            assert [str(t) for t in result.troubles if t.is_error] == [], file.name
        else:
            assert not result.valid, file.name


_SAID = """
description:
  purpose: Who buys.
  limitations: No one under 18.
  usage: Join by id.
  authoritativeDefinitions: [{type: termsOfUse, url: https://shop.example/terms}]
support:
  - {channel: data-help, url: https://chat.example/data-help, tool: slack, scope: interactive}
  - {channel: mail, url: mailto:data@shop.example}
price: {priceAmount: 9.95, priceCurrency: EUR, priceUnit: megabyte}
team:
  name: profiles
  members:
    - {username: ann, role: owner}
    - {username: gone, dateOut: 2024-01-01}
roles: [{role: analyst, access: read}]
domain: people
dataProduct: persons
tenant: shop-eu
customProperties: [{property: license, value: CC-BY-4.0, vendor: hansa}]
"""


def test_what_a_contract_says_besides_its_tables_is_kept(compiled: CompiledOf, contract: Text) -> None:
    text = contract("people", COLUMNS, more=SERVERS + _SAID)
    product = compiled({"P:contracts/people.odcs.yaml": text}).mesh.product(PROFILES)
    assert product is not None
    kept = product.inputs[0].contract
    assert (kept.description, kept.limitations, kept.usage) == ("Who buys.", "No one under 18.", "Join by id.")
    assert (kept.license, kept.terms_of_use) == ("CC-BY-4.0", "https://shop.example/terms")
    assert (kept.price, kept.price_currency, kept.price_unit) == (9.95, "EUR", "megabyte")
    assert [(s.channel, s.tool, s.scope) for s in kept.support] == [("data-help", "slack", "interactive"), ("mail", "", "")]
    assert (kept.team, kept.members, kept.roles) == ("profiles", ("ann",), ("analyst",))
    assert (kept.domain, kept.data_product, kept.tenant) == ("people", "persons", "shop-eu")


def test_the_document_of_a_contract_is_kept_as_written(compiled: CompiledOf, contract: Text) -> None:
    text = contract(
        "people", COLUMNS, more="servers:\n  - {server: files, type: local, path: '${PLACE:-data}/p.parquet', format: parquet}\n"
    )
    product = compiled({"P:contracts/people.odcs.yaml": text}).mesh.product(PROFILES)
    assert product is not None
    kept = product.inputs[0].contract
    assert kept.servers[0].option("path") == "data/p.parquet"
    document = json.loads(kept.document)
    assert document["servers"][0]["path"] == "${PLACE:-data}/p.parquet"
    assert list(document)[:2] == ["apiVersion", "kind"]


@pytest.mark.parametrize(
    ("declared", "terms"),
    [
        ('authoritativeDefinitions: [{type: term, url: "term:household"}]', ("household",)),
        ('authoritativeDefinitions: [{type: businessDefinition, url: "hansa:term/household"}]', ("household",)),
        ('authoritativeDefinitions: [{type: term, url: "#/glossary/household"}]', ("household",)),
        ("authoritativeDefinitions: [{type: businessDefinition, url: https://wiki.example/household}]", ()),
        ('authoritativeDefinitions: [{type: tutorial, url: "term:household"}]', ()),
        ("customProperties: [{property: term, value: household, vendor: hansa}]", ("household",)),
        ("customProperties: [{property: term, value: [household, home], vendor: hansa}]", ("household", "home")),
        ("customProperties: [{property: term, value: household, vendor: others}]", ()),
        (
            "authoritativeDefinitions: [{type: term, url: term:a}], customProperties: [{property: term, value: [a, b]}]",
            ("a", "b"),
        ),
    ],
)
def test_a_column_names_its_terms(compiled: CompiledOf, contract: Text, declared: str, terms: tuple[str, ...]) -> None:
    assert _column(compiled, contract, f"- {{name: x, logicalType: string, {declared}}}").terms == terms
