"""Whom a change concerns besides the models of the mesh: who queries what changes, and who may."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest

from hansa.model import Consumer, ConsumerHit, Governance, Grant, Mesh, PortRead, ReadOutcome, ReadRecord, Terms
from hansa.names import PortMajor, PortName
from hansa.plan import Recorded, changes_of_mesh, recorded_as

Meshed = Callable[..., Mesh]

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
PORT = PortMajor(PortName("shop", "orders", "orders"), 1)
STUDY = Consumer("study", owner="researchers", purposes=("research",))


def granted(*columns: str, port: PortMajor = PORT, consumer: str = "study") -> Grant:
    return Grant("g1", consumer, "research", port, NOW, Terms(columns))


def queried(*columns: str, consumer: str = "study", outcome: ReadOutcome = ReadOutcome.DONE) -> ReadRecord:
    return ReadRecord("q1", NOW, outcome, "rita", consumer, "research", ports=(PortRead(PORT, 1, columns),))


def hits(
    meshed: Meshed, grants: tuple[Grant, ...] = (), reads: tuple[ReadRecord, ...] = (), **other: object
) -> tuple[ConsumerHit, ...]:
    """Whom it concerns that the type of `total` changes."""
    before, now = meshed(**other), meshed(total="DECIMAL(12,2)", **other)
    now = replace(now, governance=Governance(consumers=(STUDY,)))
    recorded: Recorded = replace(recorded_as(before, now, "before"), grants=grants, reads=reads)
    (change,) = (c for c in changes_of_mesh(now, recorded) if c.column == "total")
    return change.consumers


def test_who_may_read_a_column_is_concerned_by_its_change(meshed: Meshed) -> None:
    assert hits(meshed, (granted(),), spend=False) == (
        ConsumerHit("consumer", "study", "", "", "researchers", "grant", reads="total"),
    )


def test_who_really_queried_it_is_told_so_and_once(meshed: Meshed) -> None:
    (hit,) = hits(meshed, (granted(),), (queried("id", "Total"), queried("total")), spend=False)
    assert (hit.name, hit.learnt) == ("study", "queries")


@pytest.mark.parametrize(
    ("grants", "reads"),
    [
        ((granted("id"),), ()),
        ((granted(port=PortMajor(PORT.name, 2)),), ()),
        ((granted(port=PortMajor(PortName("shop", "orders", "lines"), 1)),), ()),
        ((), (queried("id"),)),
        ((), (queried("total", outcome=ReadOutcome.REFUSED),)),
        ((), (queried("total", consumer=""),)),
    ],
)
def test_who_may_not_and_did_not_is_not(meshed: Meshed, grants: tuple[Grant, ...], reads: tuple[ReadRecord, ...]) -> None:
    assert hits(meshed, grants, reads, spend=False) == ()


def test_a_grant_for_an_earlier_major_covers_the_later_one(meshed: Meshed) -> None:
    assert [h.learnt for h in hits(meshed, (granted(port=PortMajor(PORT.name, 0)),), spend=False)] == ["grant"]


def test_of_a_product_with_models_only_its_lineage_tells(meshed: Meshed) -> None:
    """`finance.spend` reads the port, and not this column."""
    found = hits(meshed, (granted(consumer="finance.spend"),), (queried("total", consumer="finance.spend"),))
    assert [h for h in found if h.learnt != "lineage"] == []


def test_a_port_that_goes_concerns_all_who_may_read_it(meshed: Meshed) -> None:
    before, now = meshed(spend=False), meshed(version="2.0.0", spend=False)
    recorded = replace(recorded_as(before, now, "before"), grants=(granted("id"),))
    (gone,) = (c for c in changes_of_mesh(now, recorded) if c.subject == "shop.orders.orders@1")
    assert [(h.name, h.learnt, h.owner) for h in gone.consumers] == [("study", "grant", "")]
    assert gone.with_impact
