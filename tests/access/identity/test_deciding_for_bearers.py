"""From a login at the issuer to what is seen of a port: groups become teams, and teams decide."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hansa.access.deciding import CedarDecider
from hansa.access.identity import Authenticator, UserChange, add_user, change_user
from hansa.access.protocol import Action
from hansa.ledger.memory import MemoryLedger
from hansa.model import (
    Column,
    Consumer,
    Contract,
    ContractColumn,
    Decision,
    Domain,
    Governance,
    Grant,
    Mesh,
    OutputPort,
    Platform,
    Principal,
    PrincipalKind,
    Product,
    Reader,
    Schema,
    Table,
    Team,
    Terms,
)
from hansa.model.types import String
from hansa.names import DomainName, PortMajor, PortName, ProductName, Version

# The provider is older than the libraries that it is made of.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

PROFILES = PortMajor(PortName("customer", "profiles", "profiles"), 1)
SCHEMA = Schema((Column("id", String(), required=True), Column("email", String(), required=False)))
Decide = Callable[..., Decision]


def small_mesh() -> Mesh:
    table = Table("profiles", tuple(ContractColumn(c.name, c.type) for c in SCHEMA))
    port = OutputPort(PROFILES.name, Contract("profiles", Version(1), tables=(table,)), table, SCHEMA, "model")
    product = Product(
        ProductName("customer", "profiles"), "p", "1.0.0", Platform("embedded", "duckdb"), (), (port,), (), team=Team("crm")
    )
    domain = Domain(DomainName("customer"), (product,), owner="crm")
    churn = Consumer("churn", owner="insights", purposes=("retention",))
    teams = (Team("crm", ("cleo",)), Team("insights", ("ada",)))
    return Mesh("m", (domain,), (), governance=Governance(consumers=(churn,)), teams=teams)


MESH = small_mesh()


@pytest.fixture
def ours(provider: Any, ledger: MemoryLedger) -> Authenticator:
    """Over the true clock, which the provider signs by."""
    settings = replace(provider.settings, teams=(("analysts", "insights"), ("customer-data", "crm")))
    return Authenticator(lambda: MESH, ledger, settings)


def decide(principal: Principal, consumer: str = "", purpose: str = "") -> Decision:
    now = dt.datetime.now(dt.UTC)
    terms = Terms(columns=("id",), expires=now + dt.timedelta(days=30))
    grant = Grant("req-1", "churn", "retention", PROFILES, now - dt.timedelta(days=1), terms, ("cleo",))
    return CedarDecider(MESH, [grant]).decide(Reader(principal, consumer, purpose), PROFILES, SCHEMA, now)


def seen(decision: Decision) -> dict[str, str]:
    return {c.column: str(c.effect) for c in decision.columns}


def test_a_group_that_stands_for_the_owner_team_reads_and_approves(ours: Authenticator, provider: Any) -> None:
    owner = ours.authenticate(provider.login("olga", {"groups": ["customer-data"]}))
    assert seen(decide(owner)) == {"id": "clear", "email": "clear"}
    assert CedarDecider(MESH, []).may(owner, Action.APPROVE, PROFILES, dt.datetime.now(dt.UTC)).allowed


def test_a_group_that_stands_for_the_consumers_team_reads_what_was_granted(ours: Authenticator, provider: Any) -> None:
    analyst = ours.authenticate(provider.login("eve", {"groups": ["analysts"]}))
    assert seen(decide(analyst, "churn", "retention")) == {"id": "clear", "email": "hidden"}
    assert not decide(analyst).allowed
    assert not decide(analyst, "churn", "fun").allowed


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"groups": []},
        {"groups": ["insights", "crm", "Analysts", "analysts "]},
        {"groups": "crm"},
        {"teams": ["crm"], "roles": ["customer-data"], "administrator": True},
    ],
)
def test_groups_that_stand_for_nothing_and_claims_of_other_names_give_nothing(
    claims: dict[str, object], ours: Authenticator, provider: Any
) -> None:
    stranger = ours.authenticate(provider.login("mallory", claims))
    assert (stranger.teams, stranger.administrator) == ((), False)
    assert not decide(stranger).allowed
    assert not decide(stranger, "churn", "retention").allowed
    may = CedarDecider(MESH, []).may
    now = dt.datetime.now(dt.UTC)
    assert not any(may(stranger, action, PROFILES, now).allowed for action in (Action.APPROVE, Action.ADMINISTER))
    assert may(stranger, Action.DISCOVER, PROFILES, now).allowed


def test_a_member_who_comes_by_the_issuer_is_the_member(ours: Authenticator, provider: Any) -> None:
    assert seen(decide(ours.authenticate(provider.login("cleo", {})))) == {"id": "clear", "email": "clear"}


def test_a_service_of_the_consumers_team_reads_what_was_granted(ours: Authenticator, provider: Any, ledger: MemoryLedger) -> None:
    now = dt.datetime.now(dt.UTC)
    add_user(ledger, MESH, "exporter", UserChange(teams=("insights",)), now=now, kind=PrincipalKind.SERVICE)
    service = ours.authenticate(provider.token(now, sub="exporter", groups=[]))
    assert service.kind is PrincipalKind.SERVICE
    assert seen(decide(service, "churn", "retention")) == {"id": "clear", "email": "hidden"}


def test_a_token_for_one_consumer_reads_for_no_other_and_not_for_its_owner(ours: Authenticator, ledger: MemoryLedger) -> None:
    change_user(ledger, MESH, "cleo", UserChange(teams=("insights",)), now=dt.datetime.now(dt.UTC))
    text, _ = ours.issue_token("cleo", scopes=("consumer:churn",))
    narrowed = ours.authenticate(text)
    assert seen(decide(narrowed, "churn", "retention")) == {"id": "clear", "email": "hidden"}
    refused = decide(narrowed)
    assert not refused.allowed
    assert refused.reasons
    for scopes in (("request",), ("approve",), ("administer",)):
        text, _ = ours.issue_token("cleo", scopes=scopes)
        assert not decide(ours.authenticate(text)).allowed
