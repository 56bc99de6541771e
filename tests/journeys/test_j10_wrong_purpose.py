"""J10, the wrong purpose: whoever may read for one consumer and purpose is refused for another and without any, and every refusal
is on record with its reason.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Hansa = Callable[..., Any]

FILES = {
    "hansa.yaml": "apiVersion: hansa/v1\nkind: Mesh\nname: shop\n",
    "governance/teams.yaml": """\
apiVersion: hansa/v1
kind: Teams
teams:
  - {name: insights, members: [ada]}
  - {name: marketing, members: [mia]}
""",
    "governance/classifications.yaml": """\
apiVersion: hansa/v1
kind: Classifications
default: public
classes:
  - {name: public}
  - {name: personal, above: [public], mask: mask-to-fixed-value}
""",
    "governance/consumers/campaign.yaml": """\
apiVersion: hansa/v1
kind: Consumer
name: campaign
owner: marketing
purposes: [vouchers, report]
""",
    "governance/consumers/survey.yaml": """\
apiVersion: hansa/v1
kind: Consumer
name: survey
owner: marketing
purposes: [vouchers]
""",
    "governance/access/rules.cedar": """\
@id("no-report-of-people")
@reason("reports do without people")
forbid (principal, action == Action::"read", resource is Column)
when { resource.classes.contains("personal") && context.purpose == "report" };
""",
    "domains/customer/domain.yaml": "apiVersion: hansa/v1\nkind: Domain\nname: customer\nowner: insights\n",
    "domains/customer/profiles/product.odps.yaml": """\
apiVersion: v1.1.0
kind: DataProduct
id: customer.profiles
name: profiles
version: 1.0.0
status: active
outputPorts:
  - {name: profiles, version: 1.0.0, contractId: customer.profiles.profiles}
""",
    "domains/customer/profiles/contracts/profiles.odcs.yaml": """\
apiVersion: v3.1.0
kind: DataContract
id: customer.profiles.profiles
version: 1.0.0
status: active
schema:
  - name: profiles
    properties:
      - {name: id, logicalType: integer, physicalType: BIGINT, description: Who.}
      - {name: email, logicalType: string, physicalType: VARCHAR, classification: personal, description: Where to write to.}
""",
    "domains/customer/profiles/models/profiles.sql": "SELECT 1::BIGINT AS id, 'ann@example.org' AS email\n",
    "domains/customer/profiles/README.md": "# Profiles\n",
}
SQL = "SELECT id, email FROM customer.profiles"


@pytest.fixture
def shop(in_folder: Path, hansa: Hansa) -> Path:
    """`customer.profiles`, published and granted to the campaign for vouchers."""
    for name, text in FILES.items():
        path = in_folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    hansa("run", "--quiet")
    granted(hansa, "vouchers")
    return in_folder


def granted(hansa: Hansa, purpose: str) -> None:
    said = hansa(
        "access", "request", "customer.profiles", "--for", "campaign", "--purpose", purpose, "--as", "mia", "--json"
    ).json
    hansa("access", "approve", said["request"]["id"], "--as", "ada")


def asked(hansa: Hansa, *acting: str, who: str = "mia", code: int = 1) -> Any:
    return hansa("query", SQL, "--as", who, *acting, "--json", code=code).json


def test_another_consumer_purpose_or_person_is_refused_and_every_refusal_is_on_record(shop: Path, hansa: Hansa) -> None:
    good = ("--for", "campaign", "--purpose", "vouchers")
    assert asked(hansa, *good, code=0) == [{"id": 1, "email": "XXXXXXXX"}]
    refusals = [
        (("--for", "campaign", "--purpose", "report"), "mia", "for `vouchers`, not for `report`"),
        (("--for", "campaign"), "mia", "said no purpose"),
        (("--for", "campaign", "--purpose", "fun"), "mia", "is no purpose of campaign"),
        (("--for", "survey", "--purpose", "vouchers"), "mia", "has no grant"),
        ((), "mia", "named no consumer"),
        (good, "ada", "ada is not of marketing"),
    ]
    for acting, who, reason in refusals:
        said = asked(hansa, *acting, who=who)
        assert reason in " ".join(said["refused"]["reasons"]), said
        assert said["refused"]["mend"]
    record = hansa("audit-log", "--outcome", "refused", "--json").json
    entries = list(reversed(record["entries" if "entries" in record else "reads"]))
    assert len(entries) == len(refusals)
    for entry, (acting, who, reason) in zip(entries, refusals, strict=True):
        assert entry["principal"] == who
        assert reason in entry["reason"]
        assert entry["consumer"] == (acting[1] if acting else "")
    assert "ann@example.org" not in str(record)


def test_a_policy_of_the_mesh_keeps_a_purpose_from_people_and_explain_says_so(shop: Path, hansa: Hansa) -> None:
    granted(hansa, "report")
    report = ("--for", "campaign", "--purpose", "report", "--as", "mia")
    said = hansa("access", "explain", "customer.profiles", *report, "--json").json
    assert said["decision"] == "allow"
    by_name = {c["name"]: c for c in said["columns"]}
    assert (by_name["id"]["effect"], by_name["email"]["effect"]) == ("clear", "hidden")
    (rule,) = by_name["email"]["rules"]
    assert (rule["id"], rule["file"], rule["line"]) == ("no-report-of-people", "governance/access/rules.cedar", 1)
    assert hansa("query", "SELECT * FROM customer.profiles", *report, "--json").json == [{"id": 1}]
    hansa("query", SQL, *report, "--json", code=None)
    alone = hansa("access", "explain", "customer.profiles", "--as", "mia", "--column", "email", code=1).out
    assert alone.startswith("deny: mia (user) reads customer.profiles.profiles@1\n")
    assert "hansa.owner" in hansa("access", "explain", "customer.profiles", "--as", "ada", "--column", "email").out
    assert hansa("access", "explain", "customer.profiles", "--column", "emial", code=None).code != 0
