"""What everybody may find is found without Cedar, and never where a policy may say otherwise."""

import datetime as dt
from dataclasses import replace

import pytest

from hansa.access import Action
from hansa.access.cedar import Rules
from hansa.access.consumers import consumers_of
from hansa.access.deciding import CedarDecider
from hansa.model import (
    AccessPolicy,
    Consumer,
    Contract,
    Domain,
    Governance,
    Mesh,
    OutputPort,
    Platform,
    Principal,
    PrincipalKind,
    Product,
    Schema,
    Table,
)
from hansa.names import DomainName, PortMajor, ProductName, Version

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
ANN = Principal("ann")
POLICIES = (
    "",
    'forbid (principal, action == Action::"discover", resource == Product::"a.one");',
    'forbid (principal, action, resource in Product::"a.one");',
    'forbid (principal, action in [Action::"discover", Action::"describe"], resource in Domain::"b");',
    'forbid (principal, action == Action::"describe", resource is Port in Product::"a.two");',
    'forbid (principal, action == Action::"discover", resource is Domain);',
    'forbid (principal, action, resource) when { resource has tags && resource.tags.contains("secret") };',
    'forbid (principal == User::"ann", action == Action::"discover", resource);',
    'permit (principal, action == Action::"discover", resource);',
    'forbid (principal, action == Action::"read", resource);',
    'forbid (principal, action == Action::"discover", resource == Port::"a.one.facts");',
    'forbid (principal, action == Action::"discover", resource) when { resource.nothing };',
)


def mesh_of(cedar: str, holder: str = "") -> Mesh:
    platform, table = Platform("embedded", "duckdb"), Table("facts", ())

    def product(name: ProductName, tags: tuple[str, ...] = ()) -> Product:
        contract = Contract("facts", Version(1, 0, 0), (table,))
        port = OutputPort(name.port("facts"), contract, table, Schema(()), "")
        return Product(name, str(name), "1.0.0", platform, (), (port,), (), owner="us", tags=tags)

    domains = (
        Domain(DomainName("a"), (product(ProductName("a", "one")), product(ProductName("a", "two"), ("secret",)))),
        Domain(DomainName("b"), (product(ProductName("b", "three")),)),
    )
    policies = (AccessPolicy("rules.cedar", cedar, holder),) if cedar else ()
    return Mesh("m", domains, (platform,), governance=Governance(access_policies=policies, consumers=(Consumer("case"),)))


def resources(mesh: Mesh) -> list[DomainName | ProductName | PortMajor]:
    found: list[DomainName | ProductName | PortMajor] = [d.name for d in mesh.domains]
    return [*found, *(p.address for p in mesh.products), *(o.pinned for p in mesh.products for o in p.outputs)]


@pytest.mark.parametrize("holder", ["", "a"])
@pytest.mark.parametrize("cedar", POLICIES)
def test_what_is_found_without_cedar_is_what_cedar_says(cedar: str, holder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mesh = mesh_of(cedar, holder)
    asked = [(action, one) for action in (Action.DISCOVER, Action.DESCRIBE) for one in resources(mesh)]
    quick = [CedarDecider(mesh, ()).may(ANN, action, one, NOON) for action, one in asked]
    monkeypatch.setattr(Rules, "leave", lambda *_: None)
    cedars_own = [CedarDecider(mesh, ()).may(ANN, action, one, NOON) for action, one in asked]
    assert [(v.allowed, v.rules) for v in quick] == [(v.allowed, v.rules) for v in cedars_own]


def test_what_is_not_declared_is_not_found() -> None:
    decider = CedarDecider(mesh_of(""), ())
    for gone in (DomainName("c"), ProductName("a", "four"), ProductName("a", "one").port("facts").at(2)):
        assert not decider.may(ANN, Action.DISCOVER, gone, NOON).allowed


def test_an_answer_lasts_unless_a_policy_looks_at_the_time() -> None:
    decided = CedarDecider(mesh_of(""), ()).may(ANN, Action.DISCOVER, DomainName("a"), NOON)
    assert decided.allowed
    assert decided.lasting
    timed = 'forbid (principal, action == Action::"discover", resource) when { context.now > datetime("2027-01-01") };'
    decider = CedarDecider(mesh_of(timed), ())
    before = decider.may(ANN, Action.DISCOVER, DomainName("a"), NOON)
    assert (before.allowed, before.lasting) == (True, False)
    assert not decider.may(ANN, Action.DISCOVER, DomainName("a"), NOON + dt.timedelta(days=90)).allowed


def test_an_operator_finds_everything() -> None:
    decider = CedarDecider(mesh_of(POLICIES[2]), ())
    operator = Principal("operator:root", PrincipalKind.OPERATOR)
    assert decider.may(operator, Action.DISCOVER, ProductName("a", "one"), NOON).allowed


def test_another_grant_changes_the_version_and_what_is_declared_does_too() -> None:
    mesh = mesh_of("")
    first = CedarDecider(mesh, ())
    assert CedarDecider(mesh, (), first).version == first.version
    other = replace(mesh, domains=mesh.domains[:1])
    assert CedarDecider(other, (), first).version != first.version


def test_every_product_is_a_consumer_by_its_address_alone() -> None:
    mesh = mesh_of("")
    known = consumers_of(mesh)
    assert known["a.one"].owner == "us"
    assert known["case"].name == "case"
    assert [*known] == ["a.one", "a.two", "b.three", "case"]
    assert [c.name for c in known.values()] == [*known]
    for absent in ("a/one", " a.one", "a", "a.four", ""):
        assert absent not in known
