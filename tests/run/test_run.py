"""Runs on good days: what is done for which step of a plan, in which order, and what is told of it."""

import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from hansa.ledger.opening import open_ledger
from hansa.model import Lease, ProductStatus, RunStatus
from hansa.names import parse_product
from hansa.publish import rollback
from hansa.run import ProductBegan, ProductEnded, RunBegan, RunFinished, StepBegan, StepEnded, to_json
from hansa.run.holder import Holder
from hansa.run.leasing import Heartbeat, take
from hansa.wiring import now

ITEMS = "      - {name: item, logicalType: string, physicalType: VARCHAR}\n"


def test_a_second_run_publishes_nothing_and_tells_of_no_step(shop: Any) -> None:
    assert shop.run().good
    events: list[object] = []
    outcome = shop.run(tell=events.append)
    assert [(p.status, p.reason) for p in outcome.products] == [(ProductStatus.UNCHANGED, "nothing changed")] * 2
    assert not [e for e in events if isinstance(e, StepBegan | ProductBegan)]


def test_changed_checks_audit_the_same_data_and_compute_nothing(shop: Any) -> None:
    shop.run()
    before = shop.bytes("shop.orders")
    contract = shop.root / "domains/shop/orders/contracts/orders.odcs.yaml"
    text = contract.read_text()
    contract.write_text(text.replace("minimum: 0", "minimum: 1").replace("version: 1.0.0", "version: 1.1.0"))
    steps: list[str] = []
    outcome = shop.run(tell=lambda e: steps.append(e.step) if isinstance(e, StepBegan) else None)
    assert outcome.products[0].reason == "its quality checks changed"
    assert outcome.products[0].status is ProductStatus.PUBLISHED
    assert not {"read", "compute"} & set(steps)
    assert shop.bytes("shop.orders") == before

    contract.write_text(text.replace("minimum: 0", "minimum: 5").replace("version: 1.0.0", "version: 1.2.0"))
    orders = shop.run().products[0]
    assert orders.status is ProductStatus.FAILED
    assert orders.ports[0].audit.quarantined == 9
    assert shop.bytes("shop.orders") == before


