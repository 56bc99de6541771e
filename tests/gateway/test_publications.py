"""What environments publish is kept while nothing moves, and read anew as soon as something did."""

import datetime as dt
from pathlib import Path

from hansa.gateway.publications import Publications
from hansa.ledger import PointerMoved, Published, RunEnded, RunStarted
from hansa.ledger.opening import open_ledger
from hansa.ledger.retention import clear_outbox
from hansa.model import Fingerprint, Publication, Run, RunId, RunStatus
from hansa.names import ProductName

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
PRODUCT = ProductName("customer", "people")


def test_a_pointer_that_moves_is_seen_by_the_next_query(tmp_path: Path) -> None:
    ledger = open_ledger("sqlite:///ledger.db", tmp_path)
    run, none = RunId("r1"), Fingerprint("")
    ledger.apply([RunStarted(Run(run, "prod", NOW, none))])
    publications = Publications(ledger)
    before = publications.of("prod")
    assert publications.of("prod") is before
    (made,) = ledger.apply([Published(Publication(PRODUCT, "prod", run, NOW, none, none, none, ()))])
    after = publications.of("prod")
    assert after.serial != before.serial
    assert after.published == {PRODUCT: made}
    assert publications.of("pr-1").published == {PRODUCT: made}
    ledger.apply([PointerMoved(PRODUCT, "prod", None, NOW, "gone")])
    assert publications.of("prod").published == {}
    ledger.close()


def test_a_publication_whose_event_is_forgotten_is_seen_all_the_same(tmp_path: Path) -> None:
    ledger = open_ledger("sqlite:///ledger.db", tmp_path)
    run, none = RunId("r1"), Fingerprint("")
    ledger.apply([RunStarted(Run(run, "prod", NOW, none))])
    publications = Publications(ledger)
    assert publications.of("prod").published == {}
    (made,) = ledger.apply([Published(Publication(PRODUCT, "prod", run, NOW, none, none, none, ()))])
    ledger.apply([RunEnded(run, RunStatus.SUCCEEDED, NOW)])
    assert clear_outbox(ledger, now=NOW + dt.timedelta(days=60)) == 2
    assert publications.of("prod").published == {PRODUCT: made}
    ledger.close()
