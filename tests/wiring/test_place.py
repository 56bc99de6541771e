"""Where a mesh is found."""

from pathlib import Path

import pytest

from hansa.trouble import TroubleError
from hansa.wiring import find_root, locate


def mesh(folder: Path) -> Path:
    (folder / "domains" / "shop").mkdir(parents=True)
    (folder / "hansa.yaml").write_text("apiVersion: hansa/v1\nkind: Mesh\nname: small\n")
    (folder / "domains" / "shop" / "domain.yaml").write_text("apiVersion: hansa/v1\nkind: Domain\nname: shop\nowner: a@b.c\n")
    return folder


def test_the_root_is_found_from_below(tmp_path: Path) -> None:
    root = mesh(tmp_path / "mesh")
    assert find_root(root / "domains" / "shop") == root
    assert find_root(root) == root
    assert find_root(tmp_path) is None


def test_a_mesh_is_named_by_option_then_variable_then_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, three = (mesh(tmp_path / name) for name in ("one", "two", "three"))
    monkeypatch.chdir(three / "domains")
    assert locate(one, {"HANSA_MESH": str(two)}) == one
    assert locate(None, {"HANSA_MESH": str(two)}) == two
    assert locate(None, {}) == three


def test_no_mesh_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(TroubleError, match=r"no hansa\.yaml in"):
        locate(tmp_path, {})
    with pytest.raises(TroubleError, match="H901"):
        locate(tmp_path / "missing", {})
