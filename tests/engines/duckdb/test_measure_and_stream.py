"""Small queries, each with its own answer or reason; and results as a stream that can be left at any time."""

import datetime as dt
import threading
from pathlib import Path

import pytest

from hansa.engines import Cancellation, Cancelled, EngineFailed, QueryRefused
from hansa.engines.duckdb import DuckDbEngine
from hansa.model import ParquetFiles


def test_each_query_has_its_own_answer_or_reason(engine: DuckDbEngine, orders: ParquetFiles) -> None:
    answers = engine.measure(
        [
            "SELECT count(*), count(amount) FROM orders",
            "SELECT cout(*) FROM orders",
            "SELECT CAST(customer AS INTEGER) FROM orders",
            "SELECT max(order_id) FROM orders;",
        ],
        {"orders": orders},
    )
    assert answers[0] == [(3, 2)]
    assert isinstance(answers[1], QueryRefused)
    assert answers[1].candidates[:1] == ("count",)
    assert isinstance(answers[2], EngineFailed)
    assert answers[2].kind == "data"
    assert answers[3] == [(3,)]


def test_moments_in_time_are_measured_as_such(engine: DuckDbEngine) -> None:
    (answer,) = engine.measure(
        ["SELECT TIMESTAMPTZ '2026-01-02 03:04:05+02' AS z, [TIMESTAMPTZ '2026-01-02 00:00:00Z'] AS l"], {}
    )
    assert answer == [
        (dt.datetime(2026, 1, 2, 1, 4, 5, tzinfo=dt.UTC), [dt.datetime(2026, 1, 2, tzinfo=dt.UTC)]),
    ]


def test_measuring_stops_on_request(engine: DuckDbEngine) -> None:
    cancellation = Cancellation()
    threading.Timer(0.2, cancellation.request).start()
    with pytest.raises(Cancelled):
        engine.measure(["SELECT count(*) FROM range(10000000) a, range(1000000) b WHERE a.range < b.range"] * 3, {}, cancellation)


def test_a_stream_gives_batches_without_holding_the_whole(engine: DuckDbEngine) -> None:
    reader = engine.stream("SELECT range AS n, repeat('x', 1000) AS t FROM range(2000000)", {})
    seen = 0
    for batch in reader:
        seen += batch.num_rows
    assert seen == 2_000_000


def test_a_stream_that_is_left_early_frees_its_spill_directory(engine: DuckDbEngine, tmp_path: Path) -> None:
    reader = engine.stream("SELECT range AS n FROM range(10000000)", {})
    assert reader.read_next_batch().num_rows > 0
    del reader
    assert list((tmp_path / "spill").iterdir()) == []
    engine.stream("SELECT 1 AS n", {})  # never read at all
    assert list((tmp_path / "spill").iterdir()) == []


def test_a_stream_refuses_what_is_wrong_at_once_and_fails_while_reading(engine: DuckDbEngine, orders: ParquetFiles) -> None:
    with pytest.raises(QueryRefused):
        engine.stream("SELECT custmer FROM orders", {"orders": orders})
    with pytest.raises(EngineFailed) as caught:
        engine.stream("SELECT 1 / CAST(customer AS INTEGER) AS n FROM orders", {"orders": orders}).read_all()
    assert caught.value.kind == "data"


def test_a_stream_stops_on_request(engine: DuckDbEngine) -> None:
    cancellation = Cancellation()
    reader = engine.stream("SELECT a.range AS n FROM range(100000000) a", {}, cancellation)
    reader.read_next_batch()
    cancellation.request()
    with pytest.raises(Cancelled):
        reader.read_all()
