"""A small published mesh that commands of this folder are tried on, made once; each test works on its own copy."""

import shutil
from pathlib import Path

import pytest
from tests.warm import ran

CSV = "id,name,born,amount\n1,Ann,1990-01-31,1.50\n2,Bob,,2.25\n3,,2000-02-29,\n"


@pytest.fixture(scope="session")
def _published(tmp_path_factory: pytest.TempPathFactory, warm_hansa: Path) -> Path:
    root = tmp_path_factory.mktemp("published")
    (root / "data.csv").write_text(CSV)
    ran(warm_hansa, root, "init", ".")
    ran(warm_hansa, root, "new", "domain", "customer")
    ran(warm_hansa, root, "new", "product", "customer/profiles", "--from", "data.csv")
    ran(warm_hansa, root, "run", "--quiet")
    return root


@pytest.fixture
def mesh(_published: Path, in_folder: Path) -> Path:
    """The working folder is a copy of the published mesh."""
    shutil.copytree(_published, in_folder, dirs_exist_ok=True)
    # The ledger and the tables name files by absolute path, as Iceberg does: the copy must publish its own.
    shutil.rmtree(in_folder / ".hansa")
    return in_folder


@pytest.fixture
def shared(_published: Path, in_folder: Path) -> Path:
    """The published mesh itself, for commands that only read; the working folder is another one."""
    return _published


@pytest.fixture(scope="session")
def _with_stock(_published: Path, tmp_path_factory: pytest.TempPathFactory, warm_hansa: Path) -> Path:
    root = tmp_path_factory.mktemp("with_stock") / "mesh"
    shutil.copytree(_published, root, ignore=shutil.ignore_patterns(".hansa"))
    ran(warm_hansa, root, "new", "domain", "stock")
    ran(warm_hansa, root, "new", "product", "stock/items", "--from", "data.csv")
    return root


@pytest.fixture
def two(_with_stock: Path, in_folder: Path) -> Path:
    """The mesh with a second domain and product, so that there is somebody whom a rule of the first is not about."""
    shutil.copytree(_with_stock, in_folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".hansa"))
    return in_folder


@pytest.fixture(scope="session")
def _published_two(_with_stock: Path, tmp_path_factory: pytest.TempPathFactory, warm_hansa: Path) -> tuple[Path, Path]:
    """A mesh of two, published, and a copy that it is put back from: it names its files by where they are."""
    root = tmp_path_factory.mktemp("published_two") / "mesh"
    shutil.copytree(_with_stock, root, ignore=shutil.ignore_patterns(".hansa"))
    ran(warm_hansa, root, "run", "--quiet")
    return root, Path(shutil.copytree(root, root.with_name("kept"), symlinks=True))


@pytest.fixture
def published_two(_published_two: tuple[Path, Path], in_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder is the mesh of two as it was published."""
    root, kept = _published_two
    shutil.rmtree(root)
    shutil.copytree(kept, root, symlinks=True)
    monkeypatch.chdir(root)
    return root
