"""What the tests of `compile` share: a small healthy mesh of two products, files written over it, and the real engine."""

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from hansa.compile import Compiled, Describe, compile, with_meaning  # noqa: A004
from hansa.declare import load
from hansa.engines.duckdb import DuckDbEngine
from hansa.model import Platform, Schema

Files = Mapping[str, str | None]
CompiledOf = Callable[..., Compiled]
Text = Callable[..., str]

PROFILES = "domains/shop/profiles"
HISTORY = "domains/shop/history"


def _indented(text: str, by: int) -> str:
    return textwrap.indent(textwrap.dedent(text).strip("\n"), " " * by)


def contract_text(id: str, properties: str, *, version: str = "1.0.0", table: str = "", more: str = "", rules: str = "") -> str:  # noqa: A002
    """A contract with one table; `properties` is the YAML list of its columns."""
    quality = f"    quality:\n{_indented(rules, 6)}\n" if rules else ""
    return (
        f"apiVersion: v3.2.0\nkind: DataContract\nid: {id}\nversion: {version}\nstatus: active\n"
        f"schema:\n  - name: {table or id}\n{quality}    properties:\n{_indented(properties, 6)}\n{textwrap.dedent(more)}"
    )


def product_text(name: str, inputs: str = "", outputs: str = "", more: str = "") -> str:
    """A product; `inputs` and `outputs` are the YAML lists of its ports."""
    ports = (f"inputPorts:\n{_indented(inputs, 2)}\n" if inputs else "") + (
        f"outputPorts:\n{_indented(outputs, 2)}\n" if outputs else ""
    )
    return f"apiVersion: v1.1.0\nkind: DataProduct\nid: {name}-id\nname: {name}\nstatus: active\n{ports}{textwrap.dedent(more)}"


PEOPLE = contract_text(
    "people",
    """
    - {name: id, logicalType: integer, physicalType: bigint, required: true, primaryKey: true}
    - {name: name, logicalType: string, required: true}
    - {name: age, logicalType: integer}
    - {name: band, logicalType: string, required: true, enum: [{value: low}, {value: high}]}
    """,
    more="servers:\n  - {server: files, type: local, path: data/people.parquet, format: parquet}\n",
)
HEALTHY: dict[str, str] = {
    "hansa.yaml": "apiVersion: hansa/v1\nkind: Mesh\nname: test\nplatforms:\n  here: {engine: duckdb}\nplatform: here\n",
    "domains/shop/domain.yaml": "apiVersion: hansa/v1\nkind: Domain\nname: shop\nowner: shop@example.com\n",
    f"{PROFILES}/product.odps.yaml": product_text(
        "profiles", "- {name: people, contractId: people}", "- {name: profiles, version: 1.0.0, contractId: profiles}"
    ),
    f"{PROFILES}/contracts/people.odcs.yaml": PEOPLE,
    f"{PROFILES}/contracts/profiles.odcs.yaml": contract_text(
        "profiles",
        """
        - {name: id, physicalType: bigint, required: true, primaryKey: true}
        - {name: name, logicalType: string, required: true}
        - {name: age, logicalType: integer}
        """,
    ),
    f"{PROFILES}/models/profiles.sql": "select id, name, age from people\n",
    f"{PROFILES}/README.md": "# Profiles\n",
    f"{HISTORY}/product.odps.yaml": product_text(
        "history", "- {name: profiles, contractId: profiles}", "- {name: history, version: 1.0.0, contractId: history}"
    ),
    f"{HISTORY}/contracts/history.odcs.yaml": contract_text(
        "history", "- {name: id, physicalType: bigint, required: true}\n- {name: grown, logicalType: boolean}"
    ),
    f"{HISTORY}/models/history.sql": "select id, age > 17 as grown from profiles\n",
    f"{HISTORY}/README.md": "# History\n",
}


@pytest.fixture(scope="session")
def engine() -> DuckDbEngine:
    return DuckDbEngine()


@pytest.fixture(scope="session")
def contract() -> Text:
    return contract_text


@pytest.fixture(scope="session")
def product() -> Text:
    return product_text


@pytest.fixture(scope="session")
def people() -> str:
    """The contract of the healthy mesh's source."""
    return PEOPLE


@pytest.fixture
def compiled(tmp_path: Path, engine: DuckDbEngine) -> CompiledOf:
    """Compiles the healthy mesh with files written over it; a file given as None is left out. Paths are relative to the mesh,
    `P:` stands for the folder of `shop.profiles`, `H:` for that of `shop.history`."""

    def checker(platform: Platform, query: str, tables: Mapping[str, Schema]) -> Schema:
        return engine.describe(query, tables)

    def run(files: Files | None = None, folder: str = "mesh", describe: Describe = checker) -> Compiled:
        changed = {k.replace("P:", f"{PROFILES}/").replace("H:", f"{HISTORY}/"): v for k, v in (files or {}).items()}
        written: dict[str, str | None] = {**HEALTHY, **changed}
        root = tmp_path / folder
        for name, content in written.items():
            if content is not None:
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
        found = compile(load(root, {}), describe)
        if describe is checker:
            # What contracts mean may be found where they are read; nothing else may come of it.
            assert compile(load(root, {}, along=with_meaning), describe) == found
        return found

    return run
