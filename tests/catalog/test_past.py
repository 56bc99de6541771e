"""The mesh of earlier moments is what was visible then, in the order of the pointers' moves."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hansa.catalog.past import Past
from hansa.compile import compile as compile_mesh
from hansa.declare import load
from hansa.engines.duckdb import DuckDbEngine
from hansa.ledger import PointerMoved, Published, RunStarted
from hansa.ledger.memory import MemoryLedger
from hansa.model import Fingerprint, Governance, Mesh, Publication, PublishedPort, Run, RunId, Waiver
from hansa.names import ProductName
from hansa.plan import declaration_of, to_text

HOUSEHOLDS = ProductName("shop", "households")
PRODUCT = """\
apiVersion: v1.1.0
kind: DataProduct
id: shop.households
name: households
version: 1.0.0
status: active
description: {purpose: Who buys in the shop.}
outputPorts: [{name: households, version: 1.0.0, contractId: shop.households.households}]
team: {name: shop_team, members: [{username: ada, role: owner}]}
"""
TEAMS = """\
apiVersion: hansa/v1
kind: Teams
teams: [{name: shop_team, contact: shop@a.example, members: [ada]}]
"""
CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: shop.households.households
version: 1.0.0
status: active
schema:
  - name: households
    properties:
      - {name: id, logicalType: integer, physicalType: BIGINT, required: true, primaryKey: true}
"""

Publish = Callable[..., Publication]


def at(day: int) -> dt.datetime:
    return dt.datetime(2026, 1, day, 12, tzinfo=dt.UTC)


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    files = {
        "hansa.yaml": "apiVersion: hansa/v1\nkind: Mesh\nname: small\n",
        "governance/teams.yaml": TEAMS,
        "domains/shop/domain.yaml": "apiVersion: hansa/v1\nkind: Domain\nname: shop\nowner: shop_team\n",
        "domains/shop/households/product.odps.yaml": PRODUCT,
        "domains/shop/households/contracts/households.odcs.yaml": CONTRACT,
        "domains/shop/households/models/households.sql": "SELECT CAST(1 AS BIGINT) AS id",
        "domains/shop/households/README.md": "# Households\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    engine = DuckDbEngine()
    compiled = compile_mesh(load(tmp_path, {}), lambda platform, query, tables: engine.describe(query, tables))
    engine.close()
    assert compiled.valid, compiled.troubles
    return compiled.mesh


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def publish(mesh: Mesh, ledger: MemoryLedger) -> Publish:
    """Publishes the product with a purpose, on a day, in a run of its own."""
    product = mesh.products[0]

    def make(day: int, purpose: str = "", environment: str = "prod", declaration: str | None = None) -> Publication:
        run = RunId(f"run-{day}-{environment}")
        told = to_text(declaration_of(replace(product, purpose=purpose))) if declaration is None else declaration
        ports = tuple(PublishedPort(o.pinned, o.contract.id, o.contract.version, "t", day, 1, 10) for o in product.outputs)
        none = Fingerprint("")
        publication = Publication(HOUSEHOLDS, environment, run, at(day), none, none, none, ports, told)
        (recorded,) = ledger.apply([RunStarted(Run(run, environment, at(day), none)), Published(publication)])
        return recorded

    return make


def purposes(past: Past, day: int) -> list[str]:
    return [p.purpose for p in past.at(at(day)).mesh.products]


def test_each_moment_shows_what_was_published_last_before_it(mesh: Mesh, ledger: MemoryLedger, publish: Publish) -> None:
    publish(5, "first")
    publish(10, "second")
    past = Past(mesh, ledger, "prod")
    assert [purposes(past, day) for day in (4, 5, 9, 10, 30)] == [[], ["first"], ["first"], ["second"], ["second"]]
    assert past.changes(10) == (at(10), at(5))
    assert past.changes(1) == (at(10),)
    assert past.changes(0) == ()


def test_a_rollback_and_a_withdrawal_are_moments_of_their_own(mesh: Mesh, ledger: MemoryLedger, publish: Publish) -> None:
    first = publish(5, "first")
    publish(10, "second")
    ledger.apply([PointerMoved(HOUSEHOLDS, "prod", first.id, at(15), "rollback")])
    ledger.apply([PointerMoved(HOUSEHOLDS, "prod", None, at(20), "withdrawn")])
    past = Past(mesh, ledger, "prod")
    assert [purposes(past, day) for day in (12, 16, 25)] == [["second"], ["first"], []]


def test_an_environment_shows_its_own_and_else_what_all_see(mesh: Mesh, ledger: MemoryLedger, publish: Publish) -> None:
    publish(5, "for all")
    publish(10, "tried", environment="pr-1")
    past = Past(mesh, ledger, "pr-1")
    assert [purposes(past, day) for day in (7, 12)] == [["for all"], ["tried"]]
    assert purposes(Past(mesh, ledger, "prod"), 12) == ["for all"]


@pytest.mark.parametrize("record", ["", "{", json.dumps({"format": 1}), json.dumps({"format": 99})])
def test_a_record_that_says_too_little_is_named_and_not_guessed(
    mesh: Mesh, ledger: MemoryLedger, publish: Publish, record: str
) -> None:
    publish(5, declaration=record)
    moment = Past(mesh, ledger, "prod").at(at(6))
    assert (moment.mesh.products, moment.untold) == ((), ("shop.households",))


def test_what_records_leave_out_is_that_of_today(mesh: Mesh, ledger: MemoryLedger, publish: Publish) -> None:
    publish(5, "first")
    (product,) = Past(mesh, ledger, "prod").at(at(6)).mesh.products
    assert product.readme.startswith("# Households")
    assert product.team is not None
    assert (product.team.contact, product.team.members) == ("shop@a.example", ("ada",))


def test_a_waiver_does_not_hold_before_it_was_granted(mesh: Mesh, ledger: MemoryLedger, publish: Publish) -> None:
    publish(5, "first")
    waiver = Waiver("p", "shop.households", "r", "a", expires=dt.date(2026, 12, 31), granted=dt.date(2026, 1, 10))
    governed = replace(mesh, governance=Governance(waivers=(waiver,)))
    past = Past(governed, ledger, "prod")
    assert [past.at(at(day)).mesh.governance.waivers for day in (6, 10)] == [(), (waiver,)]
