"""Kept products are read one by one, shared as they were, and never believed when they are not what was written."""

import os
from pathlib import Path

import pytest
from benchmarks.generated import write_mesh

from hansa import cache
from hansa.governance.places import Register
from hansa.model import Product
from hansa.model.outline import outline
from hansa.model.unread import Unread
from hansa.trouble import TroubleError
from hansa.wiring import Workplace

LAST = "domains/domain_000/product_00011"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A mesh of twelve products that is kept."""
    write_mesh(tmp_path / "mesh", 12)
    with Workplace(tmp_path / "mesh", {}) as workplace:
        assert workplace.compiled.valid
    return tmp_path / "mesh"


def edit(root: Path, text: str, product: str = LAST) -> None:
    model = root / product / "models/facts.sql"
    model.write_text(f"{model.read_text()}    AND {text}\n")


def packs(root: Path) -> list[Path]:
    return sorted((root / ".hansa/cache").glob("products-*"))


def unread(workplace: Workplace) -> list[str]:
    return [str(p.address) for p in workplace.compiled.mesh.products if isinstance(p, Unread)]


def test_nothing_is_read_of_a_mesh_that_did_not_change(root: Path) -> None:
    with Workplace(root, {}) as workplace:
        products = workplace.compiled.mesh.products
        assert sum(outline(p).columns for p in products) == 12 * 12
        assert products[0].title == "product_00000"
        assert len(unread(workplace)) == 12
        assert products[3].outputs[0].schema.names[0] == "customer_id"
        assert len(unread(workplace)) == 11


def test_an_edit_reads_what_it_touches_and_what_that_reads(root: Path) -> None:
    edit(root, "given_0.orders > 3")
    with Workplace(root, {}) as workplace:
        left = unread(workplace)
        assert len(left) >= 9, left
        assert "domain_000.product_00011" not in left


def test_readers_share_the_very_contract_of_what_they_read(root: Path) -> None:
    with Workplace(root, {}) as workplace:
        products = workplace.compiled.mesh.by_name()
        for product in products.values():
            for given in product.inputs:
                for supplier in product.suppliers:
                    (port,) = products[supplier].outputs
                    if port.contract == given.contract:
                        assert port.contract is given.contract
                        assert port.schema is given.schema


def test_a_folder_that_was_copied_is_believed_for_what_it_says(root: Path) -> None:
    (pack,) = packs(root)
    os.utime(pack, (1, 1))
    assert cache.recall(root / ".hansa/cache/mesh", {}) is not None
    content = pack.read_bytes()
    pack.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert cache.recall(root / ".hansa/cache/mesh", {}) is None


@pytest.mark.parametrize("change", ["gone", "cut", "longer"])
def test_another_pack_is_no_pack(root: Path, change: str) -> None:
    (pack,) = packs(root)
    content = pack.read_bytes()
    pack.write_bytes({"gone": b"", "cut": content[:-1], "longer": content + b"x"}[change])
    if change == "gone":
        pack.unlink()
    assert cache.recall(root / ".hansa/cache/mesh", {}) is None
    with Workplace(root, {}) as workplace:
        assert workplace.compiled.valid


def test_damage_within_a_pack_is_told_and_the_next_command_compiles_anew(root: Path) -> None:
    (pack,) = packs(root)
    before = pack.stat()
    pack.write_bytes(bytes(before.st_size))
    os.utime(pack, ns=(before.st_atime_ns, before.st_mtime_ns))
    with Workplace(root, {}) as workplace:
        product = workplace.compiled.mesh.products[0]
        with pytest.raises(TroubleError, match="H960"):
            product.outputs  # noqa: B018
    with Workplace(root, {}) as workplace:
        assert type(workplace.compiled.mesh.products[0]) is Product
        assert workplace.compiled.mesh.products[0].outputs


def test_products_can_be_read_when_their_packs_were_replaced(root: Path) -> None:
    with Workplace(root, {}) as workplace:
        products = workplace.compiled.mesh.products
        for pack in packs(root):
            pack.unlink()
        assert products[5].outputs[0].contract.id == "domain_000.product_00005.facts"


def test_a_copy_of_the_process_that_closed_all_files_reads_them_again(root: Path) -> None:
    with Workplace(root, {}) as workplace:
        product = workplace.compiled.mesh.products[0]
        child = os.fork()
        if child == 0:
            os.closerange(3, 256)
            os.open(os.devnull, os.O_RDONLY)
            os._exit(0 if product.outputs[0].schema.names else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert product.outputs


def test_only_their_owner_may_read_them(root: Path) -> None:
    assert all(pack.stat().st_mode & 0o077 == 0 for pack in packs(root))


def test_ports_are_placed_without_reading_their_products(root: Path) -> None:
    with Workplace(root, {}) as workplace:
        products = workplace.compiled.mesh.products
        register = Register.of(workplace.compiled.mesh)
        subjects = [
            f"{p.address}{end}"
            for p in products
            for end in ("", ".facts", ".facts@1", ".facts@2", ".given_0", ".given_7", ".nothing")
        ]
        unseen = [register.place(subject) for subject in subjects]
        assert len(unread(workplace)) == 12
        assert all(p.outputs for p in products)
        assert [register.place(subject) for subject in subjects] == unseen
        assert len({*unseen}) > 2 * 12
