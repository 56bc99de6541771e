"""Plans, and what preparing a query found out: made once, kept as long as the decision holds, within limits."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from hansa.gateway.asking import Query
from hansa.gateway.planning import Planner
from hansa.model import Principal, Reader, ReadOutcome
from hansa.trouble import TroubleError
from hansa.wiring import Workplace

ANN = Reader(Principal("ann"))


def test_it_is_found_out_once_as_long_as_the_decision_holds(bench: Any) -> None:
    bench.decider.masks["customer.people.people@2"] = {"name": "show-first-4"}
    query = Query("SELECT name FROM customer.people WHERE id = ?", ANN)
    first = bench.gateway.prepare(query)
    assert first.notices == ("customer.people.people#name is masked by show-first-4 (stand-in)",)
    assert bench.gateway.prepare(query) is first
    (row,) = bench.gateway.ask(replace(query, parameters=(3,))).reader.read_all().to_pylist()
    assert row["name"].startswith("Name")
    assert row["name"] != "Name3"
    assert bench.decider.asked == 1, "values make no other plan"
    bench.decider.changed()
    assert bench.gateway.prepare(query) is not first


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("SELECT id FROM customer.people WHERE NAME IS NOT NULL", ["name"]),
        ("SELECT count(*) AS n FROM customer.people", []),
        ("FROM customer.people", ["name", "region"]),
        ("SELECT COLUMNS('na') FROM customer.people", ["name", "region"]),
        ("SELECT o.amount FROM customer.people p JOIN sales.orders o ON p.id = o.person AND p.region = 'x'", ["region"]),
    ],
)
def test_masks_are_told_of_columns_that_the_query_can_look_at(bench: Any, text: str, told: list[str]) -> None:
    bench.decider.masks["customer.people.people@2"] = {"name": "show-first-4", "region": "mask-alphanum"}
    notices = bench.gateway.prepare(Query(text, ANN)).notices
    assert [n.partition("#")[2].split()[0] for n in notices if "masked" in n] == told


def test_kinds_of_values_make_other_plans_where_rows_are_filtered(bench: Any) -> None:
    bench.decider.filters["customer.people.people@2"] = "region = 'north'"
    query = Query("SELECT name FROM customer.people WHERE id = ?", ANN)
    first, other, again = (bench.gateway.prepare(replace(query, parameters=(value,))) for value in (1, "1", 2))
    assert again is first
    assert other is not first
    for value in (1, "1", 1):
        assert bench.gateway.ask(replace(query, parameters=(value,))).reader.read_all().num_rows == 1


def test_no_plan_of_another_moment_is_used_for_a_time_by_the_clock(bench: Any, workplace: Workplace) -> None:
    planner = Planner(bench.decider, workplace.ledger, workplace.lake, lambda _: "")
    query = Query("FROM customer.people AT (TIMESTAMP => now() - INTERVAL 1 DAY)", ANN)
    fixed = Query("FROM customer.people AT (TIMESTAMP => '2125-12-31')", ANN)
    later = dt.datetime(2126, 1, 1, tzinfo=dt.UTC)
    try:
        by_clock, kept = planner.plan(query, later), planner.plan(fixed, later)
        assert planner.plan(query, later + dt.timedelta(seconds=1)) is not by_clock
        assert planner.plan(fixed, later + dt.timedelta(seconds=1)) is kept
    finally:
        planner.close()


def test_to_prepare_leaves_no_record_and_gives_back_what_it_took(make: Any) -> None:
    bench = make(running=1)
    for _ in range(3):
        bench.gateway.prepare(Query("SELECT name FROM customer.people", ANN))
        with pytest.raises(TroubleError, match="H705"):
            bench.gateway.prepare(Query("SELECT nothing FROM customer.people", ANN))
    assert not bench.records.begun
    assert bench.rows("SELECT 1 AS n") == [{"n": 1}]


def test_it_is_limited_as_a_query_is(make: Any) -> None:
    """What is constant is computed before anything is run."""
    constant = "SELECT " + ", ".join(f"len(regexp_extract_all(repeat('a', 900{n}), 'a.*b|a'))" for n in range(5))
    with pytest.raises(TroubleError, match="H712"):
        make(seconds=0.2).gateway.prepare(Query(constant, ANN))


def test_a_query_is_called_on_record_what_its_reader_calls_it(bench: Any) -> None:
    answer = bench.ask("SELECT 1 AS n", id="q-7")
    answer.reader.read_all()
    assert (answer.id, bench.records.begun[-1].query, bench.records.ended[-1].query) == ("q-7", "q-7", "q-7")
    assert bench.records.ended[-1].outcome is ReadOutcome.DONE


def test_a_newer_major_that_is_hidden_is_neither_meant_nor_told_of(bench: Any) -> None:
    bench.decider.secret.add("customer.people.people@2")
    bench.decider.refused["customer.people.people@2"] = "no"
    for name in ("customer.people", "customer.people.people", "customer.people.people_v1"):
        answer = bench.ask(f"SELECT count(*) AS n FROM {name}")
        assert set(answer.ports) == {"customer.people.people@1"}
        assert answer.notices == ()
    said = bench.refusal("SELECT * FROM customer.people.people_v2")
    assert (said.code, said.summary) == ("H704", "customer.people publishes no port `people_v2`")
    bench.decider.secret.clear()
    bench.decider.changed()
    assert bench.refusal("SELECT * FROM customer.people").code == "H707"
