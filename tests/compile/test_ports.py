"""Ports: which contract, table, producer or source each one means."""

from collections.abc import Callable

import pytest

from hansa.compile import Compiled
from hansa.model import MeshOrigin, Refresh, RefreshMode, SourceOrigin
from hansa.names import ProductName

CompiledOf = Callable[..., Compiled]
Text = Callable[..., str]

PROFILES, HISTORY = ProductName("shop", "profiles"), ProductName("shop", "history")
IN = "- {name: people, contractId: people}"
OUT = "- {name: profiles, version: 1.0.0, contractId: profiles}"
COLUMNS = "- {name: id, physicalType: bigint, required: true}\n- {name: age, logicalType: integer}\n"


def _codes(result: Compiled) -> list[str]:
    return sorted(t.code for t in result.troubles if t.code != "H240")


@pytest.mark.parametrize(
    ("inputs", "code", "mend"),
    [
        ("- {name: people, contractId: peopel}", "H220", "did you mean `people`?"),
        ("- {name: people}", "H220", "add `contractId`"),
        ("- {name: people, contractId: people, version: 2.0.0}", "H233", "write `version: 1.0.0`"),
        ("- {name: people, contractId: people, version: soon}", "H233", "1.0.0"),
        ("- {name: people, contractId: profiles}", "H224", "sibling"),
        ("- {name: People, contractId: people}", "H242", "`people` can"),
        ("- {name: people, contractId: people}\n- {name: people, contractId: people}", "H227", "rename one"),
        (
            "- {name: people, contractId: people, customProperties: [{property: object, value: pepole}]}",
            "H226",
            "did you mean `people`?",
        ),
        ("- {name: people, contractId: people, customProperties: [{property: server, value: archive}]}", "H235", "`files`"),
    ],
)
def test_an_input_port_that_does_not_resolve_is_told_with_a_mend(
    compiled: CompiledOf, product: Text, inputs: str, code: str, mend: str
) -> None:
    troubles = compiled({"P:product.odps.yaml": product("profiles", inputs, OUT)}).troubles
    found = [t for t in troubles if t.code == code]
    assert found, troubles
    assert mend in found[0].mend
    assert found[0].places[0].file.endswith("product.odps.yaml")
    assert found[0].places[0].line >= 6


@pytest.mark.parametrize(
    ("outputs", "code"),
    [
        ("- {name: profiles, version: 1.0.0, contractId: profile}", "H232"),
        ("- {name: profiles, version: 1.0.0}", "H232"),
        ("- {name: profiles, version: 2.0.0, contractId: profiles}", "H233"),
        (f"{OUT}\n{OUT}", "H227"),
        (f"{OUT}\n- {{name: again, version: 1.0.0, contractId: profiles}}", "H223"),
        ("- {name: other, version: 1.0.0, contractId: profiles}", "H260"),
    ],
)
def test_an_output_port_that_does_not_resolve_is_told(compiled: CompiledOf, product: Text, outputs: str, code: str) -> None:
    result = compiled({"P:product.odps.yaml": product("profiles", IN, outputs)})
    assert code in _codes(result)
    assert result.mesh.product(PROFILES) is None


def test_a_consumer_of_an_unresolved_port_is_not_blamed(compiled: CompiledOf, product: Text) -> None:
    result = compiled(
        {"P:product.odps.yaml": product("profiles", IN, "- {name: profiles, version: 2.0.0, contractId: profiles}")}
    )
    assert {t.product for t in result.troubles if t.is_error} == {"shop.profiles"}
    assert [t.product for t in result.troubles if t.code == "H240"] == ["shop.history"]


