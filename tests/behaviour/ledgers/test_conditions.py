"""A write is all or nothing under its conditions."""

import pytest
from tests.behaviour.ledgers.records import HISTORY, NOW, PROFILES, RUN, a_publication, a_run, check, everything, publish

from hansa.ledger import (
    Change,
    ChecksRecorded,
    Conflict,
    Ledger,
    PointerIs,
    PointerMoved,
    ProductFinished,
    PublicationKept,
    PublicationsForgotten,
    Published,
    RunEnded,
    RunStarted,
    Unpointed,
)
from hansa.model import (
    ProductRun,
    ProductStatus,
    PublicationId,
    RunId,
    RunStatus,
)


def test_a_pointer_that_moved_meanwhile_is_a_conflict_and_nothing_is_written(started: Ledger) -> None:
    first, second = publish(started), publish(started)
    expected = PointerIs(PROFILES, "prod", first.id)
    with pytest.raises(Conflict) as raised:
        started.apply([Published(a_publication())], [expected])
    assert raised.value.condition == expected
    assert raised.value.found == second.id
    assert started.history(PROFILES) == (second, first)


def test_the_first_failing_condition_is_named(started: Ledger) -> None:
    holds = PointerIs(PROFILES, "prod", None)
    fails = PointerIs(PROFILES, "prod", PublicationId(8))
    with pytest.raises(Conflict) as raised:
        started.apply([], [holds, fails, PublicationKept(PublicationId(9))])
    assert (raised.value.condition, raised.value.found) == (fails, None)


def test_conditions_look_at_what_was_before_the_changes(started: Ledger) -> None:
    (first,) = started.apply([Published(a_publication())], [PointerIs(PROFILES, "prod", None)])
    started.apply([Published(a_publication())], [PointerIs(PROFILES, "prod", first.id), PublicationKept(first.id)])
    assert len(started.history(PROFILES)) == 2


def test_a_publication_that_a_pointer_names_cannot_be_forgotten(started: Ledger) -> None:
    first = publish(started)
    started.apply([PointerMoved(PROFILES, "pr-17", first.id, NOW, "try")])
    with pytest.raises(Conflict) as raised:
        started.apply([PublicationsForgotten((first.id,))])
    assert raised.value.condition == Unpointed(first.id)
    assert raised.value.found == ("pr-17", "prod")
    assert started.current(PROFILES, "prod") == first


def test_a_pointer_cannot_move_to_what_was_forgotten(started: Ledger) -> None:
    first, second = publish(started), publish(started)
    started.apply([PublicationsForgotten((first.id,))])
    with pytest.raises(Conflict) as raised:
        started.apply([PointerMoved(PROFILES, "prod", first.id, NOW, "back")])
    assert raised.value.condition == PublicationKept(first.id)
    assert started.current(PROFILES, "prod") == second


@pytest.mark.parametrize(
    "nonsense",
    [
        RunStarted(a_run()),
        RunEnded(RunId("never"), RunStatus.FAILED, NOW),
        RunEnded(RUN, RunStatus.RUNNING, NOW),
        RunEnded(RUN, RunStatus.FAILED, NOW.replace(tzinfo=None)),
        ProductFinished(ProductRun(RunId("never"), PROFILES, ProductStatus.HELD)),
        ChecksRecorded(RunId("never"), PROFILES, (check("a"),)),
        Published(a_publication(run="never")),
        PointerMoved(HISTORY, "prod", PublicationId(1), NOW, "not one of its own"),
    ],
    ids=lambda change: type(change).__name__,
)
def test_a_change_without_sense_is_refused_with_all_the_others(started: Ledger, nonsense: Change) -> None:
    first = publish(started)
    before = everything(started)
    with pytest.raises(ValueError):
        started.apply([Published(a_publication()), nonsense])
    assert everything(started) == before
    assert publish(started).version == first.version + 1
