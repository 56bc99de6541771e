"""Where a mesh is found, and what a workplace makes of its settings."""

from pathlib import Path

import pytest

from hansa.trouble import TroubleError
from hansa.wiring import Workplace, find_root, locate


def mesh(folder: Path, text: str = "") -> Path:
    (folder / "domains" / "shop").mkdir(parents=True)
    (folder / "hansa.yaml").write_text(f"apiVersion: hansa/v1\nkind: Mesh\nname: small\n{text}")
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


def test_an_unknown_engine_is_told_with_what_was_meant(tmp_path: Path) -> None:
    root = mesh(tmp_path / "mesh", "platforms:\n  here: {engine: dukdb}\n")
    with Workplace(root, {}) as workplace:
        assert any("duckdb" in t.mend for t in workplace.compiled.troubles), workplace.compiled.troubles
