"""One suite for every ledger: what a caller may rely on, whichever store is behind it.

PostgreSQL joins by one more entry in `OPENERS` (and in `SHARED`, for what needs several processes).
"""

import contextlib
import datetime as dt
import itertools
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hansa.ledger import (
    Change,
    ChecksRecorded,
    Condition,
    Conflict,
    EventKind,
    LeaseHeld,
    Ledger,
    PointerIs,
    PointerMoved,
    PoliciesDecided,
    ProductFinished,
    PublicationKept,
    PublicationsForgotten,
    Published,
    RunEnded,
    RunStarted,
    Unpointed,
)
from hansa.ledger.opening import open_ledger
from hansa.model import (
    CheckResult,
    CheckStatus,
    Evidence,
    Fingerprint,
    Outcome,
    PolicyDecision,
    PolicyLevel,
    PolicyMode,
    ProductRun,
    ProductStatus,
    Publication,
    PublicationId,
    PublishedPort,
    Run,
    RunId,
    RunStatus,
)
from hansa.names import ProductName, Version

OPENERS: dict[str, Callable[[Path], Ledger]] = {
    "memory": lambda root: open_ledger("memory://", root),
    "sqlite": lambda root: open_ledger("sqlite:///.hansa/ledger.db", root),
}
SHARED = {"sqlite": "sqlite:///.hansa/ledger.db"}

NOW = dt.datetime(2026, 3, 1, 12, 0, 0, 123457, tzinfo=dt.UTC)
PROFILES = ProductName("customer", "profiles")
HISTORY = ProductName("orders", "history")
RUN = RunId("r1")


