"""One suite for every ledger: what a caller may rely on, whichever store is behind it.

PostgreSQL joins by one more entry in `OPENERS` (and in `SHARED`, for what needs several processes).
"""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.behaviour.ledgers.records import OPENERS, a_run

from hansa.ledger import (
    Ledger,
    RunStarted,
)


@pytest.fixture(params=OPENERS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    opened = OPENERS[request.param](tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def started(ledger: Ledger) -> Ledger:
    ledger.apply([RunStarted(a_run())])
    return ledger


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Ledger]:
    numbers = itertools.count()
    root = tmp_path_factory.mktemp("ledgers")
    return lambda kind: OPENERS[kind](root / f"{kind}{next(numbers)}")
