"""Reads counted from the record: what the order of a search rests on."""

import datetime as dt
from contextlib import closing
from pathlib import Path

from hansa.ledger import ReadsRecorded
from hansa.ledger.opening import DEFAULT_URL, open_ledger
from hansa.model import PortRead, ReadOutcome, ReadRecord
from hansa.names import PortMajor, parse
from hansa.server.catalogue.reads import Reads

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def record(number: int, outcome: ReadOutcome, *ports: str, days: int = 0) -> ReadRecord:
    majors = [major for major in map(parse, ports) if isinstance(major, PortMajor)]
    return ReadRecord(f"q{number}", NOW - dt.timedelta(days=days), outcome, "mia", ports=tuple(PortRead(m, 1) for m in majors))


def test_reads_of_a_product_are_those_of_its_ports_that_began_and_did_not_fail(tmp_path: Path) -> None:
    with closing(open_ledger(DEFAULT_URL, tmp_path)) as ledger:
        reads = Reads(ledger)
        reads.refresh(NOW)
        assert reads.by_product() == {}
        begun, failed, refused = ReadOutcome.BEGUN, ReadOutcome.FAILED, ReadOutcome.REFUSED
        ledger.apply(
            (
                ReadsRecorded(
                    (
                        record(1, begun, "shop.sales.days@1", "shop.sales.hours@2", days=9),
                        record(2, begun, "shop.sales.days@1"),
                        record(3, begun, "shop.stock.days@1"),
                        record(3, failed, "shop.stock.days@1"),
                        record(4, refused, "shop.hidden.days@1"),
                    )
                ),
            )
        )
        reads.refresh(NOW)
        assert {name: count for name, count in reads.by_product().items() if count} == {"shop.sales": 3}
