"""A kept mesh is used only while nothing that it is made of changed, and reading it can do no harm."""

import datetime as dt
import os
import pickle
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks.generated import write_mesh

from hansa import cache
from hansa.records import digest
from hansa.wiring import Workplace

CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: shop.orders.orders
version: 1.0.0
status: active
description: {purpose: "${WHAT:-orders}"}
schema:
  - name: orders
    properties:
      - {name: id, logicalType: integer, physicalType: BIGINT}
"""
PRODUCT = """\
apiVersion: v1.1.0
kind: DataProduct
id: shop.orders
name: orders
version: 1.0.0
status: active
outputPorts: [{name: orders, version: 1.0.0, contractId: shop.orders.orders}]
team: {name: shop-team, members: [{username: ada, role: owner}]}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "mesh"
    product = folder / "domains/shop/orders"
    for path, text in {
        folder / "hansa.yaml": "apiVersion: hansa/v1\nkind: Mesh\nname: small\nwarehouse: lake\n",
        folder / "domains/shop/domain.yaml": "apiVersion: hansa/v1\nkind: Domain\nname: shop\nowner: a@b.c\n",
        product / "product.odps.yaml": PRODUCT,
        product / "contracts/orders.odcs.yaml": CONTRACT,
        product / "models/orders.sql": "SELECT CAST(1 AS BIGINT) AS id",
        product / "README.md": "# Orders",
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def kept(root: Path, environ: dict[str, str] | None = None) -> bool:
    """Whether a command would find the mesh kept; compiles and keeps it when not."""
    with Workplace(root, environ or {}) as workplace:
        found = cache.recall(root / ".hansa/cache/mesh", environ or {})
        compiled = workplace.compiled
        assert compiled.valid
        if found is not None:
            assert found.kept.compiled == compiled or found.changed
        return found is not None and not found.changed


def test_an_unchanged_mesh_is_recalled_as_it_was_compiled(root: Path) -> None:
    assert not kept(root)
    assert kept(root)
    with Workplace(root, {}) as workplace:
        recalled = workplace.compiled
        assert workplace.warehouse == root / "lake"
        assert not workplace.compilation.was_read, "nothing was read again"
    (root / ".hansa/cache/mesh").unlink()
    with Workplace(root, {}) as workplace:
        assert workplace.compiled == recalled
        assert workplace.compiled.mesh.fingerprint == recalled.mesh.fingerprint


Touch = Callable[[Path], object]
ORDERS = "domains/shop/orders"
CHANGES: dict[str, Touch] = {
    "settings": lambda r: (r / "hansa.yaml").write_text("apiVersion: hansa/v1\nkind: Mesh\nname: small\n"),
    "a new domain": lambda r: (r / "domains/more").mkdir(),
    "a domain": lambda r: (r / "domains/shop/domain.yaml").write_text("apiVersion: hansa/v1\nkind: Domain\nname: shop\n"),
    "a new product": lambda r: (r / "domains/shop/returns").mkdir(),
    "a renamed product": lambda r: (r / ORDERS).rename(r / "domains/shop/sales"),
    "governance appears": lambda r: (r / "governance").mkdir(),
    "policies of a product appear": lambda r: (r / ORDERS / "policies").mkdir(),
    "a product agrees that it is read": lambda r: (r / ORDERS / "agreements.yaml").write_text("kind: Agreements"),
    "a use case of a domain": lambda r: (r / "domains/shop/consumers").mkdir(),
    "a product accepts changes": lambda r: (r / ORDERS / "acknowledgements.yaml").write_text("kind: Acknowledgements"),
}
IN_PRODUCTS: dict[str, Touch] = {
    "a model": lambda r: (r / ORDERS / "models/orders.sql").write_text("SELECT CAST(2 AS BIGINT) AS id"),
    "a model, same size": lambda r: (r / ORDERS / "models/orders.sql").write_text("SELECT CAST(7 AS BIGINT) AS id"),
    "a readme": lambda r: (r / ORDERS / "README.md").write_text("# Other"),
    "a new file": lambda r: (r / ORDERS / "models/more.sql").write_text("SELECT 1 AS x"),
    "a removed file": lambda r: (r / ORDERS / "README.md").unlink(),
    "the product's own file goes": lambda r: (r / ORDERS / "product.odps.yaml").unlink(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_of_what_it_is_made_of_compiles_anew(root: Path, change: str) -> None:
    kept(root)
    CHANGES[change](root)
    assert cache.recall(root / ".hansa/cache/mesh", {}) is None


@pytest.mark.parametrize("folder", ["rules", "../rules"])
def test_governance_counts_wherever_it_lies(root: Path, folder: str) -> None:
    (root / "hansa.yaml").write_text((root / "hansa.yaml").read_text() + f"governance: {folder}\n")
    (root / folder / "policies").mkdir(parents=True)
    assert not kept(root)
    assert kept(root)
    (root / folder / "policies/rule.yaml").write_text(
        "apiVersion: hansa/v1\nkind: Policy\nid: rule\nsql: SELECT product AS subject FROM products WHERE false\n"
    )
    assert not kept(root)
    with Workplace(root, {}) as workplace:
        assert "rule" in {p.id for p in workplace.compiled.mesh.governance.policies}


@pytest.mark.parametrize("change", IN_PRODUCTS)
def test_a_change_within_a_product_is_known_to_be_one(root: Path, change: str) -> None:
    kept(root)
    IN_PRODUCTS[change](root)
    found = cache.recall(root / ".hansa/cache/mesh", {})
    assert found is not None
    assert found.changed == (ORDERS,)
    assert not any("orders" in path for path in found.stamps), "what has to be looked at again"


def test_a_product_that_is_linked_to_is_looked_at_in_every_command(root: Path) -> None:
    (root / "elsewhere").mkdir()
    (root / ORDERS / "contracts").rename(root / "elsewhere/contracts")
    (root / ORDERS / "contracts").symlink_to(root / "elsewhere/contracts")
    assert not kept(root)
    assert not kept(root)


def test_a_copy_of_a_mesh_does_not_answer_for_the_files_of_the_other(root: Path) -> None:
    kept(root)
    copied = root.parent / "copied"
    shutil.copytree(root, copied)
    assert not kept(copied)
    assert kept(copied)
    assert kept(root)


def test_files_that_were_only_touched_did_not_change(root: Path) -> None:
    kept(root)
    for path in (root / ORDERS).rglob("*.*"):
        os.utime(path)
    assert kept(root)


def test_what_changed_while_it_was_compiled_is_not_kept(root: Path) -> None:
    with Workplace(root, {}) as workplace:
        assert workplace.declarations.products
        time.sleep(0.02)
        (root / ORDERS / "models/orders.sql").write_text("SELECT CAST(2 AS BIGINT) AS id")
        assert workplace.compiled.valid
    assert not (root / ".hansa/cache/mesh").exists()


def test_a_model_saved_within_the_tick_in_which_reading_began_is_compiled_by_the_next_command(root: Path) -> None:
    with Workplace(root, {}) as workplace:
        assert workplace.compilation.declarations.products
        began = workplace.compilation._began
        (root / ORDERS / "models/orders.sql").write_text("SELECT CAST(2 AS BIGINT) AS id")
        os.utime(root / ORDERS / "models/orders.sql", ns=(began, began))
        assert workplace.compiled.valid
    with Workplace(root, {}) as workplace:
        (model,) = workplace.compiled.mesh.own[0].models
        assert "2" in model.text


def test_a_model_saved_again_while_its_edit_was_compiled_is_compiled_by_the_next_command(root: Path) -> None:
    kept(root)
    model = root / ORDERS / "models/orders.sql"
    model.write_text("SELECT CAST(2 AS BIGINT) AS id")
    with Workplace(root, {}) as workplace:
        assert "2" in workplace.compiled.mesh.own[0].models[0].text
        model.write_text("SELECT CAST(3 AS BIGINT) AS id")
    with Workplace(root, {}) as workplace:
        assert "3" in workplace.compiled.mesh.own[0].models[0].text


def test_a_clock_that_was_set_back_hides_no_change(root: Path) -> None:
    for path in root.rglob("*"):
        os.utime(path, (4_000_000_000, 4_000_000_000))
    kept(root)
    assert kept(root), "files of the future are compared by what they say"
    model = root / ORDERS / "models/orders.sql"
    model.write_text("SELECT CAST(9 AS BIGINT) AS id")
    os.utime(model, (4_000_000_000, 4_000_000_000))
    assert not kept(root)


def test_where_nothing_can_be_written_the_answer_is_the_same(root: Path) -> None:
    kept(root)
    (root / ORDERS / "README.md").write_text("# Other")
    (root / ".hansa/cache").rename(root / ".hansa/was")
    (root / ".hansa/cache").write_text("no folder")
    with Workplace(root, {}) as workplace:
        assert workplace.compiled.mesh.own[0].readme == "# Other"


@pytest.mark.parametrize("what", ["products", "index"])
def test_where_there_is_no_room_nothing_is_left_behind(root: Path, what: str) -> None:
    assert not kept(root)
    (pack,) = (root / ".hansa/cache").glob("products-*")
    index = root / ".hansa/cache/mesh"
    room = pack.stat().st_size + (1 if what == "index" else -1)
    assert room < index.stat().st_size
    index.unlink()
    before = sorted((root / ".hansa/cache").iterdir())
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Workplace(root, {}) as workplace:
        assert workplace.compiled.valid
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
        try:
            workplace.close()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert sorted((root / ".hansa/cache").iterdir()) == before
    assert not kept(root)


def test_commands_at_the_same_time_find_and_leave_the_same(root: Path) -> None:
    kept(root)
    (root / ORDERS / "models/orders.sql").write_text("SELECT CAST(3 AS BIGINT) AS id")
    command = (sys.executable, "-m", "hansa", "check", "--json", "--mesh", str(root))
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert all('"valid": true' in told.communicate(timeout=60)[0] for told in started)
    with Workplace(root, {}) as workplace:
        (model,) = workplace.compiled.mesh.own[0].models
        assert "3" in model.text
    assert [f.name for f in (root / ".hansa/cache").glob("mesh*")] == ["mesh"]


def test_what_a_process_left_unfinished_is_cleared_away(root: Path) -> None:
    kept(root)
    for name, age in {"mesh.1": 7200, "mesh.2": 0}.items():
        (root / ".hansa/cache" / name).write_text("half")
        os.utime(root / ".hansa/cache" / name, (time.time() - age, time.time() - age))
    (root / ORDERS / "README.md").write_text("# Other")
    kept(root)
    assert sorted(f.name for f in (root / ".hansa/cache").glob("mesh*")) == ["mesh", "mesh.2"]


def test_a_change_within_one_tick_of_the_clock_is_noticed(root: Path) -> None:
    model = root / "domains/shop/orders/models/orders.sql"
    kept(root)
    before = model.stat()
    model.write_text("SELECT CAST(9 AS BIGINT) AS id")
    os.utime(model, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not kept(root)


def test_old_files_are_not_read_again(root: Path) -> None:
    long_ago = time.time() - 3600
    for path in (root / "domains").rglob("*"):
        os.utime(path, (long_ago, long_ago))
    kept(root)
    (root / "domains/shop/orders/models/orders.sql").chmod(0o000)
    assert cache.recall(root / ".hansa/cache/mesh", {}) is not None


def test_a_variable_that_the_mesh_names_counts_and_others_do_not(root: Path) -> None:
    assert not kept(root, {"WHAT": "a"})
    assert kept(root, {"WHAT": "a", "OTHER": "b"})
    assert not kept(root, {"WHAT": "c"})
    assert not kept(root, {})
    assert b'"c"' not in (root / ".hansa/cache/mesh").read_bytes().split(b"\n")[0], "values stand there only as digests"


def test_a_mesh_with_a_decision_that_ends_is_kept_for_the_days_on_which_it_means_the_same(root: Path) -> None:
    (root / "governance").mkdir()
    decision = "{column: shop.orders.orders#id, lowers: [a], to: b, reason: r, approver: p, scope: s, expires: %s}"
    entries = "".join(f"  - {decision % day}\n" for day in ("2000-01-31", "2999-12-31"))
    text = f"apiVersion: hansa/v1\nkind: Declassifications\ndeclassifications:\n{entries}"
    (root / "governance/declassifications.yaml").write_text(text)
    kept(root)
    days = {(2000, 1, 31): False, (2000, 2, 1): True, (2999, 12, 31): True, (3000, 1, 1): False}
    for day, holds in days.items():
        assert (cache.recall(root / ".hansa/cache/mesh", {}, dt.date(*day)) is not None) is holds, day
    assert cache.recall(root / ".hansa/cache/mesh", {}) is None, "nobody can tell without a day"


def test_a_mesh_with_an_agreement_that_ends_is_recalled_with_it(root: Path) -> None:
    agreement = "{consumer: shop.orders, port: orders, expires: 2999-12-31, approver: ada}"
    (root / ORDERS / "agreements.yaml").write_text(f"apiVersion: hansa/v1\nkind: Agreements\nagreements: [{agreement}]\n")
    assert not kept(root)
    assert kept(root)


def test_a_mesh_in_trouble_is_not_kept(root: Path) -> None:
    (root / "domains/shop/orders/models/orders.sql").write_text("SELECT 1 AS other")
    with Workplace(root, {}) as workplace:
        assert not workplace.compiled.valid
    assert not (root / ".hansa/cache/mesh").exists()


@pytest.mark.parametrize("damage", [b"", b"{}\n", b"not json", b"\xff\xfe\n", b'{"format": 1}\n'])
def test_a_damaged_cache_is_no_cache(root: Path, damage: bytes) -> None:
    kept(root)
    file = root / ".hansa/cache/mesh"
    file.write_bytes(damage)
    assert cache.recall(file, {}) is None
    file.write_bytes(damage + b"rest")
    assert not kept(root)


def test_a_cut_or_changed_body_is_no_cache(root: Path) -> None:
    kept(root)
    file = root / ".hansa/cache/mesh"
    whole = file.read_bytes()
    for wrong in (whole[:-1], whole[:-1] + b"x", whole + b"x"):
        file.write_bytes(wrong)
        assert cache.recall(file, {}) is None


class Harm:
    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("touch harmed",)


def test_a_cache_that_somebody_forged_runs_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(root)
    monkeypatch.chdir(root)
    file = root / ".hansa/cache/mesh"
    head, _ = file.read_bytes().split(b"\n", 1)
    body = pickle.dumps(Harm())
    import json

    forged = {**json.loads(head), "body": digest(body)}
    file.write_bytes(json.dumps(forged).encode() + b"\n" + body)
    assert cache.recall(file, {}) is None
    assert not (root / "harmed").exists()


def test_only_its_owner_may_read_it(root: Path) -> None:
    kept(root)
    assert (root / ".hansa/cache/mesh").stat().st_mode & 0o077 == 0


def test_the_next_command_waits_until_a_large_mesh_is_kept(tmp_path: Path) -> None:
    """The command that compiled it does not: it answers, and a copy of it writes."""
    write_mesh(tmp_path / "mesh", 110)
    command = [sys.executable, "-m", "hansa", "check", "--mesh", str(tmp_path / "mesh")]
    subprocess.run(command, check=True, capture_output=True)
    file = tmp_path / "mesh/.hansa/cache/mesh"
    cache.await_claim(file)
    recalled = cache.recall(file, os.environ, dt.date.today())
    assert recalled is not None
    assert not recalled.changed
    assert len(recalled.kept.compiled.mesh.products) == 110


def test_a_mesh_is_kept_by_one_at_a_time_and_waiting_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "cache/mesh"
    claimed = cache.claim(file)
    assert claimed is not None
    assert cache.claim(file) is None
    monkeypatch.setattr("hansa.cache.files._PATIENCE", 3)
    cache.await_claim(file)  # somebody holds it for ever
    os.close(claimed)
    again = cache.claim(file)
    assert again is not None
    os.close(again)
    (tmp_path / "blocked").write_text("")
    assert cache.claim(tmp_path / "blocked/cache/mesh") is None
