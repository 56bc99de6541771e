"""A small mesh in memory, and who reads in it: `crm` owns customer.profiles, `shop` owns orders.history."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from hansa.access.deciding import CedarDecider
from hansa.model import (
    AccessPolicy,
    Column,
    ColumnClass,
    Consumer,
    Contract,
    ContractColumn,
    DataClass,
    Decision,
    Domain,
    Governance,
    Grant,
    Mesh,
    OutputPort,
    Platform,
    Principal,
    Product,
    Reader,
    Schema,
    Table,
    Team,
    Terms,
)
from hansa.model.types import DataType, Integer, String
from hansa.names import DomainName, PortMajor, PortName, ProductName, Version
from hansa.trouble import Place

NOW = dt.datetime(2026, 6, 1, 12, 30, 15, tzinfo=dt.UTC)
PROFILES = PortMajor(PortName("customer", "profiles", "profiles"), 1)
Promised = tuple[str, DataType, tuple[str, ...]]
COLUMNS: tuple[Promised, ...] = (
    ("id", Integer(), ()),
    ("email", String(), ("personal",)),
    ("age", Integer(), ("personal",)),
    ("iban", String(), ("personal", "secret")),
    ("region", String(), ("internal",)),
)
Decide = Callable[..., Decision]


def port(address: str, major: int = 1, columns: Sequence[Promised] = COLUMNS) -> OutputPort:
    promised = tuple(ContractColumn(name, type_, required=name == "id") for name, type_, _ in columns)
    table = Table(address.rpartition(".")[2], promised)
    return OutputPort(
        PortName(*address.split(".")),
        Contract(address, Version(major), tables=(table,)),
        table,
        Schema(tuple(Column(name, type_, name == "id") for name, type_, _ in columns)),
        "model",
        classes=tuple(ColumnClass(name, effective=classes) for name, _, classes in columns if classes),
    )


def product(address: str, team: str, *ports: OutputPort) -> Product:
    domain, name = address.split(".")
    platform = Platform("embedded", "duckdb")
    owner = f"{team}@x.org"
    return Product(ProductName(domain, name), address, "1.0.0", platform, (), ports, (), owner=owner, team=Team(team))


@pytest.fixture(scope="session")
def now() -> dt.datetime:
    return NOW


@pytest.fixture(scope="session")
def mesh() -> Mesh:
    profiles = product("customer.profiles", "crm", port("customer.profiles.profiles"), port("customer.profiles.profiles", 2))
    history = product("orders.history", "shop", port("orders.history.purchases"))
    file = "governance/classifications.yaml"
    governance = Governance(
        classes=(
            DataClass("internal"),
            DataClass("personal", above=("internal",), mask="mask-alphanum", place=Place(file, 6, 3)),
            DataClass("secret", above=("internal",), mask="replace-with-null", place=Place(file, 9, 3)),
        ),
        consumers=(
            Consumer("churn", owner="insight", purposes=("retention", "research")),
            Consumer("spring", owner="insight", purposes=("campaign",), ends=NOW.date()),
        ),
    )
    domains = (Domain(DomainName("customer"), (profiles,), owner="crm"), Domain(DomainName("orders"), (history,), owner="ops"))
    return Mesh("m", domains, (), governance=governance, teams=(Team("crm"), Team("shop"), Team("ops"), Team("insight")))


@pytest.fixture(scope="session")
def granting() -> Callable[..., Grant]:
    """A grant of customer.profiles to churn for retention, two days old, unless told otherwise."""

    def made(id_: str = "req-1", consumer: str = "churn", purpose: str = "retention", **said: object) -> Grant:
        of_terms = {k: said.pop(k) for k in ("columns", "unmasked", "row_filter", "expires") if k in said}
        grant = Grant(id_, consumer, purpose, PROFILES, NOW - dt.timedelta(days=2), Terms(**of_terms), ("cleo",))  # type: ignore[arg-type]
        return replace(grant, **said)  # type: ignore[arg-type]

    return made


@pytest.fixture(scope="session")
def decider(mesh: Mesh) -> Callable[..., CedarDecider]:
    """A decider over grants and policies; a policy is a text of the mesh's, or a (domain, text)."""

    def made(grants: Sequence[Grant] = (), policies: Sequence[str | tuple[str, str]] = ()) -> CedarDecider:
        files = [("", p) if isinstance(p, str) else p for p in policies]
        access = tuple(AccessPolicy(f"access/{n}.cedar", text, holder) for n, (holder, text) in enumerate(files))
        return CedarDecider(replace(mesh, governance=replace(mesh.governance, access_policies=access)), grants)

    return made


@pytest.fixture(scope="session")
def decide(decider: Callable[..., CedarDecider]) -> Decide:
    """What a reader sees of customer.profiles: `decide("ada", ["insight"], "churn", "retention", grants=[…], policies=[…])`."""

    def decided(
        name: str = "ada",
        teams: Sequence[str] = ("insight",),
        consumer: str = "",
        purpose: str = "",
        *,
        grants: Sequence[Grant] = (),
        policies: Sequence[str | tuple[str, str]] = (),
        now: dt.datetime = NOW,
        schema: Schema | None = None,
        at: PortMajor = PROFILES,
        **of_principal: object,
    ) -> Decision:
        principal = Principal(name, teams=tuple(teams), **of_principal)  # type: ignore[arg-type]
        stored = schema or port("customer.profiles.profiles").schema
        return decider(grants, policies).decide(Reader(principal, consumer, purpose), at, stored, now)

    return decided


@pytest.fixture(scope="session")
def seen() -> Callable[[Decision], dict[str, str]]:
    """What is seen of each column: `clear`, `hidden`, or the mask."""
    return lambda decision: {c.column: c.mask or str(c.effect) for c in decision.columns}
