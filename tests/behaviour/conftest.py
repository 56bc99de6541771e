"""The engines that one suite runs over. An engine joins by one entry in `ENGINES`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hansa.engines import Engine
from hansa.engines.duckdb import DuckDbEngine


def _duckdb(folder: Path, _: Callable[[str], str]) -> Engine:
    return DuckDbEngine(memory_limit="500MB", threads=2, spill=folder / "spill")


def _spark(mode: str) -> Callable[[Path, Callable[[str], str]], Engine]:
    def make(_: Path, sail: Callable[[str], str]) -> Engine:
        address = sail(mode)  # skips when the extra `spark` is not installed
        from hansa.engines.spark import SparkEngine

        return SparkEngine(address)

    return make


# Name → how to make one, given a folder of its own and the addresses of Spark Connect servers by mode.
ENGINES: dict[str, Callable[[Path, Callable[[str], str]], Engine]] = {
    "duckdb": _duckdb,
    "spark": _spark("local"),
    "spark-cluster": _spark("local-cluster"),
}
_PARAMS = [pytest.param(n, marks=pytest.mark.slow) if n == "spark-cluster" else n for n in sorted(ENGINES)]


@pytest.fixture(params=_PARAMS)
def engine(request: pytest.FixtureRequest, tmp_path: Path, sail: Callable[[str], str]) -> Iterator[Engine]:
    """Each engine in turn, closed afterwards."""
    made = ENGINES[request.param](tmp_path / "engine", sail)
    yield made
    made.close()
