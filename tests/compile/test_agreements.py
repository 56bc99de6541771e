"""Use cases and agreements: what they must say, whom and what they may name, and that what is wrong grants nothing."""

import datetime as dt
from typing import Any

import pytest

from hansa.model import Agreement, Consumer

TEAMS = (
    "apiVersion: hansa/v1\nkind: Teams\nteams:\n"
    "  - {name: shop_team, members: [ada], delegates: [dee]}\n  - {name: marketing, members: [mia]}\n"
)
DOMAIN = "apiVersion: hansa/v1\nkind: Domain\nname: shop\nowner: shop_team\n"
CAMPAIGN = (
    "apiVersion: hansa/v1\nkind: Consumer\nname: campaign\nowner: marketing\npurposes: [vouchers, report]\n"
    "legalBasis: consent\nends: 2027-12-31\nattributes: {region: north, level: 3}\n"
)
BASE = {
    "governance/teams.yaml": TEAMS,
    "domains/shop/domain.yaml": DOMAIN,
    "governance/consumers/campaign.yaml": CAMPAIGN,
}


def agreements(*entries: str) -> dict[str, str]:
    lines = "".join(f"  - {{{entry}}}\n" for entry in entries)
    return {**BASE, "P:agreements.yaml": f"apiVersion: hansa/v1\nkind: Agreements\nagreements:\n{lines}"}


def codes(compiled: Any) -> list[str]:
    return sorted(t.code for t in compiled.troubles if t.is_error)


def test_a_use_case_arrives_with_all_that_it_says(compiled: Any) -> None:
    mesh = compiled(BASE).mesh
    assert mesh.governance.consumers == (
        Consumer(
            "campaign",
            owner="marketing",
            purposes=("vouchers", "report"),
            legal_basis="consent",
            ends=dt.date(2027, 12, 31),
            attributes=(("level", "3"), ("region", "north")),
        ),
    )


@pytest.mark.parametrize(
    ("said", "instead", "code"),
    [
        ("name: campaign", "name: Campaign!", "H190"),
        ("attributes: {region: north, level: 3}", "attributes: {region: [north]}", "H191"),
        ("ends: 2027-12-31", "ends: next year", "H193"),
        ("owner: marketing", "owner: marketting", "H291"),
        ("purposes: [vouchers, report]", "purposes: []", "H126"),
        ("owner: marketing\n", "", "H121"),
    ],
)
def test_a_use_case_that_is_wrong_is_told(compiled: Any, said: str, instead: str, code: str) -> None:
    assert code in codes(compiled({**BASE, "governance/consumers/campaign.yaml": CAMPAIGN.replace(said, instead)}))


def test_an_end_that_nobody_can_read_is_not_taken_for_none(compiled: Any) -> None:
    wrong = CAMPAIGN.replace("2027-12-31", "next year")
    assert compiled({**BASE, "governance/consumers/campaign.yaml": wrong}).mesh.governance.consumers == ()


def test_of_two_use_cases_with_one_name_only_the_first_counts(compiled: Any) -> None:
    again = CAMPAIGN.replace("owner: marketing", "owner: shop_team")
    found = compiled({**BASE, "domains/shop/consumers/campaign.yaml": again})
    assert codes(found) == ["H290"]
    assert [c.owner for c in found.mesh.governance.consumers] == ["marketing"]


def test_a_product_called_consumers_is_a_product(compiled: Any, product: Any) -> None:
    files = {
        **BASE,
        "domains/shop/consumers/product.odps.yaml": product("consumers"),
        "domains/shop/consumers/README.md": "# C\n",
    }
    found = compiled(files)
    assert "shop.consumers" in [str(p.address) for p in found.mesh.products]
    assert found.valid


def test_an_agreement_is_about_the_lowest_major_and_ends_with_its_day(compiled: Any) -> None:
    entry = "consumer: campaign, purpose: report, port: profiles, columns: [id, age], expires: 2027-01-31, approver: ada"
    found = compiled(agreements(entry, "consumer: shop.history, port: shop.profiles.profiles@1, approver: DEE"))
    assert found.valid, [str(t) for t in found.troubles]
    first, second = found.mesh.governance.agreements
    assert (str(first.port), first.terms.columns) == ("shop.profiles.profiles@1", ("id", "age"))
    assert first.terms.expires == dt.datetime(2027, 2, 1, tzinfo=dt.UTC)
    assert (second.consumer, second.purpose, second.terms.expires) == ("shop.history", "product", None)
    assert isinstance(second, Agreement)
    assert second.place is not None
    assert second.place.line == 5


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("consumer: campain, purpose: report, port: profiles, approver: ada", "H292"),
        ("consumer: campaign, purpose: sales, port: profiles, approver: ada", "H292"),
        ("consumer: campaign, port: profiles, approver: ada", "H292"),
        ("consumer: campaign, purpose: report, port: profile, approver: ada", "H292"),
        ("consumer: campaign, purpose: report, port: profiles@7, approver: ada", "H292"),
        ("consumer: campaign, purpose: report, port: profiles, columns: [ages], approver: ada", "H292"),
        ("consumer: campaign, purpose: report, port: shop.history.history, approver: ada", "H192"),
        ("consumer: campaign, purpose: report, port: 'Pro files', approver: ada", "H192"),
        ("consumer: campaign, purpose: report, port: profiles, approver: ''", "H192"),
        ("consumer: campaign, purpose: report, port: profiles, approver: ada, expires: soon", "H193"),
        ("consumer: campaign, purpose: report, port: profiles, approver: mia", "H293"),
        ("consumer: campaign, purpose: report, port: profiles, approver: ada, rowFilter: 'age >'", "H293"),
        ("consumer: campaign, purpose: report, port: profiles, approver: ada, rowFilter: 'agee > 3'", "H293"),
        ("consumer: campaign, purpose: report, port: profiles, approver: ada, rowFilter: 'id IN (SELECT 1)'", "H293"),
        ("consumer: campaign, purpose: report, port: profiles, approver: ada, rowFilter: 'id = 1) OR (true'", "H293"),
        ("consumer: campaign, purpose: report, port: profiles, approver: ada, rowFilter: \"getenv('HOME') = name\"", "H293"),
    ],
)
def test_an_agreement_that_is_wrong_is_told_and_grants_nothing(compiled: Any, entry: str, code: str) -> None:
    found = compiled(agreements(entry))
    assert codes(found) == [code]
    assert found.mesh.governance.agreements == ()
    assert {str(p.address) for p in found.mesh.products} == {"shop.history", "shop.profiles"}


def test_a_row_filter_may_ask_who_reads(compiled: Any) -> None:
    entry = "consumer: campaign, purpose: report, port: profiles, approver: ada, rowFilter: 'name = consumer.region AND AGE > 3'"
    assert compiled(agreements(entry)).valid


def test_a_misspelt_name_is_met_with_a_hint(compiled: Any) -> None:
    found = compiled(agreements("consumer: campain, purpose: report, port: profiles, approver: ada"))
    (trouble,) = [t for t in found.troubles if t.is_error]
    assert "did you mean `campaign`" in trouble.mend
    assert str(trouble.places[0]).startswith("domains/shop/profiles/agreements.yaml:4")
