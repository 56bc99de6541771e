"""Access as documents of the Open Access Agreement Standard: what the draft requires, and what became of each request."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from hansa.access.oaas import access_agreements
from hansa.access.requests import Asked
from hansa.model import Principal, Terms

PORT = "customer.profiles.profiles"


def ours(document: Any) -> dict[str, Any]:
    return {p["property"]: p["value"] for p in document["customProperties"] if p["vendor"] == "hansa"}


def test_each_request_is_an_agreement_with_all_that_the_draft_requires(desks: Any, person: Callable[[str], Principal]) -> None:
    mesh = desks.mesh()
    desk = desks.before(mesh)
    asked = desk.request(person("mia"), Asked(PORT, "campaign", "vouchers", reason="spring"))
    (document,) = access_agreements(desk.all(), mesh, desks.clock.at)
    required: Any = document
    assert (required["apiVersion"], required["kind"], required["id"]) == ("v0.9.0", "AccessAgreement", asked.id)
    assert (required["status"], required["description"]["purpose"]) == ("requested", "vouchers: spring")
    assert required["provider"] == {
        "teamId": "insights",
        "dataProductId": "customer.profiles",
        "outputPortId": "profiles",
        "dataContractId": "c-profiles",
        "dataContractVersion": "1.0.0",
    }
    assert required["consumer"] == {"teamId": "marketing"}
    assert "startTimestamp" not in required


def test_the_end_of_an_agreement_is_when_it_was_revoked_or_expires(desks: Any, person: Callable[[str], Principal]) -> None:
    mesh = desks.mesh()
    desk = desks.before(mesh)
    asked = desk.request(person("mia"), Asked(PORT, "campaign", "vouchers"))
    desk.approve(person("ada"), asked.id, Terms(columns=("id",), expires=desks.clock.at + dt.timedelta(days=30)))
    (document,) = access_agreements(desk.all(), mesh, desks.clock.at)
    assert (document["status"], document["startTimestamp"], document["endTimestamp"]) == (
        "approved",
        "2026-11-22T12:00:00Z",
        "2026-12-22T12:00:00Z",
    )
    assert (ours(document)["status"], ours(document)["columns"], ours(document)["approvers"]) == ("granted", ["id"], ["ada"])
    desks.clock.pass_days(2)
    desk.revoke(person("ada"), asked.id, "over")
    (document,) = access_agreements(desk.all(), mesh, desks.clock.at)
    assert (document["endTimestamp"], ours(document)["status"]) == ("2026-11-24T12:00:00Z", "revoked")


def test_agreements_are_found_by_consumer_product_and_request(desks: Any, person: Callable[[str], Principal]) -> None:
    mesh = desks.mesh()
    desk = desks.before(mesh)
    asked = desk.request(person("mia"), Asked(PORT, "campaign", "vouchers"))
    desk.deny(person("ada"), asked.id, "no")

    def about(name: str) -> list[object]:
        return [d["status"] for d in access_agreements(desk.all(), mesh, desks.clock.at, name)]

    assert all(about(name) == ["rejected"] for name in ("", "campaign", asked.id, "customer", "customer.profiles", f"{PORT}@1"))
    assert about("customer.profile") == about("churn") == []
