"""Runs, what they did with products, and verdicts."""

import datetime as dt
from collections import Counter
from dataclasses import replace

from tests.behaviour.ledgers.records import HISTORY, NOW, PROFILES, RUN, a_run, check, later

from hansa.ledger import (
    ChecksRecorded,
    Ledger,
    ProductFinished,
    RunEnded,
    RunStarted,
)
from hansa.model import (
    ProductRun,
    ProductStatus,
    PublicationId,
    RunId,
    RunStatus,
)


def test_a_run_is_read_as_it_was_recorded(ledger: Ledger) -> None:
    ledger.apply([RunStarted(a_run())])
    assert ledger.run(RUN) == a_run()
    assert ledger.run(RunId("other")) is None


def test_a_time_in_another_zone_is_the_same_instant(ledger: Ledger) -> None:
    zone = dt.timezone(dt.timedelta(hours=5, minutes=45))
    ledger.apply([RunStarted(replace(a_run(), started=NOW.astimezone(zone)))])
    found = ledger.run(RUN)
    assert found is not None
    assert found.started == NOW


def test_an_ended_run_has_its_status_and_is_no_longer_unfinished(started: Ledger) -> None:
    assert [run.id for run in started.unfinished_runs()] == ["r1"]
    started.apply([RunEnded(RUN, RunStatus.FAILED, later(9))])
    assert started.run(RUN) == replace(a_run(), status=RunStatus.FAILED, ended=later(9))
    assert started.unfinished_runs() == ()


def test_the_newest_runs_come_first_in_order_of_recording_even_when_the_clock_stepped_back(ledger: Ledger) -> None:
    for number, environment in enumerate(["prod", "pr-17", "prod"]):
        ledger.apply([RunStarted(replace(a_run(f"r{number}", environment), started=later(-number)))])
    assert [run.id for run in ledger.runs()] == ["r2", "r1", "r0"]
    assert [run.id for run in ledger.runs(environment="prod")] == ["r2", "r0"]
    assert [run.id for run in ledger.runs(limit=1)] == ["r2"]


def test_results_of_products_are_kept_in_order_and_a_second_one_replaces_the_first(started: Ledger) -> None:
    failed = ProductRun(RUN, PROFILES, ProductStatus.FAILED, "no luck", 0.1 + 0.2)
    good = ProductRun(RUN, PROFILES, ProductStatus.PUBLISHED, "", 1e-9, PublicationId(4))
    held = ProductRun(RUN, HISTORY, ProductStatus.HELD)
    started.apply([ProductFinished(failed), ProductFinished(held)])
    assert started.product_runs(RUN) == (failed, held)
    started.apply([ProductFinished(good)])
    assert started.product_runs(RUN) == (held, good)
    assert started.product_statuses(RUN) == {p.product: p.status for p in started.product_runs(RUN)}
    assert started.product_statuses(RunId("never")) == {}


def test_the_last_result_of_a_product_is_that_of_its_environment(started: Ledger) -> None:
    here = ProductRun(RUN, PROFILES, ProductStatus.UNCHANGED)
    there = ProductRun(RunId("r2"), PROFILES, ProductStatus.FAILED)
    started.apply([ProductFinished(here), RunStarted(a_run("r2", "pr-17")), ProductFinished(there)])
    assert started.last_product_run(PROFILES, "prod") == here
    assert started.last_product_run(PROFILES, "pr-17") == there
    assert started.last_product_run(HISTORY, "prod") is None
    assert started.last_product_runs("prod") == {PROFILES: here}
    assert started.last_product_runs("pr-17") == {PROFILES: there}


def test_of_two_runs_at_once_the_last_result_is_the_one_recorded_last(started: Ledger) -> None:
    ours, theirs = (ProductRun(RunId(id_), PROFILES, ProductStatus.UNCHANGED) for id_ in ("r1", "r2"))
    started.apply([RunStarted(a_run("r2")), ProductFinished(theirs), ProductFinished(ours)])
    assert started.last_product_run(PROFILES, "prod") == ours


def test_verdicts_keep_their_order_and_the_type_of_what_was_measured(started: Ledger) -> None:
    results = tuple(check(f"c{i}", m) for i, m in enumerate([None, 1, 1.0, "1", 0.1 + 0.2, 2**70, ""]))
    started.apply([ChecksRecorded(RUN, PROFILES, results)])
    found = started.checks(RUN, PROFILES)
    assert found == results
    assert [type(result.measured) for result in found] == [type(result.measured) for result in results]
    assert started.checks(RUN, HISTORY) == ()
    assert started.check_counts(RUN) == {PROFILES: Counter(r.status for r in found)}


def test_verdicts_recorded_again_replace_the_earlier_ones(started: Ledger) -> None:
    started.apply([ChecksRecorded(RUN, PROFILES, (check("a"), check("b")))])
    started.apply([ChecksRecorded(RUN, PROFILES, (check("b"),))])
    assert started.checks(RUN, PROFILES) == (check("b"),)
