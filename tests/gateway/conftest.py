"""A small published mesh, and a gateway over it whose decisions a test says itself."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hansa.access import Action, Verdict
from hansa.gateway.answering import Gateway
from hansa.gateway.asking import GovernedAnswer, Parameters, Query, QueryLimits
from hansa.model import ColumnDecision, ColumnEffect, DecidingRule, Decision, Principal, Reader, ReadRecord, Schema
from hansa.names import DomainName, PortMajor, ProductName
from hansa.trouble import Trouble, TroubleError
from hansa.wiring import Workplace

KEY = bytes(range(32))
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


@dataclass
class StandInDecider:
    """Decides by tables that a test fills: by the text form of a port; what is in none is clear."""

    refused: dict[str, str] = field(default_factory=dict)
    masks: dict[str, Mapping[str, str]] = field(default_factory=dict)
    hidden: dict[str, set[str]] = field(default_factory=dict)
    filters: dict[str, str] = field(default_factory=dict)
    majors: dict[str, int] = field(default_factory=dict)
    secret: set[str] = field(default_factory=set)
    version: str = "1"
    asked: int = 0

    def current(self) -> "StandInDecider":
        return self

    def changed(self) -> None:
        self.version = str(int(self.version) + 1)

    def decide(self, reader: Reader, port: PortMajor, schema: Schema, now: dt.datetime, way: str = "") -> Decision:
        self.asked += 1
        name = str(port)
        rule = DecidingRule("stand-in", "permit")
        if name in self.refused:
            return Decision(port, allowed=False, reasons=(self.refused[name],), rules=(rule,), mend="ask the owner")
        masks, hidden = self.masks.get(name, {}), self.hidden.get(name, set())
        columns = tuple(
            ColumnDecision(c.name, ColumnEffect.HIDDEN)
            if c.name in hidden
            else ColumnDecision(c.name, ColumnEffect.MASKED, masks[c.name], (rule,))
            if c.name in masks
            else ColumnDecision(c.name, ColumnEffect.CLEAR)
            for c in schema
        )
        return Decision(port, allowed=True, columns=columns, row_filter=self.filters.get(name, ""), rules=(rule,), grant="g1")

    def may(
        self,
        principal: Principal,
        action: Action,
        resource: DomainName | ProductName | PortMajor | None,
        now: dt.datetime,
        context: Mapping[str, object] | None = None,
    ) -> Verdict:
        return Verdict(allowed=str(resource) not in self.secret)

    def bound(self, reader: Reader, port: PortMajor, majors: tuple[int, ...], now: dt.datetime) -> int:
        return self.majors.get(str(port.name), max(majors))


class Kept:
    """A beginning that needs no waiting."""

    settled = True

    def wait(self) -> None:
        pass


class Records:
    """Keeps what is recorded, in order."""

    def __init__(self) -> None:
        self.begun: list[ReadRecord] = []
        self.ended: list[ReadRecord] = []

    def begin(self, record: ReadRecord) -> None:
        self.begun.append(record)

    def announce(self, record: ReadRecord) -> Kept:
        self.begun.append(record)
        return Kept()

    def end(self, record: ReadRecord) -> None:
        self.ended.append(record)

    def close(self) -> None:
        pass


@dataclass
class Bench:
    """A gateway, what decides in it, and what it recorded."""

    gateway: Gateway
    decider: StandInDecider
    records: Records

    def ask(self, text: str, parameters: Parameters = (), principal: str = "ann", **options: Any) -> GovernedAnswer:
        reader = Reader(Principal(principal), "churn", "marketing")
        return self.gateway.ask(Query(text, reader, parameters=parameters, **options))

    def rows(self, text: str, parameters: Parameters = (), **options: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask(text, parameters, **options).reader.read_all().to_pylist()
        return found

    def refusal(self, text: str, parameters: Parameters = (), **options: Any) -> Trouble:
        with pytest.raises(TroubleError) as caught:
            self.ask(text, parameters, **options).reader.read_all()
        return caught.value.troubles[0]


@pytest.fixture(scope="session")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """People with secrets, their purchases in two domains, and a port with two majors."""
    from hansa.cli import main

    root = tmp_path_factory.mktemp("mesh")
    people = "\n".join(
        f"{n},Name{n},{n}@example.org,{20 + n},{'north' if n % 2 else 'south'},2026-01-{n:02d}" for n in range(1, 21)
    )
    (root / "people.csv").write_text(f"id,name,email,age,region,joined\n{people}\n")
    bought = "\n".join(f"{100 + n},{n % 20 + 1},{n * 1.5},item{n % 3},2026-02-{n % 28 + 1:02d} 10:00:00" for n in range(60))
    (root / "bought.csv").write_text(f"order_id,person,amount,item,moment\n{bought}\n")

    def run(*arguments: str) -> None:
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--mesh", str(root)] if arguments[0] != "init" else [*arguments])
        assert not ended.value.code

    run("init", str(root))
    run("new", "domain", "customer")
    run("new", "domain", "sales")
    run("new", "product", "customer/people", "--from", str(root / "people.csv"))
    run("new", "product", "sales/orders", "--from", str(root / "bought.csv"))
    product = root / "domains/customer/people/product.odps.yaml"
    second = "  - {name: people, type: tables, version: 2.0.0, contractId: customer.people.people}\n"
    product.write_text(product.read_text().replace("outputPorts:\n", f"outputPorts:\n{second}"))
    contract = root / "domains/customer/people/contracts/people.odcs.yaml"
    newer = contract.with_name("people_v2.odcs.yaml")
    newer.write_text(contract.read_text().replace("version: 1.0.0", "version: 2.0.0", 1))
    run("run", "--quiet")
    return root


@pytest.fixture(scope="session")
def workplace(mesh: Path) -> Iterator[Workplace]:
    with Workplace.open(mesh, {}) as opened:
        yield opened


@contextmanager
def making() -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def bench(over: Workplace, stuck_told: Callable[[], None] | None = None, **limits: Any) -> Bench:
        decider, records = StandInDecider(), Records()
        told = replace(QueryLimits(threads=1), **limits)
        gateway = Gateway(decider, over.ledger, over.lake, records, told, lambda: NOW, KEY, stuck=stuck_told)
        made.append(Bench(gateway, decider, records))
        return made[-1]

    yield bench
    for each in made:
        each.gateway.close()


@pytest.fixture
def make_over() -> Iterator[Callable[..., Bench]]:
    """Make a bench over a mesh, with limits."""
    with making() as make:
        yield make


@pytest.fixture(scope="module")
def common_bench(workplace: Workplace) -> Iterator[Bench]:
    """One for tests that only ask."""
    with making() as make:
        yield make(workplace)


@pytest.fixture
def make(workplace: Workplace, make_over: Callable[..., Bench]) -> Callable[..., Bench]:
    """Make a bench with limits."""
    return partial(make_over, workplace)


@pytest.fixture
def bench(make: Callable[..., Bench]) -> Bench:
    return make()
