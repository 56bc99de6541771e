"""Policies judge what people say as facts, without the words."""

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from hansa.engines.duckdb.relations import open_database
from hansa.feedback import feedback_records
from hansa.governance import Facts
from hansa.governance.relations import rows_of, view_queries
from hansa.model import FeedbackKind, Principal

House = Any
Somebody = Callable[[str], Principal]


def test_each_piece_is_a_fact_with_where_it_stands(house: House, somebody: Somebody) -> None:
    house.readers.add("nick")
    house.rate(somebody("nick"), 4, "Good, but late.")
    house.rate(somebody("nick"), 5)
    problem = house.give(somebody("mia"), FeedbackKind.PROBLEM, "It broke.", port="profiles@1", column="name")
    house.clock.pass_minutes(5)
    house.desk.answer(somebody("ada"), problem.id, "We look.")
    house.clock.pass_minutes(5)
    house.desk.resolve(somebody("ada"), problem.id)
    first, second, third = feedback_records(house.ledger.feedback_steps())
    assert (first.counts, second.counts, second.stars, second.has_read) == (False, True, 5, True)
    assert (third.status, third.unsettled, str(third.port), third.column) == (
        "resolved", False, "customer.profiles.profiles@1", "name",
    )  # fmt: skip
    assert third.answered is not None
    assert third.resolved is not None
    assert (third.answered - third.given, third.resolved - third.given) == (dt.timedelta(minutes=5), dt.timedelta(minutes=10))
    assert "broke" not in str([asdict(r) for r in (first, second, third)])


def test_a_policy_finds_problems_that_lie_open_for_long(house: House, somebody: Somebody) -> None:
    mia = somebody("mia")
    old = house.give(mia, FeedbackKind.PROBLEM, "It broke.")
    house.give(mia, FeedbackKind.QUESTION, "Why?")
    house.clock.pass_minutes(15 * 24 * 60)
    house.give(mia, FeedbackKind.PROBLEM, "It broke again.")
    rule = (
        "SELECT f.feedback_id, f.product, CAST(f.since AS DATE) FROM feedback f, mesh m "
        "WHERE f.kind = 'problem' AND f.unsettled AND f.since < m.today - INTERVAL 14 DAY"
    )

    def hit() -> list[Any]:
        facts = Facts(feedback=feedback_records(house.ledger.feedback_steps()))
        database = open_database(rows_of(house.mesh, facts, house.clock.at.date()), view_queries())
        try:
            return list(database.ask(rule).rows)
        finally:
            database.close()

    (found,) = hit()
    assert (found[0], found[1], str(found[2])) == (old.id, "customer.profiles", "2026-11-22")
    house.desk.resolve(somebody("ada"), old.id)
    assert hit() == []