def test_two_producers_of_one_contract_are_both_refused(compiled: CompiledOf, product: Text) -> None:
    result = compiled(
        {
            "domains/shop/rival/product.odps.yaml": product("rival", "", "- {name: rival, version: 1.0.0, contractId: profiles}"),
            "domains/shop/rival/models/rival.sql": "select 1::bigint as id, 'x' as name, 2::bigint as age",
            "domains/shop/rival/README.md": "# Rival",
        }
    )
    trouble = next(t for t in result.troubles if t.code == "H223")
    assert [p.note for p in trouble.places] == ["shop.profiles", "shop.rival"]
    assert {str(p) for p in result.mesh.broken} >= {"shop.profiles", "shop.rival"}


def test_a_contract_without_producer_and_servers_is_told(compiled: CompiledOf, contract: Text, product: Text) -> None:
    files = {
        "H:contracts/weather.odcs.yaml": contract("weather", COLUMNS),
        "H:product.odps.yaml": product(
            "history", "- {name: profiles, contractId: weather}", "- {name: history, contractId: history}"
        ),
    }
    assert _codes(compiled(files)) == ["H221"]


def test_a_source_that_cannot_be_read_is_told_at_check(compiled: CompiledOf, people: str) -> None:
    kafka = people.replace("type: local, path: data/people.parquet", "type: kafka, host: broker")
    trouble = compiled({"P:contracts/people.odcs.yaml": kafka}).troubles[0]
    assert trouble.code == "H234"
    assert "kafka" in trouble.summary


def test_the_server_for_production_is_taken_among_several(compiled: CompiledOf, people: str) -> None:
    more = "  - {server: old, type: local, path: old.parquet, format: parquet, environment: dev}\n"
    assert _codes(compiled({"P:contracts/people.odcs.yaml": people + more}, "unclear")) == ["H235"]
    clear = (people + more).replace("server: files,", "server: files, environment: prod,")
    profiles = compiled({"P:contracts/people.odcs.yaml": clear}, "clear").mesh.product(PROFILES)
    assert profiles is not None
    assert isinstance(profiles.inputs[0].origin, SourceOrigin)
    assert profiles.inputs[0].origin.server.name == "files"


def _two_majors(contract: Text, product: Text, version: str) -> dict[str, str]:
    outputs = "- {name: profiles, version: 1.0.0, contractId: profiles}\n- {name: profiles, version: 2.0.0, contractId: profiles}"
    return {
        "P:product.odps.yaml": product("profiles", IN, outputs),
        "P:contracts/profiles_v2.odcs.yaml": contract("profiles", COLUMNS, version="2.1.0"),
        "P:models/profiles_v2.sql": "select id, age from people",
        "H:product.odps.yaml": product(
            "history", f"- {{name: profiles, contractId: profiles{version}}}", "- {name: history, contractId: history}"
        ),
    }


def test_two_majors_of_a_port_live_side_by_side(compiled: CompiledOf, contract: Text, product: Text) -> None:
    mesh = compiled(_two_majors(contract, product, ", version: 2.0.0")).mesh
    profiles, history = mesh.product(PROFILES), mesh.product(HISTORY)
    assert profiles is not None
    assert history is not None
    assert [(o.major, o.model) for o in profiles.outputs] == [(1, "profiles"), (2, "profiles_v2")]
    assert history.inputs[0].origin == MeshOrigin(PROFILES.port("profiles"), 2)


def test_a_port_without_version_is_ambiguous_among_majors(compiled: CompiledOf, contract: Text, product: Text) -> None:
    trouble = compiled(_two_majors(contract, product, "")).troubles[0]
    assert trouble.code == "H222"
    assert "1.0.0, 2.1.0" in trouble.mend


def test_a_table_of_many_is_named_by_object_or_by_the_port(compiled: CompiledOf, people: str, product: Text) -> None:
    extra = people.replace("schema:\n", "schema:\n  - name: pets\n    properties:\n      - {name: pet, logicalType: string}\n")
    named = compiled({"P:contracts/people.odcs.yaml": extra}, "named").mesh.product(PROFILES)
    assert named is not None
    assert named.inputs[0].table.name == "people"
    renamed = {
        "P:contracts/people.odcs.yaml": extra,
        "P:product.odps.yaml": product("profiles", "- {name: persons, contractId: people}", OUT),
        "P:models/profiles.sql": "select id, name, age from persons",
    }
    assert _codes(compiled(renamed, "unclear")) == ["H226"]
    said = "- {name: persons, contractId: people, customProperties: [{property: object, value: people, vendor: hansa}]}"
    assert compiled({**renamed, "P:product.odps.yaml": product("profiles", said, OUT)}, "said").troubles == ()


