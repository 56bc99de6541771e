"""The outbox tells what happened, in order."""

import datetime as dt
import json

import pytest
from tests.behaviour.ledgers.records import NOW, PROFILES, RUN, a_publication, a_step, later, publish

from hansa.ledger import (
    AccessStepped,
    Conflict,
    EventKind,
    EventsForgotten,
    Ledger,
    PointerIs,
    PointerMoved,
    Published,
    RunEnded,
    RunStepped,
    VerdictsChanged,
)
from hansa.ledger.retention import clear_outbox
from hansa.model import Outcome, PublicationId, RunId, RunStatus, RunStep, VerdictChange


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
        (EventKind.RUN_BEGAN, "r1", NOW),
        (EventKind.PUBLISHED, "customer.profiles", NOW),
        (EventKind.PUBLISHED, "customer.profiles", NOW),
        (EventKind.POINTER_MOVED, "customer.profiles", later(1)),
        (EventKind.RUN_ENDED, "r1", later(2)),
    ]
    bodies = [json.loads(event.body) for event in events]
    assert (bodies[2]["publication"], bodies[2]["before"], bodies[2]["version"]) == (second.id, first.id, 2)
    assert [port["port"] for port in bodies[1]["ports"]] == ["customer.profiles.port0@0", "customer.profiles.port1@1"]
    assert (bodies[3]["before"], bodies[3]["after"], bodies[3]["actor"]) == (second.id, first.id, "eve")
    assert bodies[4] == {"run": "r1", "environment": "prod", "status": "succeeded", "actor": "ada"}


def test_a_reader_goes_on_behind_the_last_event_that_it_saw(started: Ledger) -> None:
    for _ in range(3):
        publish(started)
    first = started.events(limit=1)
    rest = started.events(after=first[0].id)
    assert (*first, *rest) == started.events()
    assert len(rest) == 3
    assert started.events(after=rest[-1].id) == ()


def test_a_refused_write_tells_nothing(started: Ledger) -> None:
    before = started.events()
    with pytest.raises(Conflict):
        started.apply([Published(a_publication())], [PointerIs(PROFILES, "prod", PublicationId(1))])
    assert started.events() == before


def test_what_a_run_does_is_told_in_its_order_and_found_by_the_run(started: Ledger) -> None:
    publish(started)
    began = RunStep(PROFILES, "product", "began", later(1), note="its code changed")
    read = RunStep(PROFILES, "read", "ended", later(2), "crm", 0.5, 801)
    started.apply([RunStepped(RUN, (began, read))])
    told = [e for e in started.events(subject=RUN) if e.kind is EventKind.RUN_STEPPED]
    assert [e.at for e in told] == [later(1), later(2)]
    assert json.loads(told[1].body) == {
        "run": "r1",
        "product": "customer.profiles",
        "step": "read",
        "state": "ended",
        "detail": "crm",
        "seconds": 0.5,
        "rows": 801,
        "note": "",
    }
    assert {e.subject for e in started.events(subject=RUN)} == {"r1"}
    assert started.events(subject="nothing") == ()
    assert started.events(after=told[0].id, subject=RUN) == (told[1],)


def test_the_newest_event_is_known_without_reading_the_others(ledger: Ledger) -> None:
    assert ledger.last_event() == 0
    ledger.apply([AccessStepped(a_step(request="req-1"))])
    assert ledger.last_event() == ledger.events()[-1].id


def test_what_policies_say_otherwise_is_told_with_the_run(started: Ledger) -> None:
    change = VerdictChange("named-owners", "customer.profiles", Outcome.PASS, Outcome.VIOLATED)
    started.apply([VerdictsChanged(RUN, (change,), later(1))])
    told = started.events()[-1]
    assert (told.kind, told.subject, told.at) == (EventKind.VERDICT_CHANGED, "named-owners", later(1))
    body = json.loads(told.body)
    assert (body["product"], body["before"], body["after"], body["environment"]) == (
        "customer.profiles",
        "pass",
        "violated",
        "prod",
    )


def test_steps_of_a_run_that_never_began_are_refused(ledger: Ledger) -> None:
    step = RunStep(PROFILES, "read", "ended", later(1))
    with pytest.raises(ValueError, match="never started"):
        ledger.apply([RunStepped(RunId("r9"), (step,))])


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


def test_old_events_are_forgotten_from_the_oldest_on_and_ids_go_on(started: Ledger) -> None:
    started.apply([RunStepped(RUN, tuple(RunStep(PROFILES, "read", "ended", later(n)) for n in range(1, 6)))])
    ids = [e.id for e in started.events()]
    assert clear_outbox(started, now=later(3) + dt.timedelta(days=7), days=7, dry_run=True) == 3
    assert [e.id for e in started.events()] == ids
    assert clear_outbox(started, now=later(3) + dt.timedelta(days=7), days=7) == 3
    assert [e.id for e in started.events()] == ids[3:]
    assert [e.at for e in started.events()] == [later(3), later(4), later(5)]
    assert clear_outbox(started, now=later(3) + dt.timedelta(days=7), days=7) == 0
    started.apply([RunEnded(RUN, RunStatus.SUCCEEDED, later(9))])
    assert started.events()[-1].id == started.last_event() == ids[-1] + 1
    assert {e.subject for e in started.events(subject=RUN)} == {"r1"}


@pytest.mark.parametrize(("most", "left"), [(100, 6), (6, 6), (4, 4), (1, 1), (0, 1)])
def test_only_so_many_events_are_kept(most: int, left: int, started: Ledger) -> None:
    started.apply([RunStepped(RUN, tuple(RunStep(PROFILES, "read", "ended", later(n)) for n in range(1, 6)))])
    ids = [e.id for e in started.events()]
    assert clear_outbox(started, now=later(0), most=most) == 6 - left
    assert [e.id for e in started.events()] == ids[6 - left :]


def test_the_newest_event_is_kept_however_old_it_is(started: Ledger) -> None:
    started.apply([RunEnded(RUN, RunStatus.SUCCEEDED, later(1))])
    (_, newest) = started.events()
    assert clear_outbox(started, now=later(0) + dt.timedelta(days=900)) == 1
    assert started.events() == (newest,)
    started.apply([EventsForgotten(newest.id + 5)])
    assert started.events() == (newest,)
    assert clear_outbox(started, now=later(0) + dt.timedelta(days=900)) == 0


def test_an_event_behind_a_younger_one_is_kept_with_it(started: Ledger) -> None:
    """A clock went back between them: a reader that goes on by ids must not miss the younger one."""
    steps = (RunStep(PROFILES, "read", "ended", later(90)), RunStep(PROFILES, "read", "ended", later(1)))
    started.apply([RunStepped(RUN, steps), RunEnded(RUN, RunStatus.SUCCEEDED, later(91))])
    ids = [e.id for e in started.events()]
    assert clear_outbox(started, now=later(50) + dt.timedelta(days=7), days=7) == 1
    assert [e.id for e in started.events()] == ids[1:]


def test_a_ledger_that_tells_nothing_has_nothing_to_forget(ledger: Ledger) -> None:
    assert ledger.old_events(before=NOW, most=1) == (0, 0)
    assert clear_outbox(ledger, now=NOW) == 0
