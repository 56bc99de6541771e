"""The whole of `compile`: what a healthy mesh becomes, what is left out, and what the fingerprint depends on."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from time import process_time

import pytest

from hansa.compile import Compiled, compile  # noqa: A004
from hansa.declare import load
from hansa.engines import EngineFailed
from hansa.engines.duckdb import DuckDbEngine
from hansa.model import MeshOrigin, Platform, Schema, SourceOrigin
from hansa.names import ProductName
from hansa.trouble import Severity, render
from hansa.trouble.catalogue import title

CompiledOf = Callable[..., Compiled]
Text = Callable[..., str]

PROFILES, HISTORY = ProductName("shop", "profiles"), ProductName("shop", "history")
PROFILES_CONTRACT = """
- {name: id, physicalType: bigint, required: true, primaryKey: true}
- {name: name, logicalType: string, required: true}
- {name: age, logicalType: integer}
"""


def test_a_healthy_mesh_compiles_without_a_word(compiled: CompiledOf) -> None:
    result = compiled()
    assert result.troubles == ()
    assert result.valid
    assert result.mesh.broken == frozenset()
    assert [p.address for p in result.mesh.in_order()] == [PROFILES, HISTORY]


def test_ports_know_their_origin_schema_and_model(compiled: CompiledOf) -> None:
    mesh = compiled().mesh
    profiles, history = mesh.product(PROFILES), mesh.product(HISTORY)
    assert profiles is not None
    assert history is not None
    assert isinstance(profiles.inputs[0].origin, SourceOrigin)
    assert history.inputs[0].origin == MeshOrigin(PROFILES.port("profiles"), 1)
    assert history.inputs[0].schema == profiles.outputs[0].schema
    assert [str(c) for c in profiles.outputs[0].schema] == ["id BIGINT NOT NULL", "name VARCHAR NOT NULL", "age BIGINT"]
    assert [str(c) for c in history.outputs[0].schema] == ["id BIGINT NOT NULL", "grown BOOLEAN"]
    assert history.main is history.outputs[0]
    assert history.outputs[0].model == "history"
    assert history.owner == "shop@example.com"


def test_all_troubles_are_told_at_once_and_dependents_only_in_a_note(compiled: CompiledOf, product: Text) -> None:
    result = compiled(
        {
            "P:models/profiles.sql": "select id, nme, age from people",
            "H:models/history.sql": "select id, age > 17 as grown, 1 as extra from profiles",
            "domains/shop/third/product.odps.yaml": product("third", "- {name: history, contractId: history}"),
            "domains/shop/third/README.md": "# Third",
        }
    )
    assert {(t.code, t.product) for t in result.troubles if t.is_error} == {("H210", "shop.profiles"), ("H215", "shop.history")}
    notes = [t for t in result.troubles if t.severity is Severity.NOTE]
    assert [(t.code, t.product) for t in notes] == [("H240", "shop.third")]
    assert result.mesh.products == ()
    assert {str(p) for p in result.mesh.broken} == {"shop.profiles", "shop.history", "shop.third"}


def test_a_dependent_without_own_troubles_gets_one_note(compiled: CompiledOf) -> None:
    result = compiled({"P:models/profiles.sql": "select nme from people"})
    assert [(t.code, t.severity) for t in result.troubles] == [("H210", Severity.ERROR), ("H240", Severity.NOTE)]
    assert "shop.profiles" in result.troubles[1].summary


def test_the_rest_of_the_mesh_compiles_beside_a_broken_product(compiled: CompiledOf) -> None:
    result = compiled({"H:models/history.sql": "selec"})
    assert [p.address for p in result.mesh.products] == [PROFILES]
    assert result.mesh.broken == frozenset({HISTORY})
    assert not result.valid


@pytest.mark.parametrize(
    "change",
    [
        {"P:models/profiles.sql": "-- a comment\nselect\n  id, name, /* why */ age\nFROM people;\n"},
        {"P:README.md": "# Something else\n"},
        {"P:contracts/zzz.odcs.yaml": "people", "P:contracts/people.odcs.yaml": None},
    ],
    ids=["comments and layout", "readme", "file order"],
)
def test_the_fingerprint_stays_when_the_meaning_stays(compiled: CompiledOf, people: str, change: dict[str, str | None]) -> None:
    files = {name: people if content == "people" else content for name, content in change.items()}
    assert compiled(files, "changed").mesh.fingerprint == compiled().mesh.fingerprint


def test_the_order_in_which_things_were_read_means_nothing(engine: DuckDbEngine) -> None:
    declared = load(Path(__file__).parents[2] / "examples" / "retail", {})
    shuffled = replace(
        declared,
        domains=tuple(
            replace(
                domain,
                products=tuple(replace(p, contracts=p.contracts[::-1], models=p.models[::-1]) for p in reversed(domain.products)),
            )
            for domain in reversed(declared.domains)
        ),
    )

    def describe(platform: Platform, query: str, tables: Mapping[str, Schema]) -> Schema:
        return engine.describe(query, tables)

    first, second = compile(declared, describe), compile(shuffled, describe)
    assert second == first
    assert second.mesh.fingerprint == first.mesh.fingerprint


def test_the_fingerprint_stays_when_descriptions_change(compiled: CompiledOf, contract: Text) -> None:
    described = PROFILES_CONTRACT.replace("primaryKey: true", "primaryKey: true, description: the key")
    text = contract("profiles", described, more="description: {purpose: to know people}\n")
    changed = compiled({"P:contracts/profiles.odcs.yaml": text}, "changed").mesh
    assert changed.products[1].outputs[0].table.columns[0].description == "the key"
    assert changed.fingerprint == compiled().mesh.fingerprint


def test_the_fingerprint_moves_with_sql_and_with_types(compiled: CompiledOf, contract: Text) -> None:
    healthy = compiled().mesh.fingerprint
    sql = compiled({"P:models/profiles.sql": "select id, name, age + 1 as age from people"}, "sql").mesh
    typed = PROFILES_CONTRACT.replace("{name: age, logicalType: integer}", "{name: age, physicalType: 'decimal(38,0)'}")
    types = compiled({"P:contracts/profiles.odcs.yaml": contract("profiles", typed)}, "types").mesh
    assert len(types.products) == len(sql.products) == 2
    assert len({healthy, sql.fingerprint, types.fingerprint}) == 3


def test_every_code_of_this_stage_has_a_page_and_every_page_a_code() -> None:
    source = Path(__file__).parents[2] / "src" / "hansa"
    text = "".join(p.read_text() for stage in ("compile", "cedar") for p in (source / stage).glob("*.py"))
    pages = {p.stem for p in (source / "trouble" / "catalogue").glob("H2*.md")}
    used = {word.strip('"') for word in text.replace(",", " ").replace("(", " ").split() if word.startswith('"H2')}
    assert {w[:4] for w in used} == pages
    assert all(title(code) for code in pages)


def test_the_reference_mesh_compiles_in_well_under_a_second(engine: DuckDbEngine) -> None:
    root = Path(__file__).parents[2] / "examples" / "retail"
    declared = load(root, {})

    def describe(platform: Platform, query: str, tables: Mapping[str, Schema]) -> Schema:
        return engine.describe(query, tables)

    began = process_time()
    result = compile(declared, describe)
    seconds = process_time() - began
    assert [render(t) for t in result.troubles if t.is_error] == []
    assert len(result.mesh.products) == 10
    # A second is the limit for all of `check` on a machine that does nothing else.
    assert seconds < 3.0


def test_an_engine_that_does_not_answer_is_asked_once_and_told_of_each_product(compiled: CompiledOf) -> None:
    asked: list[str] = []

    def gone(platform: Platform, query: str, tables: Mapping[str, Schema]) -> Schema:
        asked.append(query)
        raise EngineFailed("no server answers at localhost:15002", "connection")

    other = {"H:models/history.sql": "select 1::bigint as id, true as grown from profiles\n"}
    result = compiled(other, describe=gone)
    assert [(t.code, t.product) for t in result.troubles if t.is_error] == [("H212", "shop.history"), ("H212", "shop.profiles")]
    assert len(asked) == 1
    assert "no server answers" in result.troubles[0].summary
