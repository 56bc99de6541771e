"""The outbox tells what happened, in order."""

import json

import pytest
from tests.behaviour.ledgers.records import NOW, PROFILES, RUN, a_publication, a_step, later, publish

from hansa.ledger import (
    AccessStepped,
    Conflict,
    EventKind,
    Ledger,
    PointerIs,
    PointerMoved,
    Published,
    RunEnded,
)
from hansa.model import (
    PublicationId,
    RunStatus,
)


def test_the_outbox_tells_of_publications_moves_and_ends_in_order(started: Ledger) -> None:
    first, second = publish(started), publish(started)
    started.apply(
        [
            PointerMoved(PROFILES, "prod", first.id, later(1), "bad", "eve"),
            RunEnded(RUN, RunStatus.SUCCEEDED, later(2)),
        ]
    )
    events = started.events()
    assert [(e.kind, e.subject, e.at) for e in events] == [
        (EventKind.PUBLISHED, "customer.profiles", NOW),
        (EventKind.PUBLISHED, "customer.profiles", NOW),
        (EventKind.POINTER_MOVED, "customer.profiles", later(1)),
        (EventKind.RUN_ENDED, "r1", later(2)),
    ]
    bodies = [json.loads(event.body) for event in events]
    assert (bodies[1]["publication"], bodies[1]["before"], bodies[1]["version"]) == (second.id, first.id, 2)
    assert [port["port"] for port in bodies[0]["ports"]] == ["customer.profiles.port0@0", "customer.profiles.port1@1"]
    assert (bodies[2]["before"], bodies[2]["after"], bodies[2]["actor"]) == (second.id, first.id, "eve")
    assert bodies[3] == {"run": "r1", "environment": "prod", "status": "succeeded", "actor": "ada"}


def test_a_reader_goes_on_behind_the_last_event_that_it_saw(started: Ledger) -> None:
    for _ in range(3):
        publish(started)
    first = started.events(limit=1)
    rest = started.events(after=first[0].id)
    assert (*first, *rest) == started.events()
    assert len(rest) == 2
    assert started.events(after=rest[-1].id) == ()


def test_a_refused_write_tells_nothing(started: Ledger) -> None:
    with pytest.raises(Conflict):
        started.apply([Published(a_publication())], [PointerIs(PROFILES, "prod", PublicationId(1))])
    assert started.events() == ()


def test_each_step_of_a_request_for_access_is_told(ledger: Ledger) -> None:
    step = a_step(request="req-1")
    ledger.apply([AccessStepped(step)])
    (event,) = ledger.events()
    assert (event.kind, event.subject, event.at) == (EventKind.ACCESS_STEPPED, "req-1", step.at)
    body = json.loads(event.body)
    assert (body["step"], body["consumer"], body["port"], body["actor"]) == (
        "requested",
        step.consumer,
        str(step.port),
        step.actor,
    )
