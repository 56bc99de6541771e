"""What a reader sees of a port is decided once for all texts over it, and anew as soon as anything that decides is another."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from hansa.access.deciding import LiveDecider
from hansa.access.operating import OperatorDecider
from hansa.gateway.answering import Gateway
from hansa.gateway.asking import Query, QueryLimits
from hansa.gateway.governing import Governing
from hansa.lake import Lake, Replace
from hansa.ledger import AccessStepped, Ledger, Published, RunStarted
from hansa.ledger.memory import MemoryLedger
from hansa.ledger.opening import open_ledger
from hansa.model import (
    AccessPolicy,
    AccessStep,
    Column,
    Consumer,
    DataFile,
    Fingerprint,
    Mesh,
    Principal,
    PrincipalKind,
    Publication,
    PublishedPort,
    Reader,
    Run,
    RunId,
    Schema,
    StepKind,
    types,
)
from hansa.names import ProductName, Version
from hansa.trouble import TroubleError
from hansa.wiring import Workplace

PEOPLE = "customer.people.people@2"
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
KEY = bytes(32)


def test_a_new_text_over_the_same_port_costs_no_new_decision(bench: Any) -> None:
    for number in range(1, 6):
        assert bench.rows(f"SELECT name FROM customer.people WHERE id = {number}") == [{"name": f"Name{number}"}]
    assert bench.decider.asked == 1


def test_a_changed_policy_decides_the_next_new_text(bench: Any) -> None:
    assert bench.rows("SELECT email FROM customer.people WHERE id = 1") == [{"email": "1@example.org"}]
    bench.decider.masks[PEOPLE] = {"email": "replace-with-null"}
    bench.decider.changed()
    assert bench.rows("SELECT email FROM customer.people WHERE id = 2") == [{"email": None}]
    bench.decider.hidden[PEOPLE] = {"email"}
    bench.decider.changed()
    assert bench.refusal("SELECT email FROM customer.people WHERE id = 3").code == "H705"
    bench.decider.filters[PEOPLE] = "id > 18"
    bench.decider.changed()
    assert bench.rows("SELECT id FROM customer.people WHERE id > 3 ORDER BY id") == [{"id": 19}, {"id": 20}]
    bench.decider.refused[PEOPLE] = "no more"
    bench.decider.changed()
    assert bench.refusal("SELECT id FROM customer.people WHERE id = 4").code == "H707"


@dataclass
class Followed:
    """One decider after the other, all of one version: what a policy looks at may be more than the version tells."""

    current_one: Any

    @property
    def version(self) -> str:
        found: str = self.current_one.version
        return found

    def current(self) -> Any:
        return self.current_one


def test_another_decider_decides_anew_even_if_it_is_of_the_same_version(workplace: Workplace, make: Any) -> None:
    first, second = make().decider, make()
    second.decider.masks[PEOPLE] = {"email": "replace-with-null"}
    followed: Any = Followed(first)
    gateway = Gateway(followed, workplace.ledger, workplace.lake, second.records, QueryLimits(threads=1), lambda: NOW, KEY)

    def emails(text: str) -> list[dict[str, Any]]:
        reader = Reader(Principal("ann"), "churn", "marketing")
        found: list[dict[str, Any]] = gateway.ask(Query(text, reader)).reader.read_all().to_pylist()
        return found

    assert emails("SELECT email FROM customer.people WHERE id = 1") == [{"email": "1@example.org"}]
    followed.current_one = second.decider
    assert emails("SELECT email FROM customer.people WHERE id = 1") == [{"email": None}]
    assert emails("SELECT email FROM customer.people WHERE id = 2") == [{"email": None}]
    followed.current_one = first
    assert emails("SELECT email FROM customer.people WHERE id = 2") == [{"email": "2@example.org"}]
    gateway.close()


@pytest.mark.parametrize(
    "other",
    [
        {"reader": Reader(Principal("bob"), "churn", "marketing")},
        {"reader": Reader(Principal("ann", teams=("insight",)), "churn", "marketing")},
        {"reader": Reader(Principal("ann", attributes=(("region", "north"),)), "churn", "marketing")},
        {"reader": Reader(Principal("ann", scopes=("read",)), "churn", "marketing")},
        {"reader": Reader(Principal("ann"), "spring", "marketing")},
        {"reader": Reader(Principal("ann"), "churn", "research")},
        {"way": "http"},
    ],
    ids=["principal", "team", "attribute", "scope", "consumer", "purpose", "way"],
)
def test_nobody_reads_by_the_decision_for_another(bench: Any, other: dict[str, Any]) -> None:
    query = Query("SELECT name FROM customer.people WHERE id = 1", Reader(Principal("ann"), "churn", "marketing"))
    bench.gateway.ask(query).reader.close()
    assert bench.decider.asked == 1
    bench.gateway.ask(replace(query, text="SELECT name FROM customer.people WHERE id = 2", **other)).reader.close()
    assert bench.decider.asked == 2


def test_a_refusal_is_not_kept(bench: Any) -> None:
    bench.decider.refused[PEOPLE] = "not yet"
    assert bench.refusal("SELECT id FROM customer.people WHERE id = 1").code == "H707"
    bench.decider.refused.clear()
    assert bench.rows("SELECT id FROM customer.people WHERE id = 1") == [{"id": 1}]


def test_a_decision_is_made_anew_when_it_ends_and_when_the_clock_went_back(workplace: Workplace, bench: Any) -> None:
    governing, decider = Governing(workplace.lake), Ending(bench.decider)
    (port,) = (p for p in workplace.ledger.currents("prod") if str(p.product) == "customer.people")
    shown = next(p for p in port.ports if p.port.major == 2)
    reader = Reader(Principal("ann"))

    def asked_at(seconds: float) -> int:
        before: int = bench.decider.asked
        governing.of(reader, "cli", shown, decider, NOW + dt.timedelta(seconds=seconds))
        made: int = bench.decider.asked - before
        return made

    assert [asked_at(s) for s in (0, 30, 59.9, 60, 61, 30)] == [1, 0, 0, 1, 0, 1]


@dataclass
class Ending:
    """Decides as another does, for a minute."""

    decider: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.decider, name)

    def decide(self, reader: Reader, port: Any, schema: Schema, now: dt.datetime, way: str = "") -> Any:
        return replace(self.decider.decide(reader, port, schema, now, way), until=now + dt.timedelta(minutes=1))


def test_a_mask_of_the_querys_own_is_another_one_in_each_new_text(bench: Any) -> None:
    bench.decider.masks[PEOPLE] = {"email": "sha-256-query-local"}
    found = {bench.rows(f"SELECT email FROM customer.people WHERE id = 1 AND age < {n}")[0]["email"] for n in range(100, 104)}
    assert len(found) == 4


def test_a_filter_keeps_its_barrier_where_another_text_went_without(bench: Any) -> None:
    """A condition that can raise an error must not meet rows that are hidden, whatever was asked before."""
    bench.decider.filters[PEOPLE] = "id <> 7"
    assert bench.rows("SELECT id FROM customer.people WHERE id = 6") == [{"id": 6}]
    assert bench.rows("SELECT count(*) AS n FROM customer.people WHERE 1 / (id - 7) < 2") == [{"n": 19}]
    assert bench.rows("SELECT CAST(CASE id WHEN 7 THEN 'x' ELSE '1' END AS INTEGER) AS n FROM customer.people LIMIT 1") == [
        {"n": 1}
    ]
    assert bench.rows("SELECT id FROM customer.people WHERE id = 8") == [{"id": 8}]


@dataclass
class Granting:
    """A mesh whose access is decided live: by its policies, and by what a ledger says was granted."""

    mesh: Mesh
    gateway: Gateway | None = None
    granted: MemoryLedger = field(default_factory=MemoryLedger)
    steps: int = 0

    def step(self, kind: StepKind, at: dt.datetime = NOW) -> None:
        port = next(o.pinned for p in self.mesh.products for o in p.outputs if str(o.pinned) == PEOPLE)
        self.granted.apply([AccessStepped(AccessStep("req-1", kind, "churn", "retention", port, at, "joe"))])

    def rows(self, text: str) -> list[dict[str, Any]]:
        assert self.gateway is not None
        reader = Reader(Principal("ann", teams=("insight",)), "churn", "retention")
        found: list[dict[str, Any]] = self.gateway.ask(Query(text, reader)).reader.read_all().to_pylist()
        return found

    def code(self, text: str) -> str:
        with pytest.raises(TroubleError) as refused:
            self.rows(text)
        return refused.value.troubles[0].code


@pytest.fixture
def granting(workplace: Workplace, make: Any) -> Iterator[Granting]:
    mesh = workplace.compiled.mesh
    consumers = (Consumer("churn", owner="insight", purposes=("retention",)),)
    live = Granting(replace(mesh, governance=replace(mesh.governance, consumers=consumers)))
    decider = LiveDecider(lambda: live.mesh, live.granted)
    records = make().records
    limits = QueryLimits(threads=1)
    live.gateway = Gateway(decider, workplace.ledger, workplace.lake, records, limits, lambda: NOW, KEY)
    yield live
    live.gateway.close()


def test_what_is_granted_works_with_the_next_text_and_is_gone_with_it_when_revoked(granting: Granting) -> None:
    assert granting.code("SELECT id FROM customer.people WHERE id = 1") == "H707"
    for kind in (StepKind.REQUESTED, StepKind.APPROVED, StepKind.GRANTED):
        granting.step(kind, NOW - dt.timedelta(hours=1))
    assert granting.rows("SELECT id FROM customer.people WHERE id = 1") == [{"id": 1}]
    assert granting.rows("SELECT id FROM customer.people WHERE id = 2") == [{"id": 2}]
    granting.step(StepKind.REVOKED)
    assert granting.code("SELECT id FROM customer.people WHERE id = 2") == "H707"
    assert granting.code("SELECT id FROM customer.people WHERE id = 3") == "H707"


def test_a_policy_that_forbids_holds_for_the_next_text(granting: Granting) -> None:
    for kind in (StepKind.REQUESTED, StepKind.APPROVED, StepKind.GRANTED):
        granting.step(kind, NOW - dt.timedelta(hours=1))
    assert granting.rows("SELECT id FROM customer.people WHERE id = 1") == [{"id": 1}]
    forbid = AccessPolicy("access/no.cedar", 'forbid (principal, action == Action::"read", resource);', "")
    granting.mesh = replace(granting.mesh, governance=replace(granting.mesh.governance, access_policies=(forbid,)))
    assert granting.code("SELECT id FROM customer.people WHERE id = 2") == "H707"


@dataclass
class Shop:
    """One product of one port, published as often as a test wants, and a gateway over it."""

    folder: Path
    ledger: Ledger
    lake: Lake
    runs: int = 0

    def publish(self, select: str, *columns: tuple[str, types.DataType]) -> None:
        self.runs += 1
        product, run, none = ProductName("shop", "items"), RunId(f"r{self.runs}"), Fingerprint("")
        port = product.port("items").at(1)
        staging = self.lake.staging(port, run)
        staging.mkdir(parents=True)
        path = staging / "part-0.parquet"
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
            (rows,) = connection.execute(f"SELECT count(*) FROM '{path}'").fetchone() or (0,)
        size = path.stat().st_size
        schema = Schema(tuple(Column(name, type_) for name, type_ in columns))
        base = next((p.ports[0].snapshot for p in self.ledger.currents("prod")), None)
        files = [DataFile(str(path), rows, size)]
        snapshot = self.lake.commit(port, files, schema, change=Replace(), base=base, environment="prod")
        self.ledger.apply([RunStarted(Run(run, "prod", NOW, none))])
        offered = PublishedPort(port, str(port.name), Version(1, 0, 0), port.sql, snapshot.id, rows, size)
        self.ledger.apply([Published(Publication(product, "prod", run, NOW, none, none, none, (offered,)))])


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    ledger = open_ledger("sqlite:///ledger.db", tmp_path)
    yield Shop(tmp_path, ledger, Lake(f"sqlite:///{tmp_path}/lake.db", tmp_path / "warehouse"))
    ledger.close()


def test_the_next_text_reads_what_was_published_meanwhile(shop: Shop, make: Any) -> None:
    shop.publish("SELECT 1 AS id", ("id", types.Integer(32)))
    gateway = Gateway(OperatorDecider(), shop.ledger, shop.lake, make().records, QueryLimits(threads=1), lambda: NOW, KEY)
    operator = Reader(Principal("ada", PrincipalKind.OPERATOR))

    def rows(text: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = gateway.ask(Query(text, operator)).reader.read_all().to_pylist()
        return found

    assert rows("SELECT * FROM shop.items WHERE id < 3") == [{"id": 1}]
    shop.publish("SELECT 2 AS id, 'two' AS name", ("id", types.Integer(32)), ("name", types.String()))
    assert rows("SELECT * FROM shop.items WHERE id < 4") == [{"id": 2, "name": "two"}]
    assert rows("SELECT * FROM shop.items WHERE id < 3") == [{"id": 2, "name": "two"}]
    assert rows("SELECT * FROM shop.items AT (VERSION => 1) WHERE id < 5") == [{"id": 1}]
    gateway.close()


def test_the_files_of_a_snapshot_are_looked_up_once(shop: Shop, make: Any) -> None:
    shop.publish("SELECT 1 AS id", ("id", types.Integer(32)))
    operator = Reader(Principal("ada", PrincipalKind.OPERATOR))
    gateway = Gateway(OperatorDecider(), shop.ledger, shop.lake, make().records, QueryLimits(threads=1), lambda: NOW, KEY)
    assert gateway.ask(Query("SELECT id FROM shop.items", operator)).reader.read_all().num_rows == 1
    for listing in (shop.folder / "warehouse").rglob("*.json"):
        listing.unlink()
    assert gateway.ask(Query("SELECT id + 1 AS next FROM shop.items", operator)).reader.read_all().num_rows == 1
    gateway.close()
