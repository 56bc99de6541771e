"""J5, breaking change: before it is merged, the plan names whose column breaks; the version must say it; owners may accept it."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Hansa = Callable[..., Any]

HISTORY = """\
apiVersion: v3.1.0
kind: DataContract
id: orders.history.history
version: 1.0.0
status: active
description: {purpose: Baskets that were paid.}
schema:
  - name: history
    properties:
      - {name: basket, logicalType: integer, physicalType: BIGINT, description: Its number.}
      - {name: household, logicalType: integer, physicalType: BIGINT, description: Who bought.}
      - {name: total, logicalType: number, physicalType: "DECIMAL(10,2)", description: What was paid.}
      - {id: remark, name: note, logicalType: string, physicalType: VARCHAR, description: A remark.}
"""

SPEND = """\
apiVersion: v3.1.0
kind: DataContract
id: customer.spend.spend
version: 1.0.0
status: active
description: {purpose: What households spend.}
schema:
  - name: spend
    properties:
      - {name: household, logicalType: integer, physicalType: BIGINT, description: Who.}
      - {name: spent, logicalType: number, physicalType: "DECIMAL(38,2)", description: How much.}
"""

PRODUCT = """\
apiVersion: v1.1.0
kind: DataProduct
id: {domain}.{name}
name: {name}
version: 1.0.0
status: active
description: {{purpose: "{name}"}}
{inputs}outputPorts:
  - {{name: {name}, version: 1.0.0, contractId: {domain}.{name}.{name}}}
