"""Ctrl-C and SIGTERM in the middle of a long computation: a quick, clean end, and `--resume` finishes what was begun."""

import json
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from hansa.engines import Cancellation
from hansa.model import ProductStatus, RunStatus
from hansa.run import StepBegan, StepEnded


@pytest.fixture
def slow_shop(shop: Any) -> Any:
    """The shop, whose second product takes minutes unless it is stopped."""
    model = shop.root / "domains/finance/spend/models/spend.sql"
    model.write_text(
        "SELECT CAST(count(*) AS BIGINT) AS orders, CAST(max(a.total) AS BIGINT) AS total\n"
        "FROM orders AS a, orders AS b, orders AS c, orders AS d WHERE hash(a.id, b.id, c.id, d.id) % 7 <> 8"
    )
    shop.orders("SELECT range AS id, 'c' AS customer, 1::BIGINT AS total FROM range(600)")
    return shop


def hansa(shop: Any, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", "from hansa.cli import main; main()", *arguments, "--mesh", str(shop.root)]
    return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def until_it_computes(process: Any, product: str) -> str:
    """Read events until a product is being computed; the run's id."""
    run = ""
    for line in process.stderr:
        event = json.loads(line)
        run = event.get("run", run)
        if event["event"] == "StepBegan" and (event["product"], event["step"]) == (product, "compute"):
            return str(run)
    raise AssertionError("it ended before it computed")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_a_long_run_at_once_and_resume_finishes_it(number: signal.Signals, slow_shop: Any) -> None:
    shop = slow_shop
    process = hansa(shop, "run", "--env", "pr-17", "--json")
    run = until_it_computes(process, "finance.spend")
    time.sleep(0.3)
    sent = time.monotonic()
    process.send_signal(number)
    out, _ = process.communicate(timeout=30)
    assert time.monotonic() - sent < 10

    document = json.loads(out)
    assert process.returncode == 1
    assert document["status"] == "cancelled"
    assert [p["status"] for p in document["products"]] == ["published", "failed"]
    assert "stopped on request" in document["products"][1]["reason"]
    with shop.open() as workplace:
        assert workplace.ledger.runs()[0].status is RunStatus.CANCELLED
        assert workplace.ledger.unfinished_runs() == ()
    assert not list((shop.root / ".hansa/landing").glob("*"))
    shop.gc(keep=0)
    staged = {f.path for files in shop.files("shop.orders", "pr-17").values() for f in files}
    assert shop.warehouse() == staged

    shop.version(1)
    resumed = hansa(shop, "run", "--resume", run, "--json")
    out, errors = resumed.communicate(timeout=60)
    document = json.loads(out)
    assert (resumed.returncode, document["environment"], document["status"]) == (0, "pr-17", "succeeded"), errors
    assert {p["name"] for p in document["products"]} == {"shop.orders", "finance.spend"}
    assert shop.read("SELECT total FROM finance.spend", "pr-17") == [(1,)]
    assert shop.shown() == {}


def test_a_stop_after_the_pointer_moved_leaves_the_product_published(shop: Any, seen: Any) -> None:
    shop.run()
    shop.version(2)
    cancellation = Cancellation()

    def stop(event: object) -> None:
        if isinstance(event, StepEnded) and event.step == "publish":
            cancellation.request()

    outcome = shop.run(tell=stop, cancellation=cancellation)
    assert [p.status for p in outcome.products] == [ProductStatus.PUBLISHED, ProductStatus.BLOCKED]
    assert outcome.status is RunStatus.CANCELLED
    assert seen(shop) == (2, 2, 1)
    (orders,) = (p for name, p in shop.shown().items() if str(name) == "shop.orders")
    assert set(shop.heads("shop.orders").values()) == {p.snapshot for p in orders.ports}
    assert shop.run().good
    assert seen(shop) == (2, 2, 2)


@pytest.mark.parametrize("step", ["read", "compute", "audit", "commit", "publish"])
def test_a_stop_before_any_step_publishes_nothing(step: str, shop: Any, seen: Any) -> None:
    shop.run()
    shop.version(2)
    cancellation = Cancellation()

    def stop(event: object) -> None:
        if isinstance(event, StepBegan) and event.step == step:
            cancellation.request()

    outcome = shop.run("shop.orders", tell=stop, cancellation=cancellation)
    published = outcome.products[0].status is ProductStatus.PUBLISHED
    assert published == (step == "publish"), "a stop is heeded before the next step, and the last one is not broken off"
    assert seen(shop)[:2] == ((2, 2) if published else (1, 1))
    assert shop.run().good
    shop.gc(keep=0)
    assert shop.warehouse() == shop.published()


def test_a_stop_that_comes_when_all_is_done_changes_nothing(shop: Any) -> None:
    cancellation = Cancellation()
    timer = threading.Timer(0, cancellation.request)
    outcome = shop.run(tell=lambda e: timer.start() if type(e).__name__ == "RunFinished" else None, cancellation=cancellation)
    timer.join()
    assert outcome.status is RunStatus.SUCCEEDED
