"""An instance that served one reader shows nothing of it to the next."""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from hansa.engines import Cancellation
from hansa.gateway.instances import Kind
from hansa.model import ColumnDecision, ColumnEffect, Decision, Reader, Schema
from hansa.names import PortMajor

PEOPLE = "customer.people.people@2"


def by_name(decider: Any) -> None:
    """Each reader sees the one row that is called by its number; odd ones see no name, and a mask of the query's own."""

    def decide(reader: Reader, port: PortMajor, schema: Schema, now: object, way: str = "") -> Decision:
        number = int(reader.principal.name)
        columns = [ColumnDecision(c.name, ColumnEffect.CLEAR) for c in schema if number % 2 == 0 or c.name != "name"]
        columns = [
            ColumnDecision("email", ColumnEffect.MASKED, "sha-256-query-local") if c.column == "email" else c for c in columns
        ]
        return Decision(port, allowed=True, columns=tuple(columns), row_filter=f"id = {number}")

    decider.decide = decide


def test_readers_who_ask_at_once_see_each_their_own(bench: Any) -> None:
    by_name(bench.decider)

    def ask(turn: int) -> str:
        number = turn % 20 + 1
        text = "SELECT * FROM customer.people" if turn % 3 else "SELECT *, id + 0 AS same FROM customer.people"
        (row,) = bench.rows(text, principal=str(number))
        assert row["id"] == number
        assert ("name" in row) == (number % 2 == 0)
        return str(row["email"])

    with ThreadPoolExecutor(8) as pool:
        emails = list(pool.map(ask, range(120)))
    # The mask is another one in each query, even where plan, reader and instance are the same.
    assert len(set(emails)) == 120


def test_an_instance_knows_neither_the_views_nor_the_keys_of_the_reader_before(bench: Any) -> None:
    by_name(bench.decider)
    instances = bench.gateway._instances
    bench.rows("SELECT * FROM customer.people AS a JOIN customer.people.people_v1 AS b USING (id)", principal="2")
    bench.rows("SELECT * FROM customer.people", principal="2")
    bench.rows("SELECT * FROM customer.people", principal="3")
    kept = list(instances._idle.values())
    assert len(kept) == 2
    texts = {
        row[0]
        for instance in kept
        for row in instance.connection.execute("SELECT sql FROM duckdb_views() WHERE schema_name = 'governed'").fetchall()
    }
    alone = [t for t in texts if "id = 3" in t]
    assert len(alone) == 1
    assert "name" not in alone[0].replace("schema_name", "")
    of_single = next(i for i in kept if len(i.key[1]) == 1)
    (count,) = of_single.connection.execute("SELECT count(*) FROM duckdb_views() WHERE schema_name = 'governed'").fetchone()
    assert count == 1


def test_one_query_masks_alike_in_all_its_ports(bench: Any) -> None:
    bench.decider.masks[PEOPLE] = {"email": "sha-256-query-local"}
    bench.decider.masks["customer.people.people@1"] = {"email": "sha-256-query-local"}
    (row,) = bench.rows(
        "SELECT count(*) AS n FROM customer.people AS a JOIN customer.people.people_v1 AS b ON a.id = b.id AND a.email = b.email"
    )
    assert row == {"n": 20}


def test_each_kind_has_its_threads(make: Any) -> None:
    bench = make(threads=3)
    instances = bench.gateway._instances
    found = {}
    for kind in (*Kind, *Kind):
        with instances.lent({}, {}, kind) as connection:
            settings = "SELECT current_setting('threads'), current_setting('async_threads') = 0"
            found[kind] = connection.execute(settings).fetchone()
    assert found == {Kind.COMMON: (3, False), Kind.CROWDED: (1, True), Kind.RECURSIVE: (1, False)}
    assert len(instances._idle) == 3, "each is kept for the next of its kind"


def test_a_recursive_query_is_computed_by_its_reader_s_thread(make: Any) -> None:
    bench = make(threads=3)
    counted = "SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < (SELECT max(id) FROM customer.people)"
    assert len(bench.rows(f"WITH RECURSIVE r AS ({counted}) SELECT * FROM r")) == 20
    within = f"SELECT id FROM customer.people WHERE id IN (WITH RECURSIVE r AS ({counted}) SELECT n * 5 FROM r) ORDER BY id"
    assert bench.rows(within) == [{"id": 5}, {"id": 10}, {"id": 15}, {"id": 20}]
    instances = bench.gateway._instances._idle.values()
    assert [i.key[0] for i in instances] == [Kind.RECURSIVE]
    assert len(bench.rows("WITH RECURSIVE r AS (SELECT id FROM customer.people) SELECT * FROM r")) == 20
    assert {i.key[0] for i in instances} == {Kind.RECURSIVE, Kind.COMMON}, "it could be recursive, and is not"


def test_a_recursive_query_ends_beside_others_too(make: Any) -> None:
    """In an instance without any thread DuckDB 2.0 would wait for ever for the file that each of its rounds reads."""
    bench = make(threads=3, seconds=20)
    joined = "SELECT p.id, up.n + 1 FROM customer.people AS p JOIN up ON p.id = up.id + 1"
    first = "SELECT id, 1 AS n FROM customer.people WHERE id = 1"
    text = f"WITH RECURSIVE up AS ({first} UNION ALL {joined}) SELECT max(n) AS n FROM up"
    with ExitStack() as others:
        for _ in range(os.cpu_count() or 1):
            others.enter_context(bench.gateway._turns.turn("somebody else", Cancellation()))
        assert bench.rows(text) == [{"n": 20}]


def test_who_reads_beside_others_sees_what_others_see(bench: Any) -> None:
    by_name(bench.decider)
    text = "SELECT * EXCLUDE (email) FROM customer.people"
    alone = [bench.rows(text, principal=str(n)) for n in range(1, 6)]
    with ExitStack() as others:
        for _ in range(os.cpu_count() or 1):
            others.enter_context(bench.gateway._turns.turn("somebody else", Cancellation()))
        assert [bench.rows(text, principal=str(n)) for n in range(1, 6)] == alone
    assert {i.key[0] for i in bench.gateway._instances._idle.values()} >= {Kind.CROWDED}
