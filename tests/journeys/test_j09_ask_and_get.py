"""J9, ask and get: a consumer asks for a purpose, the owner approves for 30 days, and the very next query works with just the
promised columns; on day 31 it fails, and the history says every step. With it the readers' part of J6: v2 stands beside v1, and
who was granted v1 reads on, and inherits v2.
"""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

Hansa = Callable[..., Any]

PORT = "customer.profiles.profiles"
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: customer.profiles.profiles
version: {major}.0.0
status: active
{more}schema:
  - name: profiles
    properties:
      - {{name: id, logicalType: integer, physicalType: BIGINT, description: Who.}}
      - {{name: email, logicalType: string, physicalType: VARCHAR, classification: personal, description: Where to write to.}}
      - {{name: {region}, logicalType: string, physicalType: VARCHAR, description: Where they live.}}
"""
PRODUCT = """\
apiVersion: v1.1.0
kind: DataProduct
id: customer.profiles
name: profiles
version: {major}.0.0
status: active
outputPorts:
{ports}"""
V1 = "  - {name: profiles, version: 1.0.0, contractId: customer.profiles.profiles}\n"
V2 = "  - {name: profiles, version: 2.0.0, contractId: customer.profiles.profiles}\n"
ROWS = (
    "SELECT * FROM (VALUES (1::BIGINT, 'ann@example.org', 'north'), (2, 'bob@example.org', 'south')) AS t(id, email, {region})\n"
)
TEAMS = """\
apiVersion: hansa/v1
kind: Teams
teams:
  - {name: insights, members: [ada, bob]}
  - {name: marketing, members: [mia, max]}
"""
CLASSES = """\
apiVersion: hansa/v1
kind: Classifications
default: public
classes:
  - {name: public}
  - {name: personal, above: [public], mask: mask-to-fixed-value}
