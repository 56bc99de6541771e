"""J18, the classes: a source column is marked personal; two domains on a derived column is personal, too, with no edit there.

Only a decision with reason, approver and scope lowers it, until its last day, and is on record.
"""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hansa.model import ColumnClass
from hansa.wiring import Workplace

Hansa = Callable[..., Any]

CLASSES = """\
apiVersion: hansa/v1
kind: Classifications
classes:
  - {name: public}
  - {name: internal, above: [public]}
  - {name: personal, above: [internal], mask: sha-256-global, also: [PII]}
"""
DECISION = """\
apiVersion: hansa/v1
kind: Declassifications
declassifications:
  - column: marketing.regions.regions#towns
    lowers: [personal]
    to: internal
    reason: Letters of towns, of which each has thousands of people.
    approver: Maria Silva
    scope: Campaign planning
    expires: 2026-12-31
"""
TODAY = dt.date(2026, 6, 1)


def reading(folder: Path, contract: str) -> None:
    """A product reads one input port; what its scaffold reads otherwise is left out."""
    file = folder / "product.odps.yaml"
    port = contract.rpartition(".")[2]
    file.write_text(file.read_text() + f"inputPorts:\n  - {{name: {port}, version: 1.0.0, contractId: {contract}}}\n")


def promising(folder: Path, *columns: str) -> None:
    contract = next((folder / "contracts").glob("*.odcs.yaml"))
    text = contract.read_text()
    properties = "".join(
        f"      - {{name: {c}, description: '{c}.', logicalType: string, physicalType: VARCHAR}}\n" for c in columns
    )
    start = text.index("    properties:\n") + len("    properties:\n")
    contract.write_text(text[:start] + properties + text[text.index("\nteam:") :])


@pytest.fixture
def three(hansa: Hansa, in_folder: Path) -> Path:
    """customer.people reads a file; sales.buyers reads it; marketing.regions reads that."""
    (in_folder / "crm.csv").write_text("id,mail,town\na,a@b.org,Lyon\nb,b@b.org,Bonn\n")
    hansa("init", ".")
    for domain in ("customer", "sales", "marketing"):
        hansa("new", "domain", domain)
    hansa("new", "product", "customer/people", "--from", "crm.csv")
    hansa("new", "product", "sales/buyers")
    hansa("new", "product", "marketing/regions")
    buyers, regions = in_folder / "domains/sales/buyers", in_folder / "domains/marketing/regions"
    reading(buyers, "customer.people.people")
    promising(buyers, "id", "address")
    (buyers / "models/buyers.sql").write_text("SELECT id, town || ', ' || lower(mail) AS address FROM people")
    reading(regions, "sales.buyers.buyers")
    promising(regions, "towns")
    (regions / "models/regions.sql").write_text(
        "WITH initials AS (SELECT upper(left(address, 1)) AS letter FROM buyers)\n"
        "SELECT string_agg(DISTINCT letter, '' ORDER BY letter) AS towns FROM initials"
    )
    (in_folder / "governance").mkdir(exist_ok=True)
    (in_folder / "governance/classifications.yaml").write_text(CLASSES)
    return in_folder


def mark_personal(root: Path) -> None:
    """One word in one contract: the source's, in the first domain."""
    contract = root / "domains/customer/people/contracts/people_source.odcs.yaml"
    before, column, after = contract.read_text().partition("      - name: town\n")
    assert column
    contract.write_text(before + column + "        classification: personal\n" + after)


def towns(root: Path) -> ColumnClass | None:
    """The class of the derived column; None when it has none."""
    with Workplace(root, {}) as workplace:
        ports = (o for p in workplace.compiled.mesh.products if str(p.address) == "marketing.regions" for o in p.outputs)
        return next((c for o in ports for c in o.classes if c.column == "towns"), None)


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.date], None]:
    """Sets the calendar: decisions end by the day on which a command runs."""

    def set_day(day: dt.date) -> None:
        monkeypatch.setattr("hansa.wiring.workplace.now", lambda: dt.datetime.combine(day, dt.time(12), dt.UTC))

    return set_day


def test_a_mark_at_the_source_reaches_two_domains_downstream_with_no_edit_there(hansa: Hansa, three: Path) -> None:
    assert hansa("check").out.endswith("no troubles\n")
    assert towns(three) is None
    elsewhere = {p: p.read_bytes() for d in ("sales", "marketing") for p in (three / f"domains/{d}").rglob("*") if p.is_file()}
    mark_personal(three)
    assert towns(three) == ColumnClass("towns", "", ("personal",), ("source:customer.people.people_source#town",))
    assert elsewhere == {p: p.read_bytes() for p in elsewhere}
    check = hansa("check", "--json").json
    assert check["valid"], "what a contract leaves unsaid is a warning: the class holds all the same"
    told = {t["product"]: t for t in check["troubles"]}
    assert {t["code"] for t in told.values()} == {"H279"}
    assert set(told) == {"customer.people", "sales.buyers", "marketing.regions"}
    here, there = told["marketing.regions"]["places"]
    assert here["file"].endswith("regions.odcs.yaml")
    assert there["file"].endswith("people_source.odcs.yaml")
    listed = {c["name"]: c for c in hansa("classify", "--json", "--no-data").json["columns"]}
    assert listed["marketing.regions.regions@1#towns"]["because"] == ["source:customer.people.people_source#town"]
    assert "sales.buyers.buyers@1#id" not in listed, "what does not come from the column stays as it was"


