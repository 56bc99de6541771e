"""Queries that only hand on what is stored: which they are, and that their answers are those of the engine."""

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from hansa.engines import Cancellation
from hansa.gateway.asking import Query
from hansa.gateway.planned import Planned
from hansa.gateway.planning import Planner
from hansa.gateway.scanning import Scans, handed
from hansa.model import Principal, Reader, ReadOutcome
from hansa.trouble import TroubleError
from hansa.wiring import Workplace

ANN = Reader(Principal("ann"), "churn", "marketing")
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
PORT = "customer.people.people@2"
ROWS = 700_000

Plan = Callable[..., Planned]


@pytest.fixture
def plan(bench: Any, workplace: Workplace) -> Iterator[Plan]:
    planner = Planner(bench.decider, workplace.ledger, workplace.lake, lambda _: "")
    yield lambda text, **more: planner.plan(Query(text, ANN, **more), NOW)
    planner.close()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """A port of files that are worth to be read without the engine: texts that repeat, texts that do not, and nulls."""
    from hansa.cli import main

    root = tmp_path_factory.mktemp("large")
    select = (
        "i AS id, hash(i) / 1e6 AS noise, CASE WHEN i % 5 > 0 THEN 'shelf ' || i % 70 END AS shelf, hash(i)::VARCHAR AS word, "
        "TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_seconds(i) AS moment, (i % 1000 / 100)::DECIMAL(9,2) AS amount"
    )
    duckdb.sql(f"COPY (SELECT {select} FROM range({ROWS}) AS t(i)) TO '{root / 'large.parquet'}' (FORMAT parquet)")

    for words in (
        ["init", str(root)],
        ["new", "domain", "sales", "--mesh", str(root)],
        ["new", "product", "sales/large", "--from", str(root / "large.parquet"), "--mesh", str(root)],
        ["run", "--quiet", "--mesh", str(root)],
    ):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert not ended.value.code
    with Workplace.open(root, {}) as opened:
        yield opened


@pytest.fixture
def over_large(large: Workplace, make_over: Callable[..., Any]) -> Callable[..., Any]:
    return partial(make_over, large)


HANDED = {
    "FROM customer.people": ("id", "name", "email", "age", "region", "joined"),
    "SELECT * FROM customer.people.people": ("id", "name", "email", "age", "region", "joined"),
    "SELECT name, ID FROM customer.people": ("name", "id"),
    'SELECT p.name, "Age" FROM customer.people AS p': ("name", "age"),
    "SELECT people.name, customer.people.age FROM customer.people": ("name", "age"),
    "SELECT id, *, id FROM customer.people": ("id", "id", "name", "email", "age", "region", "joined", "id"),
    "SELECT name -- and no more\nFROM customer.people;": ("name",),
    "SELECT name FROM customer.people AT (VERSION => 1)": ("name",),
}


@pytest.mark.parametrize("text", HANDED)
def test_columns_of_one_port_are_handed_on(plan: Plan, text: str) -> None:
    found = handed(plan(text))
    assert found is not None
    assert found.columns == HANDED[text]


COMPUTED = (
    "SELECT name FROM customer.people WHERE id = 1",
    "SELECT name FROM customer.people WHERE true",
    "SELECT name FROM customer.people LIMIT 5",
    "SELECT name FROM customer.people OFFSET 5",
    "SELECT name FROM customer.people ORDER BY id",
    "SELECT name FROM customer.people ORDER BY ALL",
    "SELECT DISTINCT name FROM customer.people",
    "SELECT DISTINCT ON (region) name FROM customer.people",
    "SELECT name FROM customer.people GROUP BY name",
    "SELECT name FROM customer.people GROUP BY ALL",
    "SELECT count(*) FROM customer.people",
    "SELECT name FROM customer.people QUALIFY row_number() OVER () < 5",
    "SELECT region FROM customer.people GROUP BY region HAVING count(*) > 1",
    "SELECT name FROM customer.people TABLESAMPLE 10%",
    "SELECT name FROM customer.people USING SAMPLE 5",
    "SELECT name AS called FROM customer.people",
    "SELECT upper(name) FROM customer.people",
    "SELECT id + 0 FROM customer.people",
    "SELECT id::INTEGER FROM customer.people",
    "SELECT 1, name FROM customer.people",
    "SELECT people FROM customer.people",
    "SELECT p.* FROM customer.people AS p",
    "SELECT * EXCLUDE (name) FROM customer.people",
    "SELECT * REPLACE (upper(name) AS name) FROM customer.people",
    "SELECT * RENAME (name AS called) FROM customer.people",
    "SELECT COLUMNS('name') FROM customer.people",
    "SELECT COLUMNS(*) FROM customer.people",
    "SELECT a FROM customer.people AS p(a)",
    "SELECT a.name FROM customer.people AS a, customer.people AS b",
    "SELECT name FROM customer.people JOIN sales.orders ON person = id",
    "SELECT name FROM customer.people UNION ALL SELECT name FROM customer.people",
    "SELECT name FROM (SELECT name FROM customer.people)",
    "WITH p AS (FROM customer.people) SELECT name FROM p",
    "WITH p AS (SELECT 1) SELECT name FROM customer.people",
    "SELECT (SELECT max(id) FROM customer.people), name FROM customer.people",
    "DESCRIBE customer.people",
    "SUMMARIZE customer.people",
    "PIVOT customer.people ON region IN ('north') USING count(*)",
    "FROM range(10)",
    "SELECT 1",
    "VALUES (1)",
)


