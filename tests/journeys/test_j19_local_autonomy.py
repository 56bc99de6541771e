"""J19: a domain sets stricter rules for itself, tries to take back one of the mesh's and cannot, and the log says who decided."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

Hansa = Callable[..., Any]

GLOBAL = """\
apiVersion: hansa/v1
kind: Policy
id: no-trials
title: What is a trial is not published
mode: enforce
sql: |
  SELECT product AS subject, 'it is a trial' AS message FROM products WHERE list_contains(tags, 'trial')
mend: finish it, then take the tag away
examples:
  - {name: finished, expect: pass, rows: {products: [{product: a.b, tags: [core]}]}}
  - {name: a trial, expect: fail, subjects: [a.b], rows: {products: [{product: a.b, tags: [trial]}]}}
"""
STRICTER = """\
apiVersion: hansa/v1
kind: Policy
id: classified
title: Every column of ours has a class
mode: enforce
sql: |
  SELECT port || '#' || column_name AS subject, product, 'it has no class' AS message
  FROM columns
  WHERE side = 'output' AND classification IS NULL
examples:
  - {name: nothing, expect: pass}
"""
WEAKER = "apiVersion: hansa/v1\nkind: Policy\nid: no-trials\ntightens: no-trials\nmode: report\n"


def write(root: Path, file: str, text: str) -> None:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def decided(hansa: Hansa, product: str) -> list[tuple[str, str, str, str]]:
    """Of the newest run: which policy of which level decided for a product's subjects, and how."""
    found = hansa("policy", "log", product, "--limit", "1", "--json").json["decisions"]
    return sorted({(d["policy"], d["level"], d["holder"], d["outcome"]) for d in found if d["decides"]})


def statuses(hansa: Hansa) -> dict[str, str]:
    outcome = hansa("run", "--json", "--quiet", code=None).json
    return {p["name"]: p["status"] for p in outcome["products"]}


def test_a_domain_tightens_for_itself_and_cannot_weaken_what_holds_for_all(in_folder: Path, hansa: Hansa) -> None:
    (in_folder / "data.csv").write_text("id,name\n1,Ann\n2,Bob\n")
    hansa("init", ".")
    for name in ("customer/profiles", "orders/lines"):
        hansa("new", "domain", name.split("/")[0])
        hansa("new", "product", name, "--from", "data.csv")
    write(in_folder, "governance/policies/trials.yaml", GLOBAL)
    hansa("policy", "test")
    assert statuses(hansa) == {"customer.profiles": "published", "orders.lines": "published"}
    assert decided(hansa, "customer.profiles") == []

    # The domain adds a rule: it holds for its own products, and others do not notice.
    write(in_folder, "domains/customer/policies/classified.yaml", STRICTER)
    (violated, *_) = hansa("plan", "--json", code=1).json["violations"]
    assert (violated["level"], violated["product"]) == ("domain", "customer.profiles")
    assert statuses(hansa) == {"customer.profiles": "blocked", "orders.lines": "unchanged"}
    assert decided(hansa, "customer.profiles") == [("classified", "domain", "customer", "violated")]
    assert decided(hansa, "orders.lines") == []
    (in_folder / "domains/customer/policies/classified.yaml").unlink()

    # It tries to take back the mesh's rule: the file is refused, and the rule holds for the domain as for all.
    write(in_folder, "domains/customer/policies/trials.yaml", WEAKER)
    product = in_folder / "domains/customer/profiles/product.odps.yaml"
    product.write_text(product.read_text() + "tags: [trial]\n")
    troubles = hansa("check", "--json", code=1).json["troubles"]
    (refused,) = [t for t in troubles if t["code"] == "H312"]
    assert [p["file"] for p in refused["places"]] == ["domains/customer/policies/trials.yaml", "governance/policies/trials.yaml"]
    assert [t["product"] for t in troubles if t["code"] == "H310"] == ["customer.profiles"]
    (held,) = [p for p in hansa("policy", "list", "--json", code=1).json["policies"] if p["policy"] == "no-trials"]
    assert (held["level"], held["mode"], held["verdict"]) == ("global", "enforce", "fail")
    assert statuses(hansa) == {"customer.profiles": "blocked", "orders.lines": "unchanged"}
    assert decided(hansa, "customer.profiles") == [("no-trials", "global", "", "violated")]

    # Consumers still have what was published before.
    assert {p["name"]: p["version"] for p in hansa("status", "--json").json["products"]}["customer.profiles"] == 1