def test_reading_a_deprecated_contract_warns_with_the_day_on_which_support_ends(compiled: CompiledOf, contract: Text) -> None:
    columns = COLUMNS + "- {name: name, logicalType: string}"
    text = contract("profiles", columns, more="slaProperties:\n  - {property: es, value: '2030-06-30'}\n").replace(
        "active", "deprecated"
    )
    result = compiled({"P:contracts/profiles.odcs.yaml": text})
    assert [(t.code, t.product) for t in result.troubles] == [("H236", "shop.history")]
    assert "support ends 2030-06-30" in result.troubles[0].summary
    assert len(result.mesh.products) == 2


def test_products_in_a_circle_are_told_with_every_hop(compiled: CompiledOf, product: Text) -> None:
    inputs = f"{IN}\n- {{name: history, contractId: history}}"
    result = compiled({"P:product.odps.yaml": product("profiles", inputs, OUT)})
    trouble = next(t for t in result.troubles if t.code == "H225")
    assert "shop.history → shop.profiles → shop.history" in trouble.summary
    assert [p.note for p in trouble.places] == [
        "shop.history reads shop.profiles as `profiles`",
        "shop.profiles reads shop.history as `history`",
    ]
    assert result.mesh.broken == frozenset({PROFILES, HISTORY})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("full", Refresh()),
        ("{mode: append, watermark: ID}", Refresh(RefreshMode.APPEND, "id")),
        ("{mode: partition, by: [age], watermark: id}", Refresh(RefreshMode.PARTITION, "id", ("age",))),
        ("{mode: merge}", Refresh(RefreshMode.MERGE, key=("id",))),
        ("merge", Refresh(RefreshMode.MERGE, key=("id",))),
        ("{mode: merge, key: name}", Refresh(RefreshMode.MERGE, key=("name",))),
    ],
)
def test_a_refresh_is_read(compiled: CompiledOf, product: Text, value: str, expected: Refresh) -> None:
    outputs = (
        f"- name: profiles\n  contractId: profiles\n  customProperties: [{{property: refresh, value: {value}, vendor: hansa}}]"
    )
    profiles = compiled({"P:product.odps.yaml": product("profiles", IN, outputs)}).mesh.product(PROFILES)
    assert profiles is not None
    assert profiles.outputs[0].refresh == expected


@pytest.mark.parametrize(
    ("value", "mend"),
    [
        ("{mode: upsert}", "known"),
        ("{mode: apend, watermark: id}", "did you mean `append`?"),
        ("append", "watermark"),
        ("{mode: append, watermark: idd}", "did you mean `id`?"),
        ("{mode: partition}", "by:"),
        ("{mode: full, key: [id]}", "known with `full`"),
    ],
)
def test_a_refresh_that_cannot_be_carried_out_is_told(compiled: CompiledOf, product: Text, value: str, mend: str) -> None:
    outputs = (
        f"- name: profiles\n  contractId: profiles\n  customProperties: [{{property: refresh, value: {value}, vendor: hansa}}]"
    )
    trouble = compiled({"P:product.odps.yaml": product("profiles", IN, outputs)}).troubles[0]
    assert trouble.code == "H237"
    assert mend in trouble.mend