def test_a_changed_description_is_published_over_the_same_snapshots(shop: Any) -> None:
    first = shop.run()
    product = shop.root / "domains/shop/orders/product.odps.yaml"
    product.write_text(product.read_text().replace("{name: totals,", "{name: totals, description: per customer,"))
    steps: list[str] = []
    outcome = shop.run(tell=lambda e: steps.append(e.step) if isinstance(e, StepBegan) else None)
    orders = outcome.products[0]
    assert (orders.status, orders.reason) == (ProductStatus.PUBLISHED, "its description changed")
    assert set(steps) == {"commit", "publish", "show"}
    assert [p.snapshot for p in orders.ports] == [p.snapshot for p in first.products[0].ports]
    assert shop.run().products[0].reason == "nothing changed"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of a file behind HTTP whose server tells neither its time nor a tag, and the file."""
    file = tmp_path / "items.csv"

    class Silent(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = file.read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/items.csv", file
    server.shutdown()
    server.server_close()


def test_a_source_that_cannot_tell_its_version_is_read_and_published_only_when_it_changed(
    bare_shop: Any, served: tuple[str, Path]
) -> None:
    shop, (address, file) = bare_shop, served
    file.write_text("item\napple\n")
    shop.product("stock.items", (address, ITEMS), {"items": (ITEMS, "SELECT item FROM raw")})
    count = "      - {name: items, logicalType: integer, physicalType: BIGINT}\n"
    shop.product("stock.tally", "stock.items.items", {"tally": (count, "SELECT count(*) AS items FROM items")})
    assert shop.run().good
    again = shop.run()
    assert [(p.status, p.reason) for p in again.products] == [(ProductStatus.UNCHANGED, "its inputs hold what they held")] * 2

    contract = shop.root / "domains/stock/items/contracts/items.odcs.yaml"
    narrowed = contract.read_text().replace("VARCHAR}", "VARCHAR, logicalTypeOptions: {maxLength: 3}}")
    contract.write_text(narrowed.replace("version: 1.0.0", "version: 1.1.0"))
    assert shop.run().products[0].status is ProductStatus.FAILED, "changed checks are audited though the data is the same"
    contract.write_text(contract.read_text().replace("maxLength: 3", "maxLength: 30"))
    file.write_text("item\napple\npear\n")
    assert shop.run().good
    assert shop.read("SELECT items FROM stock.tally") == [(2,)]

    rolled_back(shop, "stock.items")
    held = shop.run()
    assert [p.status for p in held.products] == [ProductStatus.UNCHANGED, ProductStatus.PUBLISHED]
    assert "rolled back" in held.products[0].reason
    assert shop.read("SELECT items FROM stock.tally") == [(1,)]
    file.write_text("item\napple\npear\nplum\n")
    assert shop.run().good
    assert shop.read("SELECT items FROM stock.tally") == [(3,)]


def rolled_back(shop: Any, name: str) -> None:
    with shop.open() as w:
        rollback(parse_product(name), None, environment="prod", ledger=w.ledger, lake=w.lake, now=now(), actor="ada")


def test_events_stand_in_their_order_and_are_json(shop: Any) -> None:
    events: list[Any] = []
    shop.run(tell=events.append)
    assert isinstance(events[0], RunBegan)
    assert isinstance(events[-1], RunFinished)
    for product in events[0].products:
        own = [e for e in events if getattr(e, "product", None) == product]
        assert isinstance(own[0], ProductBegan)
        assert isinstance(own[-1], ProductEnded)
        under_way: Counter[tuple[str, str]] = Counter()
        for event in own[1:-1]:
            assert isinstance(event, StepBegan | StepEnded)
            under_way[event.step, event.detail] += 1 if isinstance(event, StepBegan) else -1
            assert under_way[event.step, event.detail] in (0, 1), "a step ends once, after it began"
        assert not any(under_way.values())
        # Ports are worked on beside each other, so within a step their events may mingle; steps themselves never do.
        order = ["read", "compute", "audit", "commit", "publish", "show"]
        assert [step for step, _ in itertools.groupby(e.step for e in own[1:-1])] == order
    documents = [json.loads(json.dumps(to_json(e))) for e in events]
    assert documents[0]["event"] == "RunBegan"
    assert documents[0]["products"] == ["shop.orders", "finance.spend"]
    assert {d["product"] for d in documents if "product" in d} == {"shop.orders", "finance.spend"}


def test_no_more_products_are_under_way_than_were_allowed(bare_shop: Any) -> None:
    shop = bare_shop
    (shop.raw / "items.csv").write_text("item\napple\n")
    for n in range(5):
        shop.product(f"stock.items{n}", (str(shop.raw / "items.csv"), ITEMS), {f"items{n}": (ITEMS, "SELECT item FROM raw")})
    lock, under_way, most = threading.Lock(), 0, [0]

    def count(event: object) -> None:
        nonlocal under_way
        with lock:
            under_way += isinstance(event, ProductBegan) - isinstance(event, ProductEnded)
            most.append(under_way)

    for parallel in (1, 2):
        most.clear()
        assert shop.run(tell=count, parallel=parallel, force=True).good
        assert max(most) == parallel


def test_the_journal_tells_what_became_of_each_product(shop: Any) -> None:
    outcome = shop.run(actor="ada")
    with shop.open() as workplace:
        recorded = workplace.ledger.run(outcome.run)
        runs = {str(r.product): r.status for r in workplace.ledger.product_runs(outcome.run)}
    assert recorded is not None
    assert (recorded.status, recorded.actor, recorded.environment) == (RunStatus.SUCCEEDED, "ada", "prod")
    assert runs == {"shop.orders": ProductStatus.PUBLISHED, "finance.spend": ProductStatus.PUBLISHED}


def test_two_ports_of_one_supplier_are_read_from_one_version(shop: Any) -> None:
    """Even when the supplier is published again between the two."""
    product = shop.root / "domains/finance/spend"
    both = "  - {name: orders, version: 1.0.0, contractId: shop.orders.orders}"
    text = (product / "product.odps.yaml").read_text()
    (product / "product.odps.yaml").write_text(
        text.replace(both, f"{both}\n{both.replace('orders', 'totals').replace('shop.totals', 'shop.orders')}")
    )
    sql = (
        "SELECT CAST(sum(t.total) AS BIGINT) AS orders, (SELECT CAST(sum(total) AS BIGINT) FROM orders) AS total FROM totals AS t"
    )
    (product / "models/spend.sql").write_text(sql)
    assert shop.run().good
    shop.version(2)
    assert shop.run("shop.orders").good
    shop.version(3)
    meanwhile: list[bool] = []

    def publish_again(event: object) -> None:
        if isinstance(event, StepEnded) and event.step == "read" and not meanwhile:
            meanwhile.append(shop.run("shop.orders").good)

    assert shop.run("finance.spend", tell=publish_again).good
    assert meanwhile == [True]
    assert shop.read("SELECT orders, total FROM finance.spend") == [(18, 18)]
    assert shop.run().good
    assert shop.read("SELECT orders, total FROM finance.spend") == [(27, 27)]


def test_a_heartbeat_prolongs_leases_until_it_is_closed(tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("hansa.run.leasing.SECONDS", 0.4)
    ledger = open_ledger("sqlite:///ledger.db", tmp_path)
    holder = Holder.this_process()
    heartbeat = Heartbeat(ledger, now, holder)
    lease = take(ledger, "key", holder, now())
    assert isinstance(lease, Lease)
    with heartbeat.keeping(lease):
        time.sleep(0.8)
        assert heartbeat.current(lease).expires > lease.expires
        held = ledger.holder("key", now=now())
        assert held is not None
        assert not holder.is_dead
    assert ledger.holder("key", now=now()) is None
    heartbeat.close()
    assert holder.is_dead, "without its heartbeat, a holder of this process holds nothing"
    ledger.close()


def test_a_holder_reads_back_from_its_text_and_a_reused_process_number_is_another() -> None:
    holder = Holder.this_process()
    assert Holder.parse(str(holder)) == holder
    assert Holder(holder.host, 1, "12345", "x").is_dead
    assert not Holder("elsewhere", 1, "1", "x").is_dead
    assert Holder.parse("nonsense") is None
