"""What the tests of `declare` share: meshes written on the spot, documents from text, the standards' own files where present."""

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from hansa.declare import Declarations, Document, load, odcs, odps
from hansa.declare.files import parse
from hansa.declare.odcs.read import read as read_odcs
from hansa.declare.odps.read import read as read_odps
from hansa.trouble import Trouble

ContractOf = Callable[..., tuple[odcs.DataContract | None, tuple[Trouble, ...]]]
ProductOf = Callable[..., tuple[odps.DataProduct | None, tuple[Trouble, ...]]]
DocumentOf = Callable[[str], Document]
MeshOf = Callable[..., Declarations]

DOMAIN = "apiVersion: hansa/v1\nkind: Domain\nname: {name}\nowner: team-{name}\n"
PRODUCT = "apiVersion: v1.1.0\nkind: DataProduct\nid: {name}-id\nname: {name}\n"
CONTRACT = "apiVersion: v3.2.0\nkind: DataContract\nid: {name}-contract\nversion: 1.0.0\n"
MESH = "apiVersion: hansa/v1\nkind: Mesh\nname: retail\n"


@pytest.fixture(scope="session")
def standards() -> Path:
    folder = Path(__file__).resolve().parents[2].parent / "shared" / "standards"
    if not folder.is_dir():
        pytest.skip("the standards' own files are not beside this repository")
    return folder


@pytest.fixture(scope="session")
def document_of() -> DocumentOf:
    def document(text: str) -> Document:
        found, troubles = parse("file.yaml", textwrap.dedent(text))
        assert found is not None, troubles
        assert troubles == ()
        return found

    return document


@pytest.fixture(scope="session")
def contract_of(document_of: DocumentOf) -> ContractOf:
    """Reads the text of a contract; the fundamentals are put before it unless it brings an apiVersion."""

    def contract(
        text: str, environ: Mapping[str, str] | None = None, version: str = "v3.2.0"
    ) -> tuple[odcs.DataContract | None, tuple[Trouble, ...]]:
        text = textwrap.dedent(text)
        if "apiVersion" not in text:
            text += f"\napiVersion: {version}\nkind: DataContract\nid: a\nversion: 1.0.0\nstatus: active\n"
        return read_odcs(document_of(text), environ or {})

    return contract


@pytest.fixture(scope="session")
def product_of(document_of: DocumentOf) -> ProductOf:
    def product(
        text: str, environ: Mapping[str, str] | None = None, version: str = "v1.1.0"
    ) -> tuple[odps.DataProduct | None, tuple[Trouble, ...]]:
        text = textwrap.dedent(text) + f"\napiVersion: {version}\nkind: DataProduct\nid: a\nstatus: active\n"
        return read_odps(document_of(text), environ or {})

    return product


@pytest.fixture
def mesh_of(tmp_path: Path) -> MeshOf:
    """Writes a small healthy mesh (`orders.history`), then files over it, and loads it.

    A file given as None is deleted, one given as bytes is written as such.
    """

    def mesh(files: Mapping[str, str | bytes | None] | None = None, environ: Mapping[str, str] | None = None) -> Declarations:
        folder = "domains/orders/history"
        written: dict[str, str | bytes | None] = {
            "hansa.yaml": MESH,
            "domains/orders/domain.yaml": DOMAIN.format(name="orders"),
            f"{folder}/product.odps.yaml": PRODUCT.format(name="history"),
            f"{folder}/contracts/history.odcs.yaml": CONTRACT.format(name="history"),
            f"{folder}/models/history.sql": "select 1 as one\n",
            f"{folder}/README.md": "# History\n",
            **(files or {}),
        }
        root = tmp_path / "mesh"
        for name, content in written.items():
            if content is not None:
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content if isinstance(content, bytes) else textwrap.dedent(content).encode())
        return load(root, environ or {})

    return mesh
