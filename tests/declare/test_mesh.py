"""A mesh folder is read whole, in one pass, whatever is wrong in it."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from hansa.declare import Declarations, load
from hansa.model import Language
from hansa.names import ProductName
from hansa.trouble import Trouble

MeshOf = Callable[..., Declarations]

MESH = "apiVersion: hansa/v1\nkind: Mesh\nname: retail\n"
HISTORY = "domains/orders/history"


def codes(found: Declarations) -> list[str]:
    return [t.code for t in found.troubles]


def the_trouble(found: Declarations, code: str) -> Trouble:
    (trouble,) = (t for t in found.troubles if t.code == code)
    return trouble


def test_a_healthy_mesh_is_read_without_troubles(mesh_of: MeshOf) -> None:
    found = mesh_of()
    assert found.troubles == ()
    assert found.mesh.name == "retail"
    (domain,) = found.domains
    assert (domain.name, domain.owner, domain.folder, domain.platform) == ("orders", "team-orders", "domains/orders", "embedded")
    (product,) = found.products
    assert product.address == ProductName("orders", "history")
    assert product.folder == HISTORY
    assert product.readme == "# History\n"
    assert [c.odcs.id for c in product.contracts] == ["history-contract"]
    (model,) = product.models
    assert (model.name, model.language, model.text) == ("history", Language.SQL, "select 1 as one\n")
    assert model.file == f"{HISTORY}/models/history.sql"
    assert model.path == found.root / model.file


def test_defaults_of_a_mesh(mesh_of: MeshOf) -> None:
    mesh = mesh_of().mesh
    assert (mesh.ledger, mesh.warehouse) == ("sqlite:///.hansa/ledger.db", ".hansa/warehouse")
    assert [(p.name, p.engine, p.options) for p in mesh.platforms] == [("embedded", "duckdb", ())]
    assert mesh.platform == "embedded"


@pytest.mark.parametrize(
    "options", ["memoryLimit: 4GB, threads: 8", "memoryLimit: 512 MiB, threads: 0", "memoryLimit: 0.5TB", "memoryLimit: 80%"]
)
def test_options_of_engines_have_their_forms(mesh_of: MeshOf, options: str) -> None:
    assert codes(mesh_of({"hansa.yaml": MESH + f"platforms: {{p: {{engine: duckdb, {options}}}}}\n"})) == []


def test_platforms_keep_their_options_and_the_mesh_overrules_the_domain(mesh_of: MeshOf) -> None:
    found = mesh_of(
        {
            "hansa.yaml": MESH
            + """\
platforms:
  embedded: {engine: duckdb, memoryLimit: 1GB, threads: 2}
  sail: {engine: spark, remote: "${SAIL:-sc://localhost:50051}"}