@pytest.fixture(params=OPENERS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    opened = OPENERS[request.param](tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def started(ledger: Ledger) -> Ledger:
    ledger.apply([RunStarted(a_run())])
    return ledger


def later(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


def a_run(id_: str = "r1", environment: str = "prod") -> Run:
    return Run(RunId(id_), environment, NOW, Fingerprint("mesh"), actor="ada")


def a_publication(product: ProductName = PROFILES, environment: str = "prod", run: str = "r1", ports: int = 2) -> Publication:
    return Publication(
        product=product,
        environment=environment,
        run=RunId(run),
        created=NOW,
        code=Fingerprint("c0de"),
        checks=Fingerprint("c4ec"),
        inputs=Fingerprint("da7a"),
        ports=tuple(
            PublishedPort(
                port=product.port(f"port{number}").at(number),
                contract_id="urn:contract",
                contract_version=Version(1, number, 0, "rc.1"),
                table=f"lake.{product.product}_{number}",
                snapshot=2**63 - 1 - number,
                rows=20_940_529,
                bytes=2**40,
                schema='{"fields": ["ä"]}',
                watermark="2026-02-28",
            )
            for number in range(ports)
        ),
        declaration='{"product": "ß"}',
        input_versions=(("orders.history.lines", "7"), ("file", "sha:'1'")),
    )


def publish(ledger: Ledger, product: ProductName = PROFILES, environment: str = "prod") -> Publication:
    (recorded,) = ledger.apply([Published(a_publication(product, environment))])
    return recorded


def check(name: str, measured: float | int | str | None = None) -> CheckResult:
    return CheckResult(
        check=name,
        subject="customer.profiles.port1@1",
        column="émail",
        kind="nullValues",
        status=CheckStatus.WARN,
        severity="warning",
        dimension="completeness",
        measured=measured,
        threshold="< 5",
        how=Evidence.STATISTICS,
        message="3 rows\nof 7",
        failing_rows=3,
    )


def decision(policy: str = "owner", product: ProductName | None = None, about: tuple[str, ...] = ("*",)) -> PolicyDecision:
    """A policy's verdict as a whole, or with a product a violation of it."""
    return PolicyDecision(
        policy=policy,
        level=PolicyLevel.DOMAIN,
        mode=PolicyMode.ENFORCE,
        outcome=Outcome.PASS if product is None else Outcome.VIOLATED,
        policy_print=Fingerprint("p0"),
        holder="customer",
        about=about,
        violations=0 if product is None else 1,
        product="" if product is None else str(product),
        subject="" if product is None else f"{product}.port#émail",
        message="has no\nowner",
        waiver="2026-12-31",
        decides=product is not None,
    )


class TestRuns:
    def test_a_run_is_read_as_it_was_recorded(self, ledger: Ledger) -> None:
        ledger.apply([RunStarted(a_run())])
        assert ledger.run(RUN) == a_run()
        assert ledger.run(RunId("other")) is None

    def test_a_time_in_another_zone_is_the_same_instant(self, ledger: Ledger) -> None:
        zone = dt.timezone(dt.timedelta(hours=5, minutes=45))
        ledger.apply([RunStarted(replace(a_run(), started=NOW.astimezone(zone)))])
        found = ledger.run(RUN)
        assert found is not None
        assert found.started == NOW

    def test_an_ended_run_has_its_status_and_is_no_longer_unfinished(self, started: Ledger) -> None:
        assert [run.id for run in started.unfinished_runs()] == ["r1"]
        started.apply([RunEnded(RUN, RunStatus.FAILED, later(9))])
        assert started.run(RUN) == replace(a_run(), status=RunStatus.FAILED, ended=later(9))
        assert started.unfinished_runs() == ()

    def test_the_newest_runs_come_first_in_order_of_recording_even_when_the_clock_stepped_back(self, ledger: Ledger) -> None:
        for number, environment in enumerate(["prod", "pr-17", "prod"]):
            ledger.apply([RunStarted(replace(a_run(f"r{number}", environment), started=later(-number)))])
        assert [run.id for run in ledger.runs()] == ["r2", "r1", "r0"]
        assert [run.id for run in ledger.runs(environment="prod")] == ["r2", "r0"]
        assert [run.id for run in ledger.runs(limit=1)] == ["r2"]

    def test_results_of_products_are_kept_in_order_and_a_second_one_replaces_the_first(self, started: Ledger) -> None:
        failed = ProductRun(RUN, PROFILES, ProductStatus.FAILED, "no luck", 0.1 + 0.2)
        good = ProductRun(RUN, PROFILES, ProductStatus.PUBLISHED, "", 1e-9, PublicationId(4))
        held = ProductRun(RUN, HISTORY, ProductStatus.HELD)
        started.apply([ProductFinished(failed), ProductFinished(held)])
        assert started.product_runs(RUN) == (failed, held)
        started.apply([ProductFinished(good)])
        assert started.product_runs(RUN) == (held, good)

    def test_the_last_result_of_a_product_is_that_of_its_environment(self, started: Ledger) -> None:
        here = ProductRun(RUN, PROFILES, ProductStatus.UNCHANGED)
        there = ProductRun(RunId("r2"), PROFILES, ProductStatus.FAILED)
        started.apply([ProductFinished(here), RunStarted(a_run("r2", "pr-17")), ProductFinished(there)])
        assert started.last_product_run(PROFILES, "prod") == here
        assert started.last_product_run(PROFILES, "pr-17") == there
        assert started.last_product_run(HISTORY, "prod") is None

    def test_of_two_runs_at_once_the_last_result_is_the_one_recorded_last(self, started: Ledger) -> None:
        ours, theirs = (ProductRun(RunId(id_), PROFILES, ProductStatus.UNCHANGED) for id_ in ("r1", "r2"))
        started.apply([RunStarted(a_run("r2")), ProductFinished(theirs), ProductFinished(ours)])
        assert started.last_product_run(PROFILES, "prod") == ours

    def test_verdicts_keep_their_order_and_the_type_of_what_was_measured(self, started: Ledger) -> None:
        results = tuple(check(f"c{i}", m) for i, m in enumerate([None, 1, 1.0, "1", 0.1 + 0.2, 2**70, ""]))
        started.apply([ChecksRecorded(RUN, PROFILES, results)])
        found = started.checks(RUN, PROFILES)
        assert found == results
        assert [type(result.measured) for result in found] == [type(result.measured) for result in results]
        assert started.checks(RUN, HISTORY) == ()

    def test_verdicts_recorded_again_replace_the_earlier_ones(self, started: Ledger) -> None:
        started.apply([ChecksRecorded(RUN, PROFILES, (check("a"), check("b")))])
        started.apply([ChecksRecorded(RUN, PROFILES, (check("b"),))])
        assert started.checks(RUN, PROFILES) == (check("b"),)


class TestDecisions:
    def test_decisions_are_read_as_they_were_recorded_with_their_runs_time_and_mesh(self, started: Ledger) -> None:
        given = (decision(), decision("mask", PROFILES))
        started.apply([PoliciesDecided(RUN, given)])
        assert started.decisions() == tuple(replace(d, run=RUN, at=NOW, mesh=Fingerprint("mesh")) for d in given)

    def test_the_newest_runs_come_first_and_only_so_many_of_them(self, started: Ledger) -> None:
        started.apply([RunStarted(a_run("r2")), PoliciesDecided(RUN, (decision("a"), decision("b")))])
        started.apply([PoliciesDecided(RunId("r2"), (decision("c"),))])
        assert [d.policy for d in started.decisions()] == ["c", "a", "b"]
        assert [d.policy for d in started.decisions(limit=1)] == ["c"]
        assert [d.policy for d in started.decisions(run=RUN)] == ["a", "b"]

    def test_of_a_product_are_its_violations_and_the_policies_that_it_was_judged_by(self, started: Ledger) -> None:
        given = (
            decision("all"),
            decision("customers", about=("customer.*",)),
            decision("one", about=("orders.history",)),
            decision("mine", PROFILES),
            decision("theirs", HISTORY),
        )
        started.apply([PoliciesDecided(RUN, given)])
        assert [d.policy for d in started.decisions(product=PROFILES)] == ["all", "customers", "mine"]
        assert [d.policy for d in started.decisions(product=HISTORY)] == ["all", "one", "theirs"]

    def test_decisions_recorded_again_replace_the_earlier_ones(self, started: Ledger) -> None:
        started.apply([PoliciesDecided(RUN, (decision("a"), decision("b")))])
        started.apply([PoliciesDecided(RUN, (decision("b"),))])
        assert [d.policy for d in started.decisions()] == ["b"]

    def test_a_run_that_never_started_decides_nothing(self, ledger: Ledger) -> None:
        with pytest.raises(ValueError, match="never started"):
            ledger.apply([PoliciesDecided(RUN, (decision(),))])
        assert ledger.decisions() == ()


class TestPublications:
    def test_a_publication_gets_an_id_and_a_version_and_is_what_consumers_see(self, started: Ledger) -> None:
        first = publish(started)
        assert first == replace(a_publication(), id=first.id, version=1)
        assert started.current(PROFILES, "prod") == first
        assert started.publication(first.id) == first

    def test_versions_count_by_product_and_environment(self, started: Ledger) -> None:
        places = [(PROFILES, "prod"), (HISTORY, "prod"), (PROFILES, "prod"), (PROFILES, "pr-17")]
        published = [publish(started, product, environment) for product, environment in places]
        assert [p.version for p in published] == [1, 1, 2, 1]
        assert len({p.id for p in published}) == 4

    def test_several_publications_of_one_write_come_back_in_order(self, started: Ledger) -> None:
        recorded = started.apply([Published(a_publication(HISTORY)), Published(a_publication(PROFILES, ports=0))])
        assert [p.product for p in recorded] == [HISTORY, PROFILES]
        assert started.currents("prod") == (recorded[1], recorded[0])

    def test_history_is_newest_first_and_an_environment_has_its_own(self, started: Ledger) -> None:
        first, second, other = publish(started), publish(started), publish(started, environment="pr-17")
        publish(started, HISTORY)
        assert started.history(PROFILES) == (other, second, first)
        assert started.history(PROFILES, "prod") == (second, first)
        assert started.history(PROFILES, "nowhere") == ()

    def test_a_rollback_moves_the_pointer_and_leaves_every_publication(self, started: Ledger) -> None:
        first, second = publish(started), publish(started)
        started.apply([PointerMoved(PROFILES, "prod", first.id, later(1), "bad prices", "eve")])
        assert started.current(PROFILES, "prod") == first
        assert started.history(PROFILES) == (second, first)
        assert publish(started).version == 3

    def test_a_promotion_points_to_the_publication_of_another_environment(self, started: Ledger) -> None:
        tried = publish(started, environment="pr-17")
        started.apply([PointerMoved(PROFILES, "prod", tried.id, NOW, "promoted")])
        assert started.current(PROFILES, "prod") == tried
        assert started.environments() == ("pr-17", "prod")
        assert started.pointed() == (tried,)

    def test_a_removed_pointer_shows_nothing_and_its_environment_is_gone(self, started: Ledger) -> None:
        publish(started, environment="pr-17")
        started.apply([PointerMoved(PROFILES, "pr-17", None, NOW, "closed")])
        assert started.current(PROFILES, "pr-17") is None
        assert started.currents("pr-17") == ()
        assert started.environments() == ()
        assert started.pointed() == ()

    def test_every_move_is_logged_newest_first_with_its_reason(self, started: Ledger) -> None:
        first, second = publish(started), publish(started)
        started.apply([PointerMoved(PROFILES, "prod", first.id, later(1), "bad prices", "eve")])
        started.apply([PointerMoved(PROFILES, "prod", None, later(2), "retired")])
        moves = started.moves(PROFILES, "prod")
        assert [(m.before, m.after, m.reason, m.actor) for m in moves] == [
            (first.id, None, "retired", ""),
            (second.id, first.id, "bad prices", "eve"),
            (first.id, second.id, "published", "ada"),
            (None, first.id, "published", "ada"),
        ]
        assert moves[0].at == later(2)
        assert started.moves(PROFILES, "pr-17") == ()

    def test_a_move_to_the_same_place_leaves_no_trace(self, started: Ledger) -> None:
        first = publish(started)
        events = started.events()
        started.apply([PointerMoved(PROFILES, "prod", first.id, NOW, "again")])
        started.apply([PointerMoved(HISTORY, "prod", None, NOW, "never was")])
        assert len(started.moves(PROFILES, "prod")) == 1
        assert started.events() == events

    def test_what_is_forgotten_is_gone_and_its_id_and_version_are_never_given_again(self, started: Ledger) -> None:
        first, second = publish(started), publish(started)
        started.apply([PointerMoved(PROFILES, "prod", first.id, NOW, "bad")])
        started.apply([PublicationsForgotten((second.id,))])
        assert started.publication(second.id) is None
        assert started.history(PROFILES) == (first,)
        assert [m.after for m in started.moves(PROFILES, "prod")] == [first.id, second.id, first.id]
        third = publish(started)
        assert third.version == 3
        assert third.id > second.id

    def test_a_product_counts_as_published_until_its_last_publication_is_forgotten(self, started: Ledger) -> None:
        first, other = publish(started), publish(started, HISTORY)
        started.apply([PointerMoved(p, "prod", None, NOW, "retired") for p in (PROFILES, HISTORY)])
        assert started.published_products() == (PROFILES, HISTORY)
        started.apply([PublicationsForgotten((first.id,))])
        assert started.published_products() == (other.product,)

    def test_forgetting_twice_is_harmless(self, started: Ledger) -> None:
        first, _ = publish(started), publish(started)
        for _ in range(2):
            started.apply([PublicationsForgotten((first.id,))])
        assert started.publication(first.id) is None


class TestConditions:
    def test_a_pointer_that_moved_meanwhile_is_a_conflict_and_nothing_is_written(self, started: Ledger) -> None:
        first, second = publish(started), publish(started)
        expected = PointerIs(PROFILES, "prod", first.id)
        with pytest.raises(Conflict) as raised:
            started.apply([Published(a_publication())], [expected])
        assert raised.value.condition == expected
        assert raised.value.found == second.id
        assert started.history(PROFILES) == (second, first)

    def test_the_first_failing_condition_is_named(self, started: Ledger) -> None:
        holds = PointerIs(PROFILES, "prod", None)
        fails = PointerIs(PROFILES, "prod", PublicationId(8))
        with pytest.raises(Conflict) as raised:
            started.apply([], [holds, fails, PublicationKept(PublicationId(9))])
        assert (raised.value.condition, raised.value.found) == (fails, None)

    def test_conditions_look_at_what_was_before_the_changes(self, started: Ledger) -> None:
        (first,) = started.apply([Published(a_publication())], [PointerIs(PROFILES, "prod", None)])
        started.apply([Published(a_publication())], [PointerIs(PROFILES, "prod", first.id), PublicationKept(first.id)])
        assert len(started.history(PROFILES)) == 2

    def test_a_publication_that_a_pointer_names_cannot_be_forgotten(self, started: Ledger) -> None:
        first = publish(started)
        started.apply([PointerMoved(PROFILES, "pr-17", first.id, NOW, "try")])
        with pytest.raises(Conflict) as raised:
            started.apply([PublicationsForgotten((first.id,))])
        assert raised.value.condition == Unpointed(first.id)
        assert raised.value.found == ("pr-17", "prod")
        assert started.current(PROFILES, "prod") == first

    def test_a_pointer_cannot_move_to_what_was_forgotten(self, started: Ledger) -> None:
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
    def test_a_change_without_sense_is_refused_with_all_the_others(self, started: Ledger, nonsense: Change) -> None:
        first = publish(started)
        before = everything(started)
        with pytest.raises(ValueError):
            started.apply([Published(a_publication()), nonsense])
        assert everything(started) == before
        assert publish(started).version == first.version + 1


class TestLeases:
    def test_a_lease_has_one_holder_until_it_expires(self, ledger: Ledger) -> None:
        lease = ledger.acquire("k", "a", now=NOW, seconds=30)
        assert lease is not None
        assert lease.expires == later(30)
        assert ledger.acquire("k", "b", now=later(29.999999), seconds=30) is None
        assert ledger.holder("k", now=later(29.999999)) == lease
        assert ledger.holder("k", now=later(30)) is None
        taken = ledger.acquire("k", "b", now=later(30), seconds=30)
        assert taken is not None
        assert taken.fence > lease.fence

    def test_fences_grow_after_release_and_keys_do_not_touch(self, ledger: Ledger) -> None:
        fences = []
        for holder in ["a", "b", "a", "a"]:
            lease = ledger.acquire("k", holder, now=NOW, seconds=30)
            assert lease is not None
            fences.append(lease.fence)
            ledger.release(lease)
            assert ledger.holder("k", now=NOW) is None
        assert fences == sorted(set(fences))
        assert ledger.holder("other", now=NOW) is None

    def test_our_own_lease_is_prolonged_under_its_fence_and_never_shortened(self, ledger: Ledger) -> None:
        lease = ledger.acquire("k", "a", now=NOW, seconds=30)
        again = ledger.acquire("k", "a", now=later(10), seconds=30)
        assert lease is not None
        assert again == replace(lease, expires=later(40))
        assert ledger.renew(lease, now=later(11), seconds=1) == again
        assert ledger.renew(lease, now=later(20), seconds=30) == replace(lease, expires=later(50))

    def test_a_clock_that_steps_back_frees_nothing_and_makes_no_second_holder(self, ledger: Ledger) -> None:
        old = ledger.acquire("k", "a", now=NOW, seconds=30)
        new = ledger.acquire("k", "b", now=later(40), seconds=30)
        assert old is not None
        assert new is not None
        back = later(5)  # by this clock the old lease still runs
        assert ledger.renew(old, now=back, seconds=30) is None
        assert ledger.acquire("k", "a", now=back, seconds=30) is None
        assert ledger.holder("k", now=back) == new
        with pytest.raises(Conflict) as raised:
            ledger.apply([RunStarted(a_run())], [LeaseHeld(old, back)])
        assert raised.value.found == new
        assert ledger.renew(new, now=back, seconds=1) == new
        ledger.apply([RunStarted(a_run())], [LeaseHeld(new, back)])

    def test_an_expired_or_released_lease_lets_nothing_be_written(self, ledger: Ledger) -> None:
        lease = ledger.acquire("k", "a", now=NOW, seconds=30)
        assert lease is not None
        with pytest.raises(Conflict):
            ledger.apply([RunStarted(a_run())], [LeaseHeld(lease, later(30))])
        assert ledger.renew(lease, now=later(30), seconds=30) is None
        ledger.release(lease)
        with pytest.raises(Conflict):
            ledger.apply([RunStarted(a_run())], [LeaseHeld(lease, NOW)])
        assert ledger.run(RUN) is None

    def test_a_stale_holder_cannot_release_the_lease_of_the_next(self, ledger: Ledger) -> None:
        old = ledger.acquire("k", "a", now=NOW, seconds=1)
        new = ledger.acquire("k", "a", now=later(2), seconds=30)
        assert old is not None
        ledger.release(old)
        assert ledger.holder("k", now=later(3)) == new

    @pytest.mark.parametrize(("holder", "seconds"), [("", 30), ("a", 0), ("a", float("nan"))])
    def test_a_lease_of_nobody_or_of_no_time_is_refused(self, ledger: Ledger, holder: str, seconds: float) -> None:
        with pytest.raises(ValueError):
            ledger.acquire("k", holder, now=NOW, seconds=seconds)

    def test_of_many_threads_one_gets_the_lease(self, ledger: Ledger) -> None:
        got: list[str] = []

        def take(holder: str) -> None:
            if ledger.acquire("k", holder, now=NOW, seconds=30) is not None:
                got.append(holder)

        threads = [threading.Thread(target=take, args=(f"t{number}",)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(got) == 1


class TestEvents:
    def test_the_outbox_tells_of_publications_moves_and_ends_in_order(self, started: Ledger) -> None:
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

    def test_a_reader_goes_on_behind_the_last_event_that_it_saw(self, started: Ledger) -> None:
        for _ in range(3):
            publish(started)
        first = started.events(limit=1)
        rest = started.events(after=first[0].id)
        assert (*first, *rest) == started.events()
        assert len(rest) == 2
        assert started.events(after=rest[-1].id) == ()

    def test_a_refused_write_tells_nothing(self, started: Ledger) -> None:
        with pytest.raises(Conflict):
            started.apply([Published(a_publication())], [PointerIs(PROFILES, "prod", PublicationId(1))])
        assert started.events() == ()


def everything(ledger: Ledger) -> dict[str, object]:
    """All that can be read of the few names that these tests use."""
    products, environments = (PROFILES, HISTORY), ("prod", "pr-17")
    runs = tuple(RunId(f"r{number}") for number in range(4))
    return {
        "runs": (ledger.runs(), ledger.unfinished_runs(), ledger.runs(environment="prod", limit=2)),
        "products": [ledger.product_runs(run) for run in runs],
        "last": [ledger.last_product_run(p, e) for p in products for e in environments],
        "checks": [ledger.checks(run, p) for run in runs for p in products],
        "decisions": [ledger.decisions(), ledger.decisions(limit=1), *(ledger.decisions(product=p) for p in products)],
        "current": [ledger.current(p, e) for p in products for e in environments],
        "currents": [ledger.currents(e) for e in environments],
        "history": [ledger.history(p, e) for p in products for e in (*environments, None)],
        "moves": [ledger.moves(p, e) for p in products for e in environments],
        "publications": [ledger.publication(PublicationId(number)) for number in range(12)],
        "environments": ledger.environments(),
        "published": ledger.published_products(),
        "pointed": ledger.pointed(),
        "events": ledger.events(),
        "holders": [ledger.holder(key, now=later(20)) for key in "kl"],
    }


_products = st.sampled_from([PROFILES, HISTORY])
_environments = st.sampled_from(["prod", "pr-17"])
_runs = st.sampled_from(["r0", "r1", "r2"])  # all started before the first random call
_ids = st.integers(1, 4).map(PublicationId)
_moments = st.integers(-50, 50).map(later)
_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
_measured = st.none() | st.integers() | st.floats(allow_nan=False) | _texts
_published: st.SearchStrategy[Change] = st.builds(
    lambda *a: Published(a_publication(*a)), _products, _environments, _runs, st.integers(0, 2)
)
_moved: st.SearchStrategy[Change] = st.builds(PointerMoved, _products, _environments, st.none() | _ids, _moments, _texts, _texts)
_forgotten: st.SearchStrategy[Change] = st.builds(PublicationsForgotten, st.lists(_ids, max_size=2).map(tuple))
_told: st.SearchStrategy[Change] = st.one_of(
    st.builds(RunStarted, st.builds(a_run, st.sampled_from(["r2", "r3"]), _environments)),
    st.builds(RunEnded, _runs.map(RunId), st.sampled_from(RunStatus), _moments),
    st.builds(
        lambda run, product, status, text: ProductFinished(ProductRun(RunId(run), product, status, text)),
        _runs,
        _products,
        st.sampled_from(ProductStatus),
        _texts,
    ),
    st.builds(
        lambda run, product, values: ChecksRecorded(RunId(run), product, tuple(check("c", v) for v in values)),
        _runs,
        _products,
        st.lists(_measured, max_size=3),
    ),
)
_decided: st.SearchStrategy[Change] = st.builds(
    lambda run, texts, product: PoliciesDecided(RunId(run), tuple(decision(t, product) for t in texts)),
    _runs,
    st.lists(_texts, max_size=2),
    st.none() | _products,
)
_changes = st.lists(st.one_of(_published, _published, _moved, _forgotten, _told, _decided), max_size=3)
_conditions: st.SearchStrategy[Condition] = st.one_of(
    st.builds(PointerIs, _products, _environments, st.none() | _ids),
    st.builds(PublicationKept, _ids),
    st.builds(Unpointed, _ids),
)
_calls: st.SearchStrategy[tuple[Any, ...]] = st.one_of(
    st.tuples(st.just("apply"), _changes, st.just([])),
    st.tuples(st.just("apply"), _changes, st.lists(_conditions, max_size=1)),
    st.tuples(st.just("acquire"), st.sampled_from("kl"), st.sampled_from("ab"), _moments, st.integers(1, 40)),
    st.tuples(st.just("renew"), st.integers(0, 3), _moments, st.integers(1, 40)),
    st.tuples(st.just("release"), st.integers(0, 3)),
    st.tuples(st.just("write under a lease"), st.integers(0, 3), _moments, _changes),
)
# What every sequence begins with, since most calls need runs and leases.
_BEGINNING: list[tuple[Any, ...]] = [
    ("apply", [RunStarted(a_run(id_, env)) for id_, env in [("r0", "prod"), ("r1", "prod"), ("r2", "pr-17")]], []),
    ("apply", [Published(a_publication()), Published(a_publication(HISTORY)), Published(a_publication())], []),
    ("acquire", "k", "a", NOW, 30),
    ("acquire", "l", "a", later(-50), 10),
]


def answer(ledger: Ledger, call: tuple[Any, ...], leases: list[Any]) -> object:
    """Make a call; what it answered or how it refused. `leases` are those got so far, to be used again, be they lost or not."""
    try:
        match call:
            case ("apply", changes, conditions):
                return ledger.apply(changes, conditions)
            case ("acquire", key, holder, now, seconds):
                lease = ledger.acquire(key, holder, now=now, seconds=seconds)
                leases.extend([lease] if lease is not None else [])
                return lease
            case ("renew", number, now, seconds):
                return ledger.renew(leases[-1 - number % len(leases)], now=now, seconds=seconds)
            case ("release", number):
                ledger.release(leases[-1 - number % len(leases)])
                return None
            case ("write under a lease", number, now, changes):
                return ledger.apply(changes, [LeaseHeld(leases[-1 - number % len(leases)], now)])
            case _:
                raise AssertionError(call)
    except Conflict as conflict:
        return "conflict", conflict.condition, conflict.found
    except ValueError as error:
        return "refused", str(error)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Ledger]:
    numbers = itertools.count()
    root = tmp_path_factory.mktemp("ledgers")
    return lambda kind: OPENERS[kind](root / f"{kind}{next(numbers)}")


@pytest.mark.parametrize("kind", [kind for kind in OPENERS if kind != "memory"])
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(calls=st.lists(_calls, min_size=8, max_size=20))
def test_any_sequence_of_calls_leaves_every_ledger_with_the_same_reads(
    fresh: Callable[[str], Ledger], kind: str, calls: Sequence[tuple[Any, ...]]
) -> None:
    with contextlib.closing(fresh("memory")) as memory, contextlib.closing(fresh(kind)) as other:
        ours: list[Any] = []
        theirs: list[Any] = []
        for call in [*_BEGINNING, *calls]:
            assert answer(memory, call, ours) == answer(other, call, theirs)
        assert everything(memory) == everything(other)


# What several processes do to one database. Each child gets the address and its name as arguments and these words first.
_CHILD = """
import datetime as dt, sys, time
from pathlib import Path
from hansa.ledger import *
from hansa.ledger.opening import open_ledger
from hansa.model import *
from hansa.names import ProductName
url, root, me = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
PROFILES = ProductName("customer", "profiles")
F = Fingerprint("f")
def publication():
    return Publication(PROFILES, "prod", RunId("r1"), NOW, F, F, F, ())
def wait_for_start():
    (root / f"ready-{me}").touch()
    while not (root / "go").exists():
        time.sleep(0.001)
"""


def child(url: str, root: Path, name: str, script: str) -> "subprocess.Popen[str]":
    words = _CHILD + textwrap.dedent(script)
    return subprocess.Popen([sys.executable, "-c", words, url, str(root), name], stdout=subprocess.PIPE, text=True)


def race(url: str, root: Path, script: str) -> dict[str, list[str]]:
    """Run a script in two processes from one moment on; the lines that each printed."""
    racers = {name: child(url, root, name, script) for name in ("ada", "bob")}
    while not all((root / f"ready-{name}").exists() or racer.poll() is not None for name, racer in racers.items()):
        time.sleep(0.01)
    (root / "go").touch()
    lines = {name: racer.communicate(timeout=60)[0].split() for name, racer in racers.items()}
    assert {racer.returncode for racer in racers.values()} == {0}
    return lines


@pytest.mark.parametrize("url", SHARED.values(), ids=SHARED)
class TestSeveralProcesses:
    def test_of_two_that_want_a_lease_exactly_one_gets_it(self, url: str, tmp_path: Path) -> None:
        script = """
        ledger = open_ledger(url, root)
        wait_for_start()
        for number in range(40):
            if ledger.acquire(f"k{number}", me, now=NOW, seconds=30):
                print(number)
        """
        got = race(url, tmp_path, script)
        assert sorted(map(int, got["ada"] + got["bob"])) == list(range(40))

    def test_of_two_that_publish_over_the_same_version_exactly_one_wins(self, url: str, tmp_path: Path) -> None:
        ledger = open_ledger(url, tmp_path)
        ledger.apply([RunStarted(a_run())])
        script = """
        ledger = open_ledger(url, root)
        wait_for_start()
        seen = None
        for _ in range(40):
            current = ledger.current(PROFILES, "prod")
            try:
                (done,) = ledger.apply([Published(publication())], [PointerIs(PROFILES, "prod", current and current.id)])
                print(done.version)
            except Conflict as conflict:
                assert conflict.found != (current and current.id)
        """
        won = race(url, tmp_path, script)
        versions = sorted(map(int, won["ada"] + won["bob"]))
        assert versions == list(range(1, len(versions) + 1))
        # Each version was published over the one before it: no publication was lost under another.
        moves = ledger.moves(PROFILES, "prod")[::-1]
        assert [m.before for m in moves] == [None, *(m.after for m in moves[:-1])]
        assert len(moves) == len(versions)
        ledger.close()

    def test_two_that_open_a_fresh_database_at_once_both_can_use_it(self, url: str, tmp_path: Path) -> None:
        script = """
        wait_for_start()
        ledger = open_ledger(url, root)
        ledger.apply([RunStarted(Run(RunId(me), "prod", NOW, F))])
        """
        race(url, tmp_path, script)
        with contextlib.closing(open_ledger(url, tmp_path)) as ledger:
            assert {run.id for run in ledger.runs()} == {"ada", "bob"}

    def test_one_killed_in_the_middle_of_a_write_leaves_the_old_state_and_no_lock(self, url: str, tmp_path: Path) -> None:
        ledger = open_ledger(url, tmp_path)
        ledger.apply([RunStarted(a_run())])
        first = publish(ledger)
        before = everything(ledger)
        script = """
        class Stalling(list):
            passes = 0
            def __iter__(self):
                self.passes += 1
                for change in super().__iter__():
                    yield change
                    if self.passes == 2: # the first pass only looks at the changes, the second records them
                        print("written", flush=True)
                        time.sleep(60)
        open_ledger(url, root).apply(Stalling([Published(publication()), RunEnded(RunId("r1"), RunStatus.FAILED, NOW)]))
        """
        killed = child(url, tmp_path, "ada", script)
        assert killed.stdout is not None
        assert killed.stdout.readline() == "written\n"
        assert everything(ledger) == before
        os.kill(killed.pid, signal.SIGKILL)
        killed.communicate()
        assert everything(ledger) == before
        assert publish(ledger).version == first.version + 1
        ledger.close()

    def test_one_killed_at_any_moment_leaves_each_write_whole(self, url: str, tmp_path: Path) -> None:
        script = """
        ledger = open_ledger(url, root)
        for number in range(10_000):
            run = RunId(f"r{number}")
            results = tuple(CheckResult(f"c{i}", "s", "", "k", CheckStatus.PASS) for i in range(20))
            ledger.apply([
                RunStarted(Run(run, "prod", NOW, F)),
                ChecksRecorded(run, PROFILES, results),
                Published(Publication(PROFILES, "prod", run, NOW, F, F, F, ())),
                RunEnded(run, RunStatus.SUCCEEDED, NOW),
            ])
            print(number, flush=True)
        """
        killed = child(url, tmp_path, "ada", script)
        assert killed.stdout is not None
        for _ in range(25):
            killed.stdout.readline()
        os.kill(killed.pid, signal.SIGKILL)
        told = 25 + len(killed.communicate()[0].split())
        with contextlib.closing(open_ledger(url, tmp_path)) as ledger:
            runs = ledger.runs(limit=10_000)
            assert len(runs) in (told, told + 1)
            assert {run.status for run in runs} == {RunStatus.SUCCEEDED}
            assert all(len(ledger.checks(run.id, PROFILES)) == 20 for run in runs)
            assert [p.run for p in ledger.history(PROFILES)] == [run.id for run in runs]
            assert len(ledger.events(limit=30_000)) == 2 * len(runs)
