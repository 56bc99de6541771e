"""The engines that one suite runs over. An engine joins by one entry in `ENGINES`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hansa.engines import Engine
from hansa.engines.duckdb import DuckDbEngine


def _duckdb(folder: Path) -> Engine:
    return DuckDbEngine(memory_limit="500MB", threads=2, spill=folder / "spill")


# Name → how to make one, given a folder of its own.
ENGINES: dict[str, Callable[[Path], Engine]] = {"duckdb": _duckdb}


@pytest.fixture(params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Each engine in turn, closed afterwards."""
    made = ENGINES[request.param](tmp_path / "engine")
    yield made
    made.close()