"""
CAMPAIGN = """\
apiVersion: hansa/v1
kind: Consumer
name: campaign
owner: marketing
purposes: [vouchers, report]
legalBasis: consent
"""
FOLDER = "domains/customer/profiles"


@pytest.fixture
def shop(in_folder: Path, hansa: Hansa) -> Path:
    """`customer.profiles` at major 1, published; a use case of another team."""
    write("hansa.yaml", "apiVersion: hansa/v1\nkind: Mesh\nname: shop\n")
    write("governance/teams.yaml", TEAMS)
    write("governance/classifications.yaml", CLASSES)
    write("governance/consumers/campaign.yaml", CAMPAIGN)
    write("domains/customer/domain.yaml", "apiVersion: hansa/v1\nkind: Domain\nname: customer\nowner: insights\n")
    write(f"{FOLDER}/product.odps.yaml", PRODUCT.format(major=1, ports=V1))
    write(f"{FOLDER}/contracts/v1.odcs.yaml", CONTRACT.format(major=1, region="region", more=""))
    write(f"{FOLDER}/models/profiles.sql", ROWS.format(region="region"))
    write(f"{FOLDER}/README.md", "# Profiles\n")
    hansa("run", "--quiet")
    return in_folder


def write(name: str, text: str) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def asked(hansa: Hansa, *more: str, code: int = 0) -> Any:
    return hansa(
        "access", "request", PORT, "--for", "campaign", "--purpose", "vouchers", "--as", "mia", *more, "--json", code=code
    ).json


def query(hansa: Hansa, sql: str, *, code: int | None = 0, purpose: str = "vouchers", who: str = "mia") -> Any:
    return hansa("query", sql, "--as", who, "--for", "campaign", "--purpose", purpose, "--json", code=code).json


def history(hansa: Hansa, request: str) -> list[str]:
    return [step["kind"] for step in hansa("access", "history", request, "--json").json["request"]["history"]]


def test_the_very_next_query_after_the_approval_works_and_on_day_31_it_fails(
    shop: Path, hansa: Hansa, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = f"SELECT * FROM {PORT} ORDER BY id"
    assert "refused" in query(hansa, everything, code=1)
    request = asked(hansa, "--columns", "id,email", "--reason", "spring vouchers")["request"]
    assert (request["status"], request["awaits"], request["columns"]) == ("requested", "insights", ["id", "email"])
    assert "refused" in query(hansa, everything, code=1)
    inbox = hansa("access", "list", "--inbox", "--as", "ada", "--json").json["requests"]
    assert [r["id"] for r in inbox] == [request["id"]]
    assert hansa("access", "approve", request["id"], "--as", "max", code=1).err.startswith("error[H752]")

    granted = hansa("access", "approve", request["id"], "--days", "30", "--as", "ada", "--json").json["request"]
    assert (granted["status"], [a["by"] for a in granted["approvals"]]) == ("granted", ["ada"])
    rows = query(hansa, everything)
    assert [r["id"] for r in rows] == [1, 2]
    assert all(r.keys() == {"id", "email"} for r in rows)
    assert "example.org" not in str(rows)
    assert "refused" in query(hansa, everything, code=1, purpose="report")
    assert "north" not in hansa("query", f"SELECT region FROM {PORT}", "--as", "mia", "--for", "campaign", "--purpose",
                                "vouchers", code=None).out  # fmt: skip

    (agreement,) = hansa("export", "oaas", "customer.profiles", "--json").json["agreements"]
    assert (agreement["kind"], agreement["status"], agreement["id"]) == ("AccessAgreement", "approved", request["id"])
    assert list(yaml.safe_load_all(hansa("export", "oaas", "campaign").out)) == [agreement]

    today = dt.datetime.now(dt.UTC).date()
    monkeypatch.setenv("HANSA_TODAY", (today + dt.timedelta(days=29)).isoformat())
    assert len(query(hansa, everything)) == 2
    monkeypatch.setenv("HANSA_TODAY", (today + dt.timedelta(days=31)).isoformat())
    assert "refused" in query(hansa, everything, code=1)
    assert hansa("access", "history", request["id"], "--json").json["request"]["status"] == "expired"
    monkeypatch.delenv("HANSA_TODAY")
    assert history(hansa, request["id"]) == ["requested", "approved", "granted"]
    said = hansa("access", "history", request["id"]).out
    assert all(word in said for word in ("spring vouchers", "mia", "ada", "hansa.approve"))


def test_revoked_access_is_gone_with_the_next_query(shop: Path, hansa: Hansa) -> None:
    request = asked(hansa)["request"]["id"]
    hansa("access", "approve", request, "--as", "bob")
    assert len(query(hansa, f"SELECT id FROM {PORT}")) == 2
    hansa("access", "revoke", request, "--reason", "misused", "--as", "ada")
    assert "refused" in query(hansa, f"SELECT id FROM {PORT}", code=1)
    assert "H753" in hansa("access", "renew", request, "--days", "3", "--as", "ada", code=2).err
    assert history(hansa, request) == ["requested", "approved", "granted", "revoked"]


def test_the_condition_on_rows_that_the_approver_sets_is_kept(shop: Path, hansa: Hansa) -> None:
    request = asked(hansa)["request"]["id"]
    hansa("access", "approve", request, "--where", "region = 'south'", "--as", "ada")
    assert [r["id"] for r in query(hansa, f"SELECT id FROM {PORT}")] == [2]
    assert query(hansa, f"SELECT count(*) AS n FROM {PORT}") == [{"n": 1}]


def test_terms_of_use_are_shown_and_have_to_be_accepted(shop: Path, hansa: Hansa) -> None:
    terms = "customProperties:\n  - {property: termsOfUse, value: No letters to children.}\n"
    write(f"{FOLDER}/contracts/v1.odcs.yaml", CONTRACT.format(major=1, region="region", more=terms))
    refused = asked(hansa, code=1)["refused"]
    assert "No letters to children." in refused[0]["summary"]
    assert asked(hansa, "--accept-terms")["request"]["termsAccepted"]


def test_an_agreement_in_the_producers_folder_grants_as_an_approval_does(shop: Path, hansa: Hansa) -> None:
    agreement = "  - {consumer: campaign, purpose: report, port: profiles, columns: [region], approver: bob}\n"
    write(f"{FOLDER}/agreements.yaml", f"apiVersion: hansa/v1\nkind: Agreements\nagreements:\n{agreement}")
    assert query(hansa, f"SELECT * FROM {PORT} ORDER BY ALL", purpose="report") == [{"region": "north"}, {"region": "south"}]
    Path(f"{FOLDER}/agreements.yaml").unlink()
    assert "refused" in query(hansa, f"SELECT * FROM {PORT}", purpose="report", code=1)


def test_a_major_that_lacks_what_a_grant_names_is_refused_with_the_way_out(shop: Path, hansa: Hansa) -> None:
    filtered = asked(hansa, "--where", "region = 'north'")["request"]["id"]
    of_region = hansa(
        "access", "request", PORT, "--for", "campaign", "--purpose", "report", "--columns", "region", "--as", "mia", "--json"
    )
    for request in (filtered, of_region.json["request"]["id"]):
        hansa("access", "approve", request, "--as", "ada")
    write(f"{FOLDER}/product.odps.yaml", PRODUCT.format(major=2, ports=V1 + V2))
    write(f"{FOLDER}/contracts/v2.odcs.yaml", CONTRACT.format(major=2, region="area", more=""))
    write(f"{FOLDER}/models/profiles_v2.sql", "SELECT id, email, region AS area FROM profiles\n")
    hansa("run", "--quiet")
    for purpose, why in (
        ("vouchers", f"the row filter of the grant {filtered} cannot be applied"),
        ("report", "is for `region`"),
    ):
        said = query(hansa, f"SELECT area FROM {PORT}_v2", purpose=purpose, code=1)["refused"]
        assert why in said["reasons"][0]
        assert f"read {PORT}@1" in said["mend"]
        who = ("--as", "mia", "--for", "campaign", "--purpose", purpose)
        explained = [hansa("access", "explain", name, *who, code=None).out for name in ("customer.profiles", PORT, f"{PORT}@2")]
        assert [f"reads {PORT}@1" in e for e in explained] == [True, True, False], "as a query would, by its plain name"


def test_who_was_granted_the_first_major_reads_on_and_inherits_the_second(shop: Path, hansa: Hansa) -> None:
    request = asked(hansa)["request"]["id"]
    hansa("access", "approve", request, "--as", "ada")
    write(f"{FOLDER}/product.odps.yaml", PRODUCT.format(major=2, ports=V1 + V2))
    write(f"{FOLDER}/contracts/v2.odcs.yaml", CONTRACT.format(major=2, region="area", more=""))
    write(f"{FOLDER}/models/profiles_v2.sql", "SELECT id, email, region AS area FROM profiles\n")
    hansa("run", "--quiet")
    first = query(hansa, f"SELECT * FROM {PORT} ORDER BY id")
    assert [r["region"] for r in first] == ["north", "south"]
    second = query(hansa, f"SELECT * FROM {PORT}_v2 ORDER BY id")
    assert [r["area"] for r in second] == ["north", "south"]

    write(f"{FOLDER}/product.odps.yaml", PRODUCT.format(major=2, ports=V2))
    Path(f"{FOLDER}/contracts/v1.odcs.yaml").unlink()
    write(f"{FOLDER}/models/profiles_v2.sql", ROWS.format(region="area"))
    Path(f"{FOLDER}/models/profiles.sql").unlink()
    assert "one of its readers has not accepted that" in hansa("run", "--quiet", code=1).out
    leave = ("--until", "2999-01-01", "--reason", "v1 was deprecated for a year", "--approver", "ada")
    hansa("policy", "waive", "breaking-change-with-impact", "customer.profiles", *leave)
    hansa("run", "--quiet")
    assert [r["area"] for r in query(hansa, f"SELECT * FROM {PORT} ORDER BY id")] == ["north", "south"]
