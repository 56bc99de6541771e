"""What an edit changed is written beside what is there; many packs become one, and what nobody names goes."""

import os
import time
from pathlib import Path

import pytest
from benchmarks.generated import write_mesh

from hansa import cache
from hansa.cache import shelving
from hansa.names import parse_product
from hansa.wiring import Workplace

LAST = "domains/domain_000/product_00011"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A mesh of twelve products that is kept."""
    write_mesh(tmp_path / "mesh", 12)
    with Workplace(tmp_path / "mesh", {}) as workplace:
        assert workplace.compiled.valid
    return tmp_path / "mesh"


def edit(root: Path, text: str) -> None:
    model = root / LAST / "models/facts.sql"
    model.write_text(f"{model.read_text()}    AND {text}\n")


def packs(root: Path) -> list[Path]:
    return sorted((root / ".hansa/cache").glob("products-*"))


def test_a_small_pack_is_written_of_an_edit_and_the_others_stay(root: Path) -> None:
    (first,) = packs(root)
    edit(root, "given_0.orders > 3")
    with Workplace(root, {}) as workplace:
        assert workplace.compiled.valid
    (second,) = (p for p in packs(root) if p != first)
    assert second.stat().st_size < first.stat().st_size / 4
    with Workplace(root, {}) as workplace:
        model = workplace.compiled.mesh.by_name()[parse_product("domain_000.product_00011")].models[0]
        assert "given_0.orders > 3" in model.text
        assert not workplace.compilation.was_read


def test_many_packs_become_one(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelving, "_MOST_PACKS", 3)
    for number in range(5):
        edit(root, f"given_0.orders > {number}")
        with Workplace(root, {}) as workplace:
            compiled = workplace.compiled
            assert compiled.valid
        recalled = cache.recall(root / ".hansa/cache/mesh", {})
        assert recalled is not None
        assert len(recalled.shelf.packs) <= 3
        assert recalled.kept.compiled == compiled


def test_packs_that_nobody_names_are_cleared_away_after_a_while(root: Path) -> None:
    left = root / ".hansa/cache/products-0000000000000000"
    for age, stays in ((0, True), (3600, False)):
        left.write_bytes(b"left")
        os.utime(left, (time.time() - age, time.time() - age))
        edit(root, f"given_0.orders > {age}")
        with Workplace(root, {}) as workplace:
            assert workplace.compiled.valid
        assert left.exists() is stays
