"""Whatever lies in a mesh folder, reading it ends with declarations and troubles, never with an exception."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hansa.declare import load, odcs, odps
from hansa.declare.bitol import Team
from hansa.declare.files import parse
from hansa.declare.odcs.read import read as read_odcs
from hansa.declare.odps.read import read as read_odps
from hansa.declare.shape import shape_of
from hansa.trouble import catalogue

KEYS = sorted(
    {
        name
        for record in (odcs.DataContract, odcs.SchemaObject, odcs.SchemaProperty, odcs.Quality, odcs.Server, odcs.Relationship)
        for name in shape_of(record).keys
    }
    | {name for record in (odps.DataProduct, odps.OutputPort, odps.ManagementPort, Team) for name in shape_of(record).keys}
)
WORDS = [
    "v3.2.0",
    "v1.1.0",
    "v3.0.0",
    "map",
    "vector",
    "date",
    "integer",
    "library",
    "sql",
    "postgres",
    "sftp",
    "${X}",
    "${X:-1}",
]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | st.text(max_size=8)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), inner, max_size=5),
    max_leaves=25,
)
DOCUMENTS = st.dictionaries(st.sampled_from(KEYS), DATA, max_size=8)
PIECES = [*"ab1:-?[]{},&*!|>'\"%@`#~ \n\t<.$\\", "<<", "&a", "*a", "---", "é", "\u2028", "\0"]
YAMLISH = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
FILES = (
    "hansa.yaml",
    "governance/teams.yaml",
    "domains/orders/domain.yaml",
    "domains/orders/history/product.odps.yaml",
    "domains/orders/history/contracts/history.odcs.yaml",
    "domains/orders/history/models/history.sql",
    "domains/orders/history/README.md",
)
HEALTHY = {
    "hansa.yaml": b"apiVersion: hansa/v1\nkind: Mesh\nname: retail\n",
    "domains/orders/domain.yaml": b"apiVersion: hansa/v1\nkind: Domain\n",
    "domains/orders/history/product.odps.yaml": b"apiVersion: v1.1.0\nkind: DataProduct\nid: a\n",
}
quick = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mesh")


def load_with(root: Path, name: str, content: bytes) -> None:
    for file in FILES:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(HEALTHY.get(file, b""))
    (root / name).write_bytes(content)
    found = load(root, {"X": "1"})
    assert {t.code for t in found.troubles} <= set(catalogue.codes())
    for trouble in found.troubles:
        json.dumps(trouble.to_json())
        assert trouble.places


@quick
@given(name=st.sampled_from(FILES), content=st.binary(max_size=200))
def test_any_bytes_in_any_file(root: Path, name: str, content: bytes) -> None:
    load_with(root, name, content)


@quick
@given(name=st.sampled_from(FILES[:5]), text=YAMLISH)
def test_anything_like_yaml_in_any_file(root: Path, name: str, text: str) -> None:
    load_with(root, name, text.encode())


@quick
@given(name=st.sampled_from(FILES[:5]), data=DOCUMENTS)
def test_any_data_in_any_file(root: Path, name: str, data: dict[str, object]) -> None:
    load_with(root, name, yaml.safe_dump(data, allow_unicode=True).encode("utf-8", "replace"))


@quick
@given(data=DOCUMENTS, version=st.sampled_from(["v3.2.0", "v3.1.0", "v3.0.2"]))
def test_any_data_as_a_contract_or_product(data: dict[str, object], version: str) -> None:
    written = yaml.safe_dump({**data, "apiVersion": version, "kind": "DataContract"}, allow_unicode=True)
    document, _ = parse("file.yaml", written)
    if document is not None:
        contract, troubles = read_odcs(document, {})
        product, more = read_odps(document, {})
        assert contract is not None
        assert product is not None
        assert all(t.places[0].line >= 1 for t in (*troubles, *more))


CONTRACT, MESH = FILES[4], FILES[0]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (CONTRACT, "a: '" + "${a:-" * 800_000 + "'\n"),
        (CONTRACT, "a: '" + "${a}" * 200_000 + "'\n"),
        (CONTRACT, "a: '" + "${1}" * 200_000 + "'\n"),
        (CONTRACT, "a: [" + "1," * 2_000_000 + "]\n"),
        (CONTRACT, "".join(f"key{n}: x\n" for n in range(20_000))),
        (CONTRACT, "x: 1\n" * 50_000),
        (CONTRACT, "schema: [" + "{name: a}," * 10_000 + "]\n"),
        (CONTRACT, "k" * 4_000_000 + ": 1\n"),
        (CONTRACT, "kind: " + "k" * 4_000_000 + "\n"),
        (MESH, "domains: ['" + "x" * 10_000 + "', '" + "*/" * 2_000 + "']\n"),
        (MESH, "domains: ['\\0', \"\\0\"]\n"),
        (MESH, "domains: ['" + "x" * 300 + ".json', {manifest: " + "x/" * 3_000 + "x}]\n"),
    ],
    ids=lambda text: text[:20],
)
def test_large_files_are_judged_in_seconds(root: Path, name: str, text: str) -> None:
    begun = time.monotonic()
    load_with(root, name, text.encode())
    assert time.monotonic() - begun < 10


def test_names_that_are_no_text_are_told_as_text(root: Path) -> None:
    folder = os.fsencode(root / "domains") + b"/caf\xe9"
    try:
        Path(os.fsdecode(folder + b"/h\xe9/contracts")).mkdir(parents=True)
    except OSError:
        pytest.skip("this file system keeps names as text")
    try:
        load_with(root, "hansa.yaml", HEALTHY["hansa.yaml"])
        str(load(root, {})).encode()
    finally:
        shutil.rmtree(folder)