def test_rows_are_sorted_as_the_port_says_and_only_by_its_columns(compiled: CompiledOf, product: Text) -> None:
    outputs = "- name: profiles\n  contractId: profiles\n  customProperties: [{property: sortBy, value: %s, vendor: hansa}]"
    sorted_ = compiled({"P:product.odps.yaml": product("profiles", IN, outputs % "[ID]")})
    port = next(p for p in sorted_.mesh.products if p.address.product == "profiles").outputs[0]
    assert port.sort_by == ("id",)
    trouble = compiled({"P:product.odps.yaml": product("profiles", IN, outputs % "idd")}).troubles[0]
    assert (trouble.code, trouble.mend) == ("H245", "did you mean `id`?")


def test_main_port_owner_platform_and_readme_are_checked(compiled: CompiledOf, product: Text) -> None:
    main = "customProperties:\n  - {property: mainPort, value: profile, vendor: hansa}\n"
    assert _codes(compiled({"P:product.odps.yaml": product("profiles", IN, OUT, main)}, "main")) == ["H238"]
    own = "customProperties:\n  - {property: platform, value: heer, vendor: hansa}\n"
    platform = compiled({"P:product.odps.yaml": product("profiles", IN, OUT, own)}, "platform").troubles[0]
    assert (platform.code, platform.mend) == ("H229", "did you mean `here`?")
    readme = compiled({"P:README.md": None}, "readme")
    assert "H239" in _codes(readme)
    assert readme.valid


def test_the_owner_of_a_product_is_its_own_before_its_domains(compiled: CompiledOf, product: Text) -> None:
    team = "team:\n  name: data\n  members:\n    - {username: ada@example.com, role: owner}\n"
    mesh = compiled({"P:product.odps.yaml": product("profiles", IN, OUT, team)}).mesh
    assert [p.owner for p in mesh.products] == ["shop@example.com", "ada@example.com"]


def test_two_products_with_one_id_are_told(compiled: CompiledOf, product: Text) -> None:
    text = product("history", "- {name: profiles, contractId: profiles}", "- {name: history, contractId: history}")
    assert "H228" in _codes(compiled({"H:product.odps.yaml": text.replace("history-id", "profiles-id")}))


def test_a_consumer_is_not_blamed_when_its_suppliers_file_cannot_be_read(compiled: CompiledOf) -> None:
    broken = "apiVersion: v1.1.0\nkind: DataProduct\nid: profiles-id\nstatus: active\noutputPorts: 3\n"
    result = compiled({"P:product.odps.yaml": broken})
    assert {t.product for t in result.troubles if t.is_error} == {str(PROFILES)}
    assert [(t.code, t.product) for t in result.troubles if t.product == str(HISTORY)] == [("H240", str(HISTORY))]


def test_a_port_with_a_trouble_leaves_no_trail_of_warnings(compiled: CompiledOf, product: Text) -> None:
    wrong = product(
        "history", "- {name: profiles, contractId: profiles}", "- {name: history, version: 2.0.0, contractId: history}"
    )
    assert [t.code for t in compiled({"H:product.odps.yaml": wrong}, "version").troubles] == ["H233"]
    assert [t.code for t in compiled({"H:models/history.sql": None}, "model").troubles] == ["H260"]


def test_a_physical_type_that_nobody_knows_is_a_warning_where_it_is_promised(compiled: CompiledOf, contract: Text) -> None:
    promised = contract("profiles", COLUMNS.replace("physicalType: bigint", "logicalType: integer, physicalType: BIGNT"))
    result = compiled({"P:contracts/profiles.odcs.yaml": promised, "P:models/profiles.sql": "select id, age from people"})
    trouble = next(t for t in result.troubles if t.code == "H211")
    assert (trouble.is_error, trouble.mend, trouble.places[0].line) == (False, "did you mean `BIGINT`?", 9)
    assert "`integer` alone is promised" in trouble.summary
    assert result.valid


def test_a_source_may_have_types_of_its_own(compiled: CompiledOf, people: str) -> None:
    strange = people.replace("physicalType: bigint", "physicalType: SERIAL8_OF_SORTS")
    assert compiled({"P:contracts/people.odcs.yaml": strange}).troubles == ()
