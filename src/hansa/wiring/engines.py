"""The engines of a mesh's platforms, each made when something is first computed there."""

from collections.abc import Mapping
from pathlib import Path

from hansa.engines import Engine, QueryRefused
from hansa.model import Platform, Schema
from hansa.trouble import Trouble, TroubleError, did_you_mean, one_of

ENGINES = ("duckdb", "spark")
PARALLEL = 2  # computations at the same time; each gets an equal share of the platform's memory limit


class Engines:
    """One engine for all platforms that have the same settings. Close them when done."""

    def __init__(self, state: Path) -> None:
        """`state` is the folder in which an engine may put what its memory does not hold."""
        self._state = state
        self._made: dict[tuple[str, tuple[tuple[str, str], ...]], Engine] = {}

    def of(self, platform: Platform) -> Engine:
        """The engine of a platform. Raises TroubleError for one that Hansa does not have, QueryRefused for one not installed."""
        key = (platform.engine, platform.options)
        if key not in self._made:
            self._made[key] = self._make(platform)
        return self._made[key]

    def describe(self, platform: Platform, query: str, tables: Mapping[str, Schema]) -> Schema:
        """The type-checker of a platform, as `compile` wants it."""
        return self.of(platform).describe(query, tables)

    def close(self) -> None:
        for engine in self._made.values():
            engine.close()

    def _make(self, platform: Platform) -> Engine:
        match platform.engine:
            case "duckdb":
                from hansa.engines.duckdb import DuckDbEngine

                return DuckDbEngine(
                    memory_limit=platform.option("memoryLimit"),
                    threads=int(platform.option("threads", "0") or 0),
                    spill=self._state / platform.option("spill", "spill"),
                    parallel=PARALLEL,
                )
            case "spark":
                try:
                    from hansa.engines.spark import SparkEngine
                except ImportError as missing:
                    raise QueryRefused(
                        f"the Spark client is not installed ({missing.name}): pip install 'hansa[spark]'"
                    ) from missing
                return SparkEngine(remote=platform.option("remote", "sc://localhost:15002"))
            case other:
                raise TroubleError(
                    Trouble(
                        "H902",
                        f"platform `{platform.name}` names an engine that Hansa does not have: `{other}`",
                        (platform.place,) if platform.place else (),
                        did_you_mean(other, ENGINES) or f"engines: {one_of(ENGINES)}",
                    )
                )