def test_only_a_whole_decision_lowers_it_and_it_is_on_record(three: Path, on: Callable[[dt.date], None]) -> None:
    mark_personal(three)
    on(TODAY)
    file = three / "governance/declassifications.yaml"
    for key in ("reason", "approver", "scope"):
        file.write_text("\n".join(line for line in DECISION.splitlines() if not line.strip().startswith(key)))
        with Workplace(three, {}) as workplace:
            assert not workplace.compiled.valid
            assert workplace.compiled.mesh.governance.declassifications == ()
        found = towns(three)
        assert found is not None
        assert found.effective == ("personal",), f"without {key} it is no decision"
    file.write_text(DECISION)
    lowered = towns(three)
    assert lowered is not None
    assert (lowered.effective, lowered.lowered) == (("internal",), ("personal to internal, approved by Maria Silva",))
    with Workplace(three, {}) as workplace:
        (kept,) = workplace.compiled.mesh.governance.declassifications
    assert (kept.column, kept.reason[:7], kept.approver, kept.scope) == (
        "marketing.regions.regions#towns",
        "Letters",
        "Maria Silva",
        "Campaign planning",
    )


def test_a_decision_ends_by_itself_although_the_compiled_mesh_is_kept(three: Path, on: Callable[[dt.date], None]) -> None:
    mark_personal(three)
    (three / "governance/declassifications.yaml").write_text(DECISION)
    last = dt.date(2026, 12, 31)
    for day, effective in [(TODAY, "internal"), (last, "internal"), (last + dt.timedelta(1), "personal"), (TODAY, "internal")]:
        on(day)
        found = towns(three)
        assert found is not None
        assert found.effective == (effective,), day
        with Workplace(three, {}) as again:
            again.compiled  # noqa: B018 - recalled, or else compiled
            assert not again.compilation.was_read, "the mesh of the day is kept"
            codes = {t.code for t in again.compiled.troubles if t.product == "marketing.regions" or "towns" in t.summary}
        assert codes == ({"H278", "H279"} if effective == "personal" else {"H279"})


def test_a_class_that_nobody_defined_keeps_its_product_out(hansa: Hansa, three: Path) -> None:
    mark_personal(three)
    contract = three / "domains/customer/people/contracts/people_source.odcs.yaml"
    contract.write_text(contract.read_text().replace("classification: personal", "classification: persnal"))
    check = hansa("check", "--json", code=1).json
    (error,) = (t for t in check["troubles"] if t["severity"] == "error")
    assert (error["code"], error["product"]) == ("H276", "customer.people")
    assert "did you mean `personal`" in error["mend"]


def seen(hansa: Hansa, who: str, port: str = "marketing.regions") -> dict[str, str]:
    """How somebody sees the columns of a port, for the study that was granted it."""
    acting = ("--for", "study", "--purpose", "research", "--as", who)
    columns = hansa("access", "explain", port, *acting, "--json", code=None).json["columns"]
    return {c["name"]: c["mask"] or c["effect"] for c in columns}


def test_what_is_personal_at_the_source_is_masked_two_domains_on_until_it_is_declassified(hansa: Hansa, three: Path) -> None:
    (three / "governance/consumers").mkdir(parents=True, exist_ok=True)
    (three / "governance/consumers/study.yaml").write_text(
        "apiVersion: hansa/v1\nkind: Consumer\nname: study\nowner: lab\npurposes: [research]\n"
    )
    (three / "governance/teams.yaml").write_text(
        "apiVersion: hansa/v1\nkind: Teams\nteams:\n  - {name: lab, members: [kim]}\n  - {name: marketing, members: [max]}\n"
    )
    for domain in ("customer", "sales", "marketing"):
        file = three / f"domains/{domain}/domain.yaml"
        lines = [line for line in file.read_text().splitlines() if not line.startswith("owner")]
        file.write_text("\n".join([*lines, "owner: marketing", ""]))
    hansa("run", "--quiet")
    asked = ("access", "request", "marketing.regions", "--for", "study", "--purpose", "research", "--as", "kim", "--json")
    hansa("access", "approve", hansa(*asked).json["request"]["id"], "--as", "max")
    read = ("query", "SELECT towns FROM marketing.regions", "--for", "study", "--purpose", "research", "--as", "kim", "--json")
    assert seen(hansa, "kim") == {"towns": "clear"}
    clear = hansa(*read).json

    downstream = {p: p.read_bytes() for d in ("sales", "marketing") for p in (three / f"domains/{d}").rglob("*") if p.is_file()}
    mark_personal(three)
    assert downstream == {p: p.read_bytes() for p in downstream}
    assert seen(hansa, "kim") == {"towns": "sha-256-global"}
    masked = hansa(*read).json
    assert masked != clear
    assert all(len(row["towns"]) == 64 for row in masked), "what was published before is masked from now on, too"
    # With a purpose the owner reads like anybody else who acts for a consumer; without one it is their own data.
    assert hansa("query", "SELECT towns FROM marketing.regions", "--as", "max", "--json").json == clear

    (three / "governance/declassifications.yaml").write_text(DECISION.replace("    expires: 2026-12-31\n", ""))
    assert seen(hansa, "kim") == {"towns": "clear"}
    assert hansa(*read).json == clear
