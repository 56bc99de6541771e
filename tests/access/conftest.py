"""A mesh with two owners, made by hand: what tests of the access workflow share."""

import datetime as dt
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from hansa.access.deciding import LiveDecider
from hansa.access.requests import AccessDesk
from hansa.ledger import Ledger
from hansa.ledger.memory import MemoryLedger
from hansa.model import (
    AccessPolicy,
    Column,
    Consumer,
    Contract,
    ContractColumn,
    Domain,
    Governance,
    Mesh,
    OutputPort,
    Platform,
    Principal,
    Product,
    Schema,
    Table,
    Team,
)
from hansa.model.types import String
from hansa.names import DomainName, ProductName, Version

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
INSIGHTS = Team("insights", ("ada", "bob"), delegates=("dee",))
MARKETING = Team("marketing", ("mia", "max"))
PRIVACY = Team("privacy", ("pat", "pia"))
COLUMNS = ("id", "name", "region")


@dataclass
class DeskClock:
    """The time at the desk; tests move it."""

    at: dt.datetime = field(default=NOON)

    def __call__(self) -> dt.datetime:
        return self.at

    def pass_days(self, days: float) -> None:
        self.at += dt.timedelta(days=days)


@dataclass(frozen=True)
class Desks:
    """Makes meshes and the desks before them, over one ledger and one clock."""

    ledger: Ledger
    clock: DeskClock

    def mesh(
        self,
        *,
        majors: tuple[int, ...] = (1,),
        columns: tuple[str, ...] = COLUMNS,
        terms_of_use: str = "",
        roles: tuple[dict[str, str], ...] = (),
        cedar: str = "",
        ends: dt.date | None = None,
    ) -> Mesh:
        address = ProductName("customer", "profiles")
        ports = tuple(_port(address, major, columns, terms_of_use, roles) for major in majors)
        profiles = _product(address, ports, INSIGHTS)
        history = _product(ProductName("customer", "history"), (), INSIGHTS)
        domains = (Domain(DomainName("customer"), (history, profiles), owner="insights"),)
        consumers = (
            Consumer("campaign", owner="marketing", purposes=("vouchers", "report"), ends=ends),
            Consumer("churn", owner="insights", purposes=("retention",)),
        )
        policies = (AccessPolicy("governance/access/rules.cedar", cedar),) if cedar else ()
        governance = Governance(consumers=consumers, access_policies=policies)
        return Mesh("shop", domains, (), governance=governance, teams=(INSIGHTS, MARKETING, PRIVACY))

    def before(self, mesh: Mesh) -> AccessDesk:
        numbers = itertools.count(len(self.ledger.access_steps()) + 1)
        return AccessDesk(mesh, self.ledger, LiveDecider(lambda: mesh, self.ledger), self.clock, lambda: f"req-{next(numbers)}")


def _port(
    product: ProductName, major: int, columns: tuple[str, ...], terms_of_use: str, roles: tuple[dict[str, str], ...]
) -> OutputPort:
    table = Table(product.product, tuple(ContractColumn(c, String()) for c in columns))
    schema = Schema(tuple(Column(c, String()) for c in columns))
    document = json.dumps({"roles": list(roles)})
    contract = Contract("c-profiles", Version(major), (table,), terms_of_use=terms_of_use, document=document)
    return OutputPort(product.port(product.product), contract, table, schema, product.product)


def _product(address: ProductName, ports: tuple[OutputPort, ...], team: Team) -> Product:
    platform = Platform("embedded", "duckdb")
    return Product(address, str(address), "1.0.0", platform, (), ports, (), address.product, owner=team.members[0], team=team)


@pytest.fixture
def desk_clock() -> DeskClock:
    return DeskClock()


@pytest.fixture
def desks(desk_clock: DeskClock) -> Desks:
    return Desks(MemoryLedger(), desk_clock)


@pytest.fixture
def person() -> Callable[[str], Principal]:
    """Somebody by name, with the teams that they are a member of."""

    def of(name: str) -> Principal:
        return Principal(name, teams=tuple(sorted(t.name for t in (INSIGHTS, MARKETING, PRIVACY) if name in t.members)))

    return of
