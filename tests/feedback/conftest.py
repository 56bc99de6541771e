"""A product of two majors of a port, its team, people who read it, and one from whom it is hidden: made by hand."""

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from hansa.access.deciding import LiveDecider
from hansa.feedback import Feedback, FeedbackDesk, Said
from hansa.ledger import Ledger
from hansa.ledger.memory import MemoryLedger
from hansa.model import (
    AccessPolicy,
    Agreement,
    Column,
    Consumer,
    Contract,
    ContractColumn,
    Domain,
    FeedbackKind,
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
PROFILES = ProductName("customer", "profiles")
INSIGHTS = Team("insights", ("ada", "bob"), delegates=("dee",))
MARKETING = Team("marketing", ("mia", "max"))
BLIND = (
    '@id("blind")\nforbid (principal == User::"eve", action, resource) when { resource in Domain::"customer" };\n'
    '@id("half-blind")\nforbid (principal == User::"hal", action == Action::"describe", resource);\n'
)


@dataclass
class Clock:
    at: dt.datetime = field(default=NOON)

    def __call__(self) -> dt.datetime:
        return self.at

    def pass_minutes(self, minutes: float) -> None:
        self.at += dt.timedelta(minutes=minutes)


@dataclass
class House:
    """A desk over one ledger. `readers` are those whom the record of reads knows; `version` is what the product is at."""

    ledger: Ledger = field(default_factory=MemoryLedger)
    clock: Clock = field(default_factory=Clock)
    readers: set[str] = field(default_factory=set)
    version: str = "1.4.0"

    @property
    def mesh(self) -> Mesh:
        ports = tuple(_port(major) for major in (1, 2))
        platform = Platform("embedded", "duckdb")
        profiles = Product(
            PROFILES, "customer.profiles", self.version, platform, (), ports, (), "profiles", owner="insights", team=INSIGHTS
        )
        domains = (Domain(DomainName("customer"), (profiles,), owner="insights"),)
        governance = Governance(
            consumers=(Consumer("campaign", owner="marketing", purposes=("letters",)),),
            agreements=(Agreement("campaign", "letters", ports[0].pinned, "ada", "Letters."),),
            access_policies=(AccessPolicy("governance/access/blind.cedar", BLIND),),
        )
        return Mesh("shop", domains, (), governance=governance, teams=(INSIGHTS, MARKETING))

    @property
    def desk(self) -> FeedbackDesk:
        mesh = self.mesh
        numbers = itertools.count(self.ledger.last_feedback_step() + 1)
        decider = LiveDecider(lambda: mesh, self.ledger)
        return FeedbackDesk(
            mesh, self.ledger, decider, self.clock, lambda person, _: person in self.readers, lambda: f"fb-{next(numbers)}"
        )

    def give(
        self, who: Principal, kind: FeedbackKind, text: str = "", stars: int = 0, port: str = "", column: str = ""
    ) -> Feedback:
        return self.desk.give(who, Said(PROFILES, kind, text, stars, port, column))

    def rate(self, who: Principal, stars: int, text: str = "") -> Feedback:
        return self.give(who, FeedbackKind.RATING, text, stars)


def _port(major: int) -> OutputPort:
    names = ("id", "name", *(("born",) if major > 1 else ()))
    table = Table("profiles", tuple(ContractColumn(n, String()) for n in names))
    schema = Schema(tuple(Column(n, String()) for n in names))
    return OutputPort(PROFILES.port("profiles"), Contract("c-profiles", Version(major), (table,)), table, schema, "profiles")


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def somebody() -> Callable[[str], Principal]:
    """Somebody by name, with the teams that they are a member of."""

    def of(name: str) -> Principal:
        return Principal(name, teams=tuple(t.name for t in (INSIGHTS, MARKETING) if name in t.members))

    return of