domains:
  - domains/*
  - {path: domains/stock, platform: sail}
""",
            "domains/orders/domain.yaml": "apiVersion: hansa/v1\nkind: Domain\nplatform: sail\n",
            "domains/stock/domain.yaml": "apiVersion: hansa/v1\nkind: Domain\nplatform: embedded\n",
            "domains/zoo/domain.yaml": "apiVersion: hansa/v1\nkind: Domain\n",
        }
    )
    assert found.troubles == ()
    assert [(p.name, p.engine, p.options) for p in found.mesh.platforms] == [
        ("embedded", "duckdb", (("memoryLimit", "1GB"), ("threads", "2"))),
        ("sail", "spark", (("remote", "sc://localhost:50051"),)),
    ]
    assert [(d.name, d.platform) for d in found.domains] == [("orders", "sail"), ("stock", "sail"), ("zoo", "embedded")]


def test_a_domain_may_lie_outside_of_the_folder(mesh_of: MeshOf) -> None:
    found = mesh_of(
        {
            "hansa.yaml": MESH + "domains: [domains/*, ../elsewhere/stock]\n",
            "../elsewhere/stock/domain.yaml": "apiVersion: hansa/v1\nkind: Domain\n",
            "../elsewhere/stock/levels/product.odps.yaml": "apiVersion: v1.1.0\nkind: DataProduct\nid: x\n",
        }
    )
    assert found.troubles == ()
    assert [p.folder for p in found.products] == ["../elsewhere/stock/levels", HISTORY][::-1]


def test_teams_are_read_and_a_second_of_one_name_is_told(mesh_of: MeshOf) -> None:
    entries = "  - {name: b, contact: b@x.org, members: [ada]}\n  - {name: a}\n  - {name: b}\n"
    text = f"apiVersion: hansa/v1\nkind: Teams\nteams:\n{entries}"
    found = mesh_of({"governance/teams.yaml": text})
    assert [(t.name, t.contact, t.members) for t in found.teams] == [("a", "", ()), ("b", "b@x.org", ("ada",))]
    assert [(p.line, p.note) for p in the_trouble(found, "H160").places] == [(4, "the first"), (6, "again here")]
    assert found.teams[1].place.line == 4


def test_the_product_is_named_by_its_file_and_else_by_its_folder(mesh_of: MeshOf) -> None:
    product = "apiVersion: v1.1.0\nkind: DataProduct\nid: x\nname: {}\n"
    found = mesh_of(
        {
            f"{HISTORY}/product.odps.yaml": product.format("past"),
            "domains/orders/baskets/product.odps.yaml": product.format("All our Baskets"),
            "domains/orders/Nice Things/product.odps.yaml": product.format("Nice Things!"),
        }
    )
    assert [str(p.address) for p in found.products] == ["orders.baskets", "orders.past"]
    trouble = the_trouble(found, "H154")
    assert trouble.mend == "write `name: nice_things`"
    assert trouble.places[0].file == "domains/orders/Nice Things/product.odps.yaml"


def test_troubles_are_filed_under_their_product_and_the_others_load(mesh_of: MeshOf) -> None:
    found = mesh_of(
        {
            "domains/orders/broken/product.odps.yaml": "a: [",
            "domains/orders/other/product.odps.yaml": "apiVersion: v1.1.0\nkind: DataProduct\nid: o\noutputPorts: [{name: Ab}]\n",
            "domains/orders/other/contracts/a.odcs.yaml": "kind: !!python/none x\n",
            "domains/orders/other/contracts/b.odcs.yaml": "apiVersion: v3.2.0\nkind: DataContract\nid: b\nversion: 1.0.0\nx: 1\n",
        }
    )
    assert [str(p.address) for p in found.products] == ["orders.history", "orders.other"]
    assert [c.odcs.id for c in found.products[1].contracts] == ["b"]
    assert {(t.code, t.product) for t in found.troubles} == {
        ("H104", "orders.broken"),
        ("H154", "orders.other"),
        ("H106", "orders.other"),
        ("H122", "orders.other"),
    }
    assert the_trouble(found, "H154").mend == "call it `ab`"


BAD_DAYS: list[tuple[Mapping[str, str | bytes], str, str]] = [
    ({"hansa.yaml": MESH + "domains: [domains/*, nowhere/*]\n"}, "H151", "hansa.yaml:4:22"),
    ({"hansa.yaml": MESH + "domains: [domains/*, {path: gone}]\n"}, "H151", "hansa.yaml:4:29"),
    ({"hansa.yaml": MESH + "domains: domains\n"}, "H120", "hansa.yaml:4:10"),
    ({"hansa.yaml": MESH + "domains: [domains/*, 3]\n"}, "H120", "hansa.yaml:4:22"),
    ({"hansa.yaml": MESH + "platform: embeded\n"}, "H155", "hansa.yaml:4:11"),
    ({"hansa.yaml": MESH + "platforms: {p: {engine: duckdbb}}\n"}, "H124", "hansa.yaml:4:25"),
    ({"hansa.yaml": MESH + "platforms: {p: {engine: duckdb, memorylimit: 1}}\n"}, "H122", "hansa.yaml:4:33"),
    ({"hansa.yaml": MESH + "platforms: {p: {engine: duckdb, threads: lots}}\n"}, "H126", "hansa.yaml:4:42"),
    ({"hansa.yaml": MESH + "platforms: {p: {engine: duckdb, threads: 1.5}}\n"}, "H126", "hansa.yaml:4:42"),
    ({"hansa.yaml": MESH + "platforms: {p: {engine: duckdb, threads: -1}}\n"}, "H126", "hansa.yaml:4:42"),
    ({"hansa.yaml": MESH + "platforms: {p: {engine: duckdb, memoryLimit: much}}\n"}, "H126", "hansa.yaml:4:46"),
    ({"hansa.yaml": MESH + "platforms: {p: {engine: duckdb, memoryLimit: 1000}}\n"}, "H126", "hansa.yaml:4:46"),
    ({"hansa.yaml": MESH + "platforms: {p: {engine: duckdb, memoryLimit: 0.0GB}}\n"}, "H126", "hansa.yaml:4:46"),
    ({"hansa.yaml": MESH.replace("retail", "My Shop")}, "H154", "hansa.yaml:3:7"),
    ({"hansa.yaml": MESH + "domain: x\n"}, "H122", "hansa.yaml:4:1"),
    ({"hansa.yaml": MESH + "ledger: '${LEDGER}'\n"}, "H110", "hansa.yaml:4:9"),
    (
        {"domains/stock/domain.yaml": "apiVersion: hansa/v1\nkind: Domain\nname: orders\n"},
        "H152",
        "domains/orders/domain.yaml:3:7",
    ),
    (
        {"domains/stock/domain.yaml": "apiVersion: hansa/v1\nkind: Domain\nplatform: x\n"},
        "H155",
        "domains/stock/domain.yaml:3:11",
    ),
    ({"domains/stock/domain.yaml": "apiVersion: hansa/v2\nkind: Domain\n"}, "H124", "domains/stock/domain.yaml:1:13"),
    ({"domains/stock/domain.yaml": "name: \xe9".encode("latin-1")}, "H103", "domains/stock/domain.yaml:1:7"),
    ({"domains/9 lives/domain.yaml": "apiVersion: hansa/v1\nkind: Domain\n"}, "H154", "domains/9 lives/domain.yaml"),
    ({"domains/stock/readme": ""}, "H161", "domains/stock"),
    ({"domains/orders/new/product.yaml": ""}, "H162", "domains/orders/new"),
    (
        {"domains/orders/again/product.odps.yaml": "apiVersion: v1.1.0\nkind: DataProduct\nid: x\nname: history\n"},
        "H153",
        "domains/orders/again/product.odps.yaml:4:7",
    ),
    ({f"{HISTORY}/contracts/more.yaml": ""}, "H163", f"{HISTORY}/contracts/more.yaml"),
    ({f"{HISTORY}/models/history.py": ""}, "H159", f"{HISTORY}/models/history.py"),
    ({f"{HISTORY}/models/my-model.sql": ""}, "H154", f"{HISTORY}/models/my-model.sql"),
    ({f"{HISTORY}/models/latin.sql": b"select '\xe9'"}, "H103", f"{HISTORY}/models/latin.sql:1:9"),
    ({f"{HISTORY}/models/big.sql": "-" * 1_000_001}, "H102", f"{HISTORY}/models/big.sql"),
    ({f"{HISTORY}/README.md": b"\xff"}, "H103", f"{HISTORY}/README.md:1:1"),
    ({f"{HISTORY}/contracts/huge.odcs.yaml": b"a: " + b"x" * 5_000_000}, "H102", f"{HISTORY}/contracts/huge.odcs.yaml"),
]


@pytest.mark.parametrize(("files", "code", "place"), BAD_DAYS, ids=[f"{code} {place}" for _, code, place in BAD_DAYS])
def test_a_bad_day_is_one_trouble_and_the_rest_is_read(
    mesh_of: MeshOf, files: Mapping[str, str | bytes], code: str, place: str
) -> None:
    found = mesh_of(files)
    assert codes(found) == [code]
    assert str(found.troubles[0].places[0]) == place
    expected = [] if place == "hansa.yaml:4:10" else ["orders.history"]
    assert [str(p.address) for p in found.products] in (expected, ["orders.history"])


def test_a_folder_without_a_mesh_says_how_to_begin_one(tmp_path: Path) -> None:
    found = load(tmp_path, {})
    assert codes(found) == ["H150"]
    assert found.domains == ()
    assert "hansa init" in found.troubles[0].mend


def test_links_in_circles_and_into_nothing_are_told(mesh_of: MeshOf, tmp_path: Path) -> None:
    mesh_of()
    orders = tmp_path / "mesh/domains/orders"
    (orders / "again").symlink_to(orders)
    (orders / "nothing").symlink_to(tmp_path / "gone")
    (orders / "itself").symlink_to(orders / "itself")
    (orders / "history/models/lost.sql").symlink_to(tmp_path / "gone")
    found = load(tmp_path / "mesh", {})
    assert [str(p.address) for p in found.products] == ["orders.history"]
    assert "H158" in codes(found)
    assert "H101" in codes(found)
    assert any(t.product == "orders.history" for t in found.troubles if t.code == "H101")


def test_a_pipe_in_the_place_of_a_file_does_not_hold_us_up(mesh_of: MeshOf, tmp_path: Path) -> None:
    mesh_of()
    contracts = tmp_path / "mesh" / HISTORY / "contracts"
    os.mkfifo(contracts / "pipe.odcs.yaml")
    (contracts / "folder.odcs.yaml").mkdir()
    found = load(tmp_path / "mesh", {})
    assert codes(found) == ["H101"]
    assert "regular file" in found.troubles[0].summary
    assert "delete" not in found.troubles[0].mend


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_rights_is_told(mesh_of: MeshOf, tmp_path: Path) -> None:
    mesh_of()
    (tmp_path / "mesh" / HISTORY / "contracts/history.odcs.yaml").chmod(0)
    assert codes(load(tmp_path / "mesh", {})) == ["H101"]


def test_the_order_of_files_on_disk_does_not_matter(mesh_of: MeshOf, tmp_path: Path) -> None:
    product = "apiVersion: v1.1.0\nkind: DataProduct\nid: {0}\nname: {0}\nnonsense: 1\n"
    names = ["d", "b", "c", "a"]
    first = mesh_of({f"domains/orders/{n}/product.odps.yaml": product.format(n) for n in names})
    for name in names:
        (tmp_path / f"mesh/domains/orders/{name}/product.odps.yaml").unlink()
    second = mesh_of({f"domains/orders/{n}/product.odps.yaml": product.format(n) for n in reversed(names)})
    assert [str(p.address) for p in first.products] == [f"orders.{n}" for n in "abcd"] + ["orders.history"]
    assert first == second


def test_nothing_is_written_and_models_are_not_executed(mesh_of: MeshOf, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    code = f"from pathlib import Path\nPath({str(marker)!r}).touch()\n"
    mesh_of({f"{HISTORY}/models/other.py": code})
    before = sorted(p.as_posix() for p in (tmp_path / "mesh").rglob("*"))
    assert load(tmp_path / "mesh", {}).troubles == ()
    assert not marker.exists()
    assert sorted(p.as_posix() for p in (tmp_path / "mesh").rglob("*")) == before
