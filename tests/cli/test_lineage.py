"""`hansa lineage`: what data comes from and where it goes, as a tree for people and as one document for programs."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hansa.catalog import LineageView, Link
from hansa.cli.lineage_tree import MOST_BRANCHES, write_lineage
from hansa.names import ColumnName, PortName

Hansa = Callable[..., Any]

RETAIL = Path(__file__).parents[2] / "examples" / "retail"
HOUSEHOLDS = "customer.customer_360.households@1"
PURCHASES = "orders.history.purchases@1"
BASKETS = "orders.processing.baskets@1"
TILLS = "source:orders.processing.transactions"


@pytest.fixture(scope="module")
def _retail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("lineage") / "retail"
    shutil.copytree(RETAIL, root, ignore=shutil.ignore_patterns(".hansa"))
    return root


@pytest.fixture
def retail(_retail: Path, hansa: Hansa, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HANSA_MESH", str(_retail))
    return _retail


def edges(document: Any, kind: str = "direct") -> set[tuple[str, str, str]]:
    return {(e["from"], e["to"], e["subtype"]) for e in document["edges"] if e["kind"] == kind}


def test_a_column_is_followed_back_over_domains_to_its_source(hansa: Hansa, retail: Path) -> None:
    told = hansa("lineage", "customer.customer_360#sales_amount", "--up", "--json").json
    assert told["name"] == f"{HOUSEHOLDS}#sales_amount"
    values = {e for e in edges(told) if e[1] in {f"{p}#sales_amount" for p in (HOUSEHOLDS, PURCHASES, BASKETS)}}
    assert values == {
        (f"{PURCHASES}#sales_amount", f"{HOUSEHOLDS}#sales_amount", "aggregation"),
        (f"{BASKETS}#sales_amount", f"{PURCHASES}#sales_amount", "identity"),
        (f"{TILLS}#sales_value", f"{BASKETS}#sales_amount", "aggregation"),
    }
    assert (f"{PURCHASES}#household_id", f"{HOUSEHOLDS}#sales_amount", "group_by") in edges(told, "indirect")
    assert {e["learnt"] for e in told["edges"]} <= {"parsed", "declared"}
    nodes = {n["name"]: n for n in told["nodes"]}
    assert nodes[f"{BASKETS}#sales_amount"]["product"] == "orders.processing"
    assert nodes[f"{TILLS}#sales_value"]["kind"] == "source"
    assert {e[end] for e in told["edges"] for end in ("from", "to")} == set(nodes)


def test_depth_and_direction_bound_the_answer(hansa: Hansa, retail: Path) -> None:
    near = hansa("lineage", f"{BASKETS}#sales_amount", "--depth", "1", "--json").json
    assert (f"{TILLS}#sales_value", f"{BASKETS}#sales_amount", "aggregation") in edges(near)
    assert (f"{BASKETS}#sales_amount", f"{PURCHASES}#sales_amount", "identity") in edges(near)
    assert not [e for e in near["edges"] if e["to"].startswith(HOUSEHOLDS)]
    down = hansa("lineage", f"{BASKETS}#sales_amount", "--down", "--json").json
    assert not [e for e in down["edges"] if e["from"].startswith("source:")]
    assert (f"{PURCHASES}#sales_amount", f"{HOUSEHOLDS}#sales_amount", "aggregation") in edges(down)


def test_what_decides_on_rows_concerns_each_column_of_the_port(hansa: Hansa, retail: Path) -> None:
    told = hansa("lineage", "customer.profiles#household_id", "--down", "--json").json
    joined = {to for start, to, how in edges(told, "indirect") if how == "join" and start.endswith("#household_id")}
    assert len(joined) == 22, "all columns of the households"
    assert f"{HOUSEHOLDS}#average_rating" in joined


@pytest.mark.parametrize(
    "name",
    ["customer.customer_360.households", HOUSEHOLDS, "customer.customer_360.households_v1", "customer/customer_360/households"],
)
def test_a_port_is_known_by_each_of_its_names(hansa: Hansa, retail: Path, name: str) -> None:
    told = hansa("lineage", name, "--up", "--depth", "1", "--json").json
    assert told["name"] == HOUSEHOLDS
    used = {e["from"]: e["columns"] for e in told["edges"]}
    assert used[PURCHASES] == 4
    assert {n["kind"] for n in told["nodes"]} == {"port"}


def test_a_product_is_told_by_products(hansa: Hansa, retail: Path) -> None:
    told = hansa("lineage", "orders.history", "--json").json
    assert {(e["from"], e["to"]) for e in told["edges"]} == {
        ("orders.history", "customer.customer_360"),
        ("orders.processing", "orders.history"),
        (TILLS, "orders.processing"),
    }
    assert {n["kind"] for n in told["nodes"]} == {"product", "source"}


def test_a_source_says_who_is_made_of_it(hansa: Hansa, retail: Path) -> None:
    told = hansa("lineage", f"{TILLS}#sales_value", "--down", "--json").json
    assert f"{HOUSEHOLDS}#spend_fifth" in {n["name"] for n in told["nodes"]}
    assert hansa("lineage", TILLS, "--down").out.splitlines()[0] == TILLS


def test_people_get_a_tree_of_values_and_a_list_of_what_decides(hansa: Hansa, retail: Path) -> None:
    out = hansa("lineage", "customer.customer_360#sales_amount").out
    assert out.startswith(
        f"{HOUSEHOLDS}#sales_amount\n\n"
        "comes from\n"
        f"└─ {PURCHASES}#sales_amount  aggregation\n"
        f"   └─ {BASKETS}#sales_amount  identity\n"
        f"      └─ {TILLS}#sales_value  aggregation\n\n"
        "decided by\n"
    )
    assert f"{PURCHASES}#household_id  group by, join\n" in out
    assert out.endswith("goes into: nothing\n")


def test_all_kinds_stand_in_one_tree_when_asked_so(hansa: Hansa, retail: Path) -> None:
    out = hansa("lineage", "customer.profiles#household_id", "--down", "--indirect").out
    assert "decides about" not in out
    assert f"every column of {HOUSEHOLDS}  join" in out


def test_declared_lineage_is_marked(hansa: Hansa, retail: Path) -> None:
    out = hansa("lineage", "customer.preferences.preferences#private_brand_share", "--up").out
    assert "orders.processing.lines@1#sales_amount  aggregation (declared)" in out
    assert "product.catalog.products@1#brand  transformation (declared)" in out


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("customer.profils", "`customer.profiles`"),
        ("customer.profiles.profile", "`customer.profiles.profiles`"),
        ("customer.profiles.profiles@2", "`customer.profiles.profiles@1`"),
        ("customer.profiles#agee_band", "`customer.profiles.profiles#age_band`"),
        ("source:orders.processing.transaction", f"`{TILLS}`"),
        (f"{TILLS}#sale_value", f"`{TILLS}#sales_value`"),
        ("customer", "customer.profiles"),
        ("a b", "hansa status"),
        ("customer.profiles.profiles@2@3", "hansa status"),
    ],
)
def test_a_name_that_is_not_there_is_told_with_what_may_be_meant(hansa: Hansa, retail: Path, name: str, meant: str) -> None:
    said = hansa("lineage", name, code=2)
    assert "H935" in said.err
    assert meant in said.err
    assert json.loads(hansa("lineage", name, "--json", code=2).out)["error"]["troubles"][0]["code"] == "H935"


def column(port: str, name: str = "x") -> ColumnName:
    return ColumnName(PortName("a", port, port), name, 1)


def test_a_hub_shows_some_and_counts_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    links = tuple(Link(column("hub"), column(f"p{i:04}"), "direct", "identity", "parsed") for i in range(1000))
    write_lineage(LineageView(column("hub"), (), links), up=False, down=True, indirect=False)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3 + MOST_BRANCHES + 1
    assert lines[-1] == "└─ and 960 more"


def test_what_is_reached_twice_is_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    pairs = (("end", "left"), ("end", "right"), ("left", "root"), ("right", "root"), ("root", "source"))
    links = tuple(Link(column(start), column(to), "direct", "identity", "parsed") for to, start in pairs)
    write_lineage(LineageView(column("end"), links), up=True, down=False, indirect=False)
    out = capsys.readouterr().out
    assert out.count("a.source.source@1#x") == 1
    assert out.count("a.root.root@1#x") == 2
    assert out.count("(see above)") == 1