@pytest.mark.parametrize("text", COMPUTED)
def test_everything_else_is_for_the_engine(plan: Plan, text: str) -> None:
    assert handed(plan(text)) is None


def test_values_are_for_the_engine(plan: Plan) -> None:
    assert handed(plan("SELECT name, ? FROM customer.people", parameters=(1,))) is None


def test_a_mask_or_a_filter_is_for_the_engine_and_what_is_hidden_is_not_there(bench: Any, plan: Plan) -> None:
    bench.decider.hidden[PORT] = {"email"}
    found = handed(plan("FROM customer.people"))
    assert found is not None
    assert "email" not in found.columns
    with pytest.raises(TroubleError):
        bench.rows("SELECT email FROM customer.people")
    assert handed(plan("SELECT email, name FROM customer.people")) is None
    bench.decider.masks[PORT] = {"name": "show-first-4"}
    bench.decider.changed()
    assert handed(plan("FROM customer.people")) is None
    assert handed(plan("SELECT id, Name FROM customer.people")) is None
    assert handed(plan("SELECT id, region FROM customer.people")) is not None, "what is masked is not asked for"
    bench.decider.filters[PORT] = "region = 'north'"
    bench.decider.changed()
    assert handed(plan("SELECT id, region FROM customer.people")) is None


def test_a_few_rows_are_for_the_engine(bench: Any, plan: Plan) -> None:
    def never() -> Any:
        raise AssertionError("the files are not looked into")

    assert Scans(2).of(plan("FROM customer.people"), never) is None


@pytest.mark.parametrize("asked", ["*", "word, id", "shelf", "amount, moment, noise, id"])
def test_the_answer_is_that_of_the_engine(over_large: Callable[..., Any], asked: str) -> None:
    bench = over_large(threads=2)
    ours = bench.ask(f"SELECT {asked} FROM sales.large")
    table = pa.Table.from_batches([ours.reader.read_next_batch()])
    assert _scanning(), "it is read without the engine"
    table = pa.concat_tables([table, ours.reader.read_all()])
    theirs = bench.ask(f"SELECT {asked} FROM sales.large WHERE true").reader.read_all()
    assert table.schema.equals(theirs.schema, check_metadata=True)
    assert table.equals(theirs)
    first, second = bench.records.ended
    assert (first.outcome, first.rows, first.ports) == (ReadOutcome.DONE, ROWS, second.ports)
    assert abs(first.bytes - second.bytes) < 0.1 * second.bytes
    assert _ended()


def test_the_reader_can_cut_it_and_the_gateway_refuses_a_longer_one(over_large: Callable[..., Any]) -> None:
    bench = over_large(rows=ROWS - 1)
    assert bench.ask("FROM sales.large", rows=70_000).reader.read_all().num_rows == 70_000
    assert bench.records.ended[-1].outcome is ReadOutcome.DONE
    assert bench.refusal("FROM sales.large").code == "H713"
    assert _ended()


def test_it_can_be_stopped_half_way(over_large: Callable[..., Any]) -> None:
    bench, stop = over_large(), Cancellation()
    reader = bench.gateway.ask(Query("FROM sales.large", ANN), stop).reader
    reader.read_next_batch()
    stop.request()
    with pytest.raises(TroubleError, match="H714"):
        reader.read_all()
    assert bench.records.ended[-1].outcome is ReadOutcome.CANCELLED
    assert 0 < bench.records.ended[-1].rows < ROWS
    assert _ended()


def test_an_answer_that_nobody_takes_is_ended(over_large: Callable[..., Any]) -> None:
    bench = over_large(stalled=0.3)
    reader = bench.ask("FROM sales.large").reader
    reader.read_next_batch()
    until = time.monotonic() + 10
    while not bench.records.ended and time.monotonic() < until:
        time.sleep(0.02)
    assert bench.records.ended[-1].reason == "H715"
    assert _ended()
    with pytest.raises(TroubleError):
        reader.read_all()


def test_a_reader_who_goes_away_leaves_nothing_running(over_large: Callable[..., Any]) -> None:
    bench = over_large()
    answer = bench.ask("FROM sales.large")
    answer.reader.read_next_batch()
    del answer
    assert bench.records.ended[-1].outcome is ReadOutcome.CANCELLED
    assert _ended()


def test_a_file_that_is_damaged_is_told_without_its_path(over_large: Callable[..., Any], large: Workplace) -> None:
    bench = over_large()
    bench.rows("SELECT id FROM sales.large")
    (path,) = large.root.rglob("warehouse/**/*.parquet")
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[:5000] + bytes(len(whole) - 10_000) + whole[-5000:])
        told = bench.refusal("SELECT id FROM sales.large")
    finally:
        path.write_bytes(whole)
    assert told.code == "H706"
    assert "parquet" not in str(told)
    assert bench.records.ended[-1].outcome is ReadOutcome.FAILED


def _scanning() -> bool:
    return any(thread.name.startswith("hansa-gateway-scan") for thread in threading.enumerate())


def _ended() -> bool:
    """Whether no thread of a scan is left, after a moment."""
    until = time.monotonic() + 5
    while _scanning() and time.monotonic() < until:
        time.sleep(0.01)
    return not _scanning()