team: {{name: {domain}-team, members: [{{username: {owner}, role: owner}}, {{username: {other}}}]}}
"""

READS_HISTORY = "inputPorts:\n  - {name: history, version: 1.0.0, contractId: orders.history.history}\n"
SPEND_SQL = "SELECT household, CAST(sum(total) AS DECIMAL(38,2)) AS spent FROM history GROUP BY household\n"
ROW = "CAST(1 AS BIGINT) AS basket, CAST(7 AS BIGINT) AS household"


@pytest.fixture
def shop(in_folder: Path) -> Path:
    """`orders.history`, read by `customer.spend`, committed; nothing of it is run."""
    write(in_folder / "hansa.yaml", "apiVersion: hansa/v1\nkind: Mesh\nname: shop\n")
    write(in_folder / ".gitignore", ".hansa/\n")
    for domain in ("orders", "customer"):
        write(in_folder / f"domains/{domain}/domain.yaml", f"apiVersion: hansa/v1\nkind: Domain\nname: {domain}\n")
    history, spend = in_folder / "domains/orders/history", in_folder / "domains/customer/spend"
    write(history / "product.odps.yaml", PRODUCT.format(domain="orders", name="history", inputs="", owner="olga", other="oscar"))
    write(history / "contracts/history.odcs.yaml", HISTORY)
    write(history / "models/history.sql", f"SELECT {ROW}, CAST(2.5 AS DECIMAL(10,2)) AS total, 'x' AS note\n")
    write(history / "README.md", "Baskets.\n")
    said = PRODUCT.format(domain="customer", name="spend", inputs=READS_HISTORY, owner="carla", other="chris")
    write(spend / "product.odps.yaml", said)
    write(spend / "contracts/spend.odcs.yaml", SPEND)
    write(spend / "models/spend.sql", SPEND_SQL)
    write(spend / "README.md", "Spend.\n")
    git("init", "-q", "-b", "main")
    commit("first")
    return in_folder


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def git(*arguments: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True)


def commit(message: str) -> None:
    git("add", "-A")
    git("commit", "-q", "-m", message)


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text, before
    path.write_text(text.replace(before, after))


def contract(shop: Path) -> Path:
    return shop / "domains/orders/history/contracts/history.odcs.yaml"


def model(shop: Path) -> Path:
    return shop / "domains/orders/history/models/history.sql"


def remove_total(shop: Path) -> None:
    """A column that `customer.spend` reads goes: that product no longer compiles in the same tree."""
    text = contract(shop).read_text()
    contract(shop).write_text("".join(line for line in text.splitlines(keepends=True) if "name: total" not in line))
    edit(model(shop), ", CAST(2.5 AS DECIMAL(10,2)) AS total", "")


def retype_total(shop: Path) -> None:
    """It becomes finer: its reader still compiles, and may meet numbers that it could not meet before."""
    edit(contract(shop), "DECIMAL(10,2)", "DECIMAL(14,4)")
    edit(model(shop), "DECIMAL(10,2)", "DECIMAL(14,4)")


def rename_note(shop: Path) -> None:
    """A column that nobody reads gets another name."""
    edit(contract(shop), "name: note", "name: remark")
    edit(model(shop), "AS note", "AS remark")


def say_version(shop: Path, version: str) -> None:
    edit(contract(shop), "version: 1.0.0", f"version: {version}")
    edit(shop / "domains/orders/history/product.odps.yaml", "version: 1.0.0, contractId", f"version: {version}, contractId")


def of(plan: Any, subject: str) -> Any:
    (found,) = (c for c in plan["changes"] if c["subject"] == subject and c["impact"] == "major")
    return found


def against_ledger(hansa: Hansa) -> tuple[str, ...]:
    hansa("run", "-q")
    return ()


def against_base(hansa: Hansa) -> tuple[str, ...]:
    return ("--base", "main")


both_ways = pytest.mark.parametrize("way", [against_ledger, against_base])


@both_ways
def test_a_removed_column_names_product_model_column_and_owner_though_they_no_longer_compile(
    hansa: Hansa, shop: Path, way: Callable[[Hansa], tuple[str, ...]]
) -> None:
    compared = way(hansa)
    remove_total(shop)
    plan = hansa("plan", "--json", *compared, code=1).json
    gone = of(plan, "orders.history.history@1#total")
    assert (gone["type"], gone["impact"], gone["breaking"], gone["withImpact"]) == ("remove", "major", True, True)
    assert gone["versions"] == {"before": "1.0.0", "after": "1.0.0", "suggested": "2.0.0", "tooSmall": True}
    (hit,) = gone["consumers"]
    assert hit == {
        "kind": "product",
        "name": "customer.spend",
        "model": "spend",
        "column": "spent",
        "owner": "carla",
        "learnt": "lineage",
        "port": "customer.spend.spend@1",
        "reads": "total",
        "usage": hit["usage"],
        "acknowledged": False,
    }
    assert "aggregation" in hit["usage"]
    steps = {s["product"]: s for s in plan["steps"]}
    assert steps["customer.spend"]["action"] == "blocked"
    assert "H" in steps["customer.spend"]["reason"]
    text = hansa("plan", *compared, code=1).out
    assert "read by customer.spend in model spend → spent (aggregation), owner carla" in text


@both_ways
def test_a_retyped_column_names_its_reader_which_still_compiles(
    hansa: Hansa, shop: Path, way: Callable[[Hansa], tuple[str, ...]]
) -> None:
    compared = way(hansa)
    retype_total(shop)
    change = of(hansa("plan", "--json", *compared, code=None).json, "orders.history.history@1#total")
    assert (change["before"], change["after"], change["breaking"]) == ("DECIMAL(10,2)", "DECIMAL(14,4)", True)
    assert [(h["name"], h["column"]) for h in change["consumers"]] == [("customer.spend", "spent")]


@both_ways
def test_renaming_a_column_that_nobody_reads_is_one_change_without_impact(
    hansa: Hansa, shop: Path, way: Callable[[Hansa], tuple[str, ...]]
) -> None:
    compared = way(hansa)
    rename_note(shop)
    plan = hansa("plan", "--json", *compared, code=None).json
    change = of(plan, "orders.history.history@1#note")
    assert (change["breaking"], change["withImpact"], change["consumers"]) == (True, False, [])
    assert change["versions"]["tooSmall"] is True
    assert not [c for c in plan["changes"] if c["column"] == "remark"]


def test_a_new_major_in_the_place_of_the_old_one_hits_all_its_readers(hansa: Hansa, shop: Path) -> None:
    rename_note(shop)
    say_version(shop, "2.0.0")
    plan = hansa("plan", "--json", "--base", "main", code=1).json
    gone = of(plan, "orders.history.history@1")
    assert gone["type"] == "remove"
    assert [(h["name"], h["model"], h["column"]) for h in gone["consumers"]] == [("customer.spend", "spend", "*")]
    assert [c["type"] for c in plan["changes"] if c["subject"] == "orders.history.history@2"] == ["add"]


@both_ways
def test_an_accepted_change_is_told_with_who_accepted_it(
    hansa: Hansa, shop: Path, way: Callable[[Hansa], tuple[str, ...]]
) -> None:
    compared = way(hansa)
    retype_total(shop)
    subject = "orders.history.history#total"
    refused = hansa("acknowledge", subject, "--for", "customer.spend", "--reason", "fine", "--by", "olga", *compared, code=2)
    assert "H332" in refused.err
    said = hansa(
        "acknowledge", subject, "--for", "customer.spend", "--reason", "we: round", "--by", "carla", "--json", *compared
    ).json
    assert said["file"] == "domains/customer/spend/acknowledgements.yaml"
    assert said["acknowledged"]["version"] == "1.0.0"
    plan = hansa("plan", "--json", *compared, code=None).json
    change = of(plan, "orders.history.history@1#total")
    assert [h["acknowledged"] for h in change["consumers"]] == [True]
    assert change["withImpact"] is False
    assert "owner carla, acknowledged" in hansa("plan", *compared, code=None).out


def test_an_acknowledgement_of_another_version_accepts_nothing(hansa: Hansa, shop: Path) -> None:
    retype_total(shop)
    subject = "orders.history.history#total"
    options = ("--for", "customer.spend", "--reason", "later", "--by", "chris", "--version", "3.0.0")
    hansa("acknowledge", subject, *options)
    change = of(hansa("plan", "--json", "--base", "main", code=None).json, "orders.history.history@1#total")
    assert [h["acknowledged"] for h in change["consumers"]] == [False]


def violations(plan: Any, policy: str) -> list[str]:
    return sorted({v["subject"] for v in plan["violations"] if v["policy"] == policy and v["refuses"]})


@both_ways
def test_what_breaks_somebody_is_refused_and_so_is_a_version_that_hides_it(
    hansa: Hansa, shop: Path, way: Callable[[Hansa], tuple[str, ...]]
) -> None:
    compared = way(hansa)
    retype_total(shop)
    plan = hansa("plan", "--json", *compared, code=1).json
    assert violations(plan, "breaking-change-with-impact") == ["orders.history.history@1#total"]
    assert violations(plan, "contract-version-bump") == ["orders.history.history@1"]
    steps = {s["product"]: s for s in plan["steps"]}
    assert steps["orders.history"]["action"] == "blocked"
    assert "breaking-change-with-impact" in steps["orders.history"]["reason"] + hansa("plan", *compared, code=1).out
    # Its reader reads what is published, and is not held up.
    assert steps["customer.spend"]["action"] in ("keep", "build")


@both_ways
def test_without_a_reader_only_the_version_is_refused_and_a_new_major_is_enough(
    hansa: Hansa, shop: Path, way: Callable[[Hansa], tuple[str, ...]]
) -> None:
    edit(
        shop / "domains/customer/spend/models/spend.sql", SPEND_SQL, "SELECT 1::BIGINT AS household, 1::DECIMAL(38,2) AS spent\n"
    )
    edit(shop / "domains/customer/spend/product.odps.yaml", READS_HISTORY, "")
    commit("nobody reads history")
    compared = way(hansa)
    rename_note(shop)
    plan = hansa("plan", "--json", *compared, code=1).json
    assert violations(plan, "breaking-change-with-impact") == []
    assert violations(plan, "contract-version-bump") == ["orders.history.history@1"]
    say_version(shop, "2.0.0")
    plan = hansa("plan", "--json", *compared).json
    assert plan["blocked"] is False
    assert of(plan, "orders.history.history@1")["withImpact"] is False


@both_ways
def test_a_port_may_go_when_its_reader_accepts_it_and_the_reader_waits(
    hansa: Hansa, shop: Path, way: Callable[[Hansa], tuple[str, ...]]
) -> None:
    compared = way(hansa)
    remove_total(shop)
    say_version(shop, "2.0.0")
    assert violations(hansa("plan", "--json", *compared, code=1).json, "breaking-change-with-impact") == [
        "orders.history.history@1"
    ]
    options = ("--for", "customer.spend", "--reason", "we move next week", "--by", "carla", *compared)
    hansa("acknowledge", "orders.history.history@1", *options)
    plan = hansa("plan", "--json", *compared, code=1).json
    assert violations(plan, "breaking-change-with-impact") == []
    steps = {s["product"]: s["action"] for s in plan["steps"]}
    assert steps == {"orders.history": "build", "customer.spend": "blocked"}


def test_what_is_refused_is_not_run_and_its_readers_keep_what_they_had(hansa: Hansa, shop: Path) -> None:
    hansa("run", "-q")
    before = hansa("query", "SELECT * FROM customer.spend", "--json").json
    retype_total(shop)
    outcome = {p["name"]: p["status"] for p in hansa("run", "--json", code=1).json["products"]}
    assert outcome["orders.history"] == "blocked"
    assert hansa("query", "SELECT * FROM customer.spend", "--json").json == before
    (port,) = hansa("describe", "orders.history", "--json").json["outputs"]
    assert hansa("query", "SELECT typeof(total) AS t FROM orders.history", "--json").json == [{"t": "DECIMAL(10,2)"}]
    assert port["version"] == "1.0.0"


def test_a_comment_for_the_pull_request_says_it_and_takes_nothing_for_markup(hansa: Hansa, shop: Path) -> None:
    remove_total(shop)
    edit(contract(shop), "Its number.", "<img src=x> @everyone | `x` **bold**")
    said = hansa("plan", "--base", "main", "--markdown", code=1).out
    assert said.startswith("## Data mesh: ❌ breaks 1 product; 2 products blocked")
    assert "customer.spend in model spend → spent" in said
    assert "`orders.history.history@1#total`" in said
    assert "breaking-change-with-impact" in said
    assert "<img" not in said.replace("\\<img", "")
    assert "@everyone" not in said


def test_code_scanning_gets_the_lines(hansa: Hansa, shop: Path, in_folder: Path) -> None:
    remove_total(shop)
    edit(contract(shop), "name: household, logicalType: integer, physicalType: BIGINT", "name: household, logicalType: string")
    edit(model(shop), "CAST(7 AS BIGINT) AS household", "'7' AS household")
    hansa("plan", "--base", "main", "--sarif", "plan.sarif", code=1)
    found = json.loads((in_folder / "plan.sarif").read_text())
    results = {r["message"]["text"].partition(":")[0]: r for r in found["runs"][0]["results"] if r["ruleId"] == "H336"}
    line = (
        contract(shop)
        .read_text()
        .splitlines()
        .index(next(t for t in contract(shop).read_text().splitlines() if "household" in t))
    )
    place = results["orders.history.history@1#household"]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "domains/orders/history/contracts/history.odcs.yaml"
    assert place["region"]["startLine"] == line + 1
    assert "orders.history.history@1#total" in results
    assert {"H337", "contract-version-bump"} <= {r["ruleId"] for r in found["runs"][0]["results"]}


def test_comparing_with_a_commit_opens_no_ledger(hansa: Hansa, shop: Path) -> None:
    write(shop / ".hansa/ledger.db", "this is no database\n" * 100)
    rename_note(shop)
    plan = hansa("plan", "--json", "--base", "main", code=None).json
    assert plan["base"]["ref"] == "main"
    assert len(plan["base"]["commit"]) == 40
    assert {s["product"]: s["action"] for s in plan["steps"]}["orders.history"] in ("build", "blocked")


def test_nothing_changed_against_the_commit_that_is_checked_out(hansa: Hansa, shop: Path) -> None:
    plan = hansa("plan", "--json", "--base", "HEAD").json
    assert plan["changes"] == []
    assert {s["action"] for s in plan["steps"]} == {"keep"}
    assert json.dumps(plan["base"]["notCompared"]) == "[]"
