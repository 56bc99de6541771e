"""J13, deprecation (its part at plan time): a consumer of a deprecated port is warned with the day and what comes after it."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Hansa = Callable[..., Any]

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: orders.history.history
version: {version}
status: {status}
description: {{purpose: Baskets that were paid.}}
schema:
  - name: history
    properties:
      - {{name: household, logicalType: integer, physicalType: BIGINT, description: Who bought.}}
      - {{name: {total}, logicalType: number, physicalType: "DECIMAL(10,2)", description: What was paid.}}
{more}"""
ENDS = 'slaProperties:\n  - {property: endOfSupport, value: "2027-03-31"}\n'
SPEND = """\
apiVersion: v3.1.0
kind: DataContract
id: customer.spend.spend
version: 1.0.0
status: active
schema:
  - name: spend
    properties:
      - {name: household, logicalType: integer, physicalType: BIGINT, description: Who.}
      - {name: spent, logicalType: number, physicalType: "DECIMAL(38,2)", description: How much.}
"""
PRODUCT = """\
apiVersion: v1.1.0
kind: DataProduct
id: {id}
name: {name}
version: 1.0.0
status: active
{ports}team: {{name: {name}-team, members: [{{username: {owner}, role: owner}}]}}
"""


@pytest.fixture
def shop(in_folder: Path) -> Path:
    """`orders.history` at major 1, read by `customer.spend`, committed."""
    write("hansa.yaml", "apiVersion: hansa/v1\nkind: Mesh\nname: shop\n")
    for domain in ("orders", "customer"):
        write(f"domains/{domain}/domain.yaml", f"apiVersion: hansa/v1\nkind: Domain\nname: {domain}\n")
    offer("1.0.0")
    write(
        "domains/orders/history/contracts/v1.odcs.yaml", CONTRACT.format(version="1.0.0", status="active", total="total", more="")
    )
    write("domains/orders/history/models/history.sql", "SELECT 7::BIGINT AS household, 2.5::DECIMAL(10,2) AS total\n")
    write("domains/customer/spend/contracts/spend.odcs.yaml", SPEND)
    read_major(1, "total")
    for product in ("orders/history", "customer/spend"):
        write(f"domains/{product}/README.md", "What it is.\n")
    git("init", "-q", "-b", "main")
    commit("first")
    return in_folder


def write(name: str, text: str) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def git(*arguments: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True)


def commit(message: str) -> None:
    git("add", "-A")
    git("commit", "-q", "-m", message)


def offer(*versions: str) -> None:
    lines = "".join(f"  - {{name: history, version: {v}, contractId: orders.history.history}}\n" for v in versions)
    text = PRODUCT.format(id="orders.history", name="history", owner="olga", ports=f"outputPorts:\n{lines}")
    write("domains/orders/history/product.odps.yaml", text)


def read_major(major: int, column: str) -> None:
    ports = (
        f"inputPorts:\n  - {{name: history, version: {major}.0.0, contractId: orders.history.history}}\n"
        "outputPorts:\n  - {name: spend, version: 1.0.0, contractId: customer.spend.spend}\n"
    )
    text = PRODUCT.format(id="customer.spend", name="spend", owner="carla", ports=ports)
    write("domains/customer/spend/product.odps.yaml", text)
    sql = f"SELECT household, CAST(sum({column}) AS DECIMAL(38,2)) AS spent FROM history GROUP BY household\n"
    write("domains/customer/spend/models/spend.sql", sql)


def deprecate() -> None:
    """Major 2 comes beside major 1, which says until when it is supported."""
    offer("1.1.0", "2.0.0")
    contracts = "domains/orders/history/contracts"
    write(f"{contracts}/v1.odcs.yaml", CONTRACT.format(version="1.1.0", status="deprecated", total="total", more=ENDS))
    write(f"{contracts}/v2.odcs.yaml", CONTRACT.format(version="2.0.0", status="active", total="amount", more=""))
    write("domains/orders/history/models/history_v2.sql", "SELECT household, total AS amount FROM history\n")


def test_a_consumer_is_warned_with_the_day_and_the_successor_and_nobody_is_blocked(hansa: Hansa, shop: Path) -> None:
    deprecate()
    plan = hansa("plan", "--base", "main", "--json").json
    assert plan["blocked"] is False
    assert [c["change"] for c in plan["changes"] if c["subject"] == "orders.history.history@2"] == ["output port added"]
    assert not [c for c in plan["changes"] if c["breaking"]]
    (warning,) = (w for w in plan["warnings"] if w["code"] == "H236")
    assert (warning["product"], warning["mend"]) == ("customer.spend", "move to major 2")
    assert "support ends 2027-03-31" in warning["summary"]
    assert "support ends 2027-03-31" in hansa("plan", "customer.spend", "--base", "main").out
    assert "H236" in hansa("check").out


def test_the_plan_of_a_product_that_reads_nothing_deprecated_does_not_warn(hansa: Hansa, shop: Path) -> None:
    deprecate()
    assert hansa("plan", "orders.history", "--base", "main", "--json").json["warnings"] == []


def test_the_warning_ends_when_the_consumer_has_moved_and_then_the_old_major_may_go(hansa: Hansa, shop: Path) -> None:
    deprecate()
    commit("deprecated")
    read_major(2, "amount")
    plan = hansa("plan", "--base", "main", "--json").json
    assert plan["warnings"] == []
    assert "input port history reads orders.history.history@2 and no longer orders.history.history@1" in {
        c["change"] for c in plan["changes"]
    }
    commit("moved")
    offer("2.0.0")
    Path("domains/orders/history/contracts/v1.odcs.yaml").unlink()
    plan = hansa("plan", "--base", "main", "--json").json
    (gone,) = (c for c in plan["changes"] if c["subject"] == "orders.history.history@1")
    assert (gone["breaking"], gone["withImpact"], plan["blocked"]) == (True, False, False)


def test_taking_the_old_major_away_too_early_names_who_still_reads_it(hansa: Hansa, shop: Path) -> None:
    deprecate()
    commit("deprecated")
    offer("2.0.0")
    Path("domains/orders/history/contracts/v1.odcs.yaml").unlink()
    plan = hansa("plan", "--base", "main", "--json", code=1).json
    (gone,) = (c for c in plan["changes"] if c["subject"] == "orders.history.history@1")
    assert [(h["name"], h["owner"]) for h in gone["consumers"]] == [("customer.spend", "carla")]
    assert "breaking-change-with-impact" in {v["policy"] for v in plan["violations"] if v["refuses"]}
