"""Type-checking a model costs at most twice what the engine's own binder needs for it.

Size: every SQL model of the reference mesh, 10 times over, with the tables it really reads. The peer does the least that gives
the same answer: it creates the same empty tables on one open connection and binds the statement. This is the larger part of
`hansa check` and grows with each model that a company writes.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.outcome import Outcome
from benchmarks.process import part, spoken
from benchmarks.retail import copied
from benchmarks.series import amount, interleaved, ratio
from benchmarks.setting import Setting

if TYPE_CHECKING:
    from hansa.model import Platform, Schema

LIMIT = 2.0


def measure(setting: Setting) -> Outcome:
    mesh, times = copied(setting.scratch), 1 if setting.small else 10
    bare = part("benchmarks.describe", "bare binding", mesh, times, within="ms")
    engine = part("benchmarks.describe", "engine.describe", mesh, times, within="ms")
    limit, ours = interleaved((bare, engine), setting)
    return Outcome(
        (limit, ours),
        (
            ratio("describe ÷ bare binding", ours, limit, LIMIT),
            amount("describe, each model", ours.values, "ms"),
            amount("bare binding, each model", limit.values, "ms"),
        ),
    )


Call = tuple[str, dict[str, "Schema"]]


def _calls(mesh: str) -> list[Call]:
    """What `compile` asks of the engine for this mesh."""
    from hansa.wiring import Workplace

    calls: list[Call] = []
    with Workplace.open(Path(mesh)) as workplace:
        from hansa.compile import compile as compile_mesh

        def noted(platform: "Platform", query: str, tables: "Mapping[str, Schema]") -> "Schema":
            calls.append((query, dict(tables)))
            return workplace.describe(platform, query, tables)

        compile_mesh(workplace.declarations, noted)
    return calls


def _engine(mesh: str, times: str) -> Mapping[str, float]:
    from hansa.engines.duckdb import DuckDbEngine

    calls = _calls(mesh) * int(times)
    engine = DuckDbEngine()
    engine.describe("SELECT 1 AS one", {})
    started = time.perf_counter()
    for query, tables in calls:
        engine.describe(query, tables)
    seconds = time.perf_counter() - started
    engine.close()
    return {"ms": seconds / len(calls) * 1000, "calls": len(calls)}


def _bare(mesh: str, times: str) -> Mapping[str, float]:
    import duckdb

    from hansa.model import quoted, sql

    calls = _calls(mesh) * int(times)
    connection = duckdb.connect()
    started = time.perf_counter()
    for query, tables in calls:
        connection.execute("BEGIN")
        for name, schema in tables.items():
            columns = ", ".join(f"{quoted(c.name)} {sql(c.type)}" for c in schema)
            connection.execute(f"CREATE TEMP TABLE {quoted(name)} ({columns})")
        connection.execute(f"DESCRIBE {query}").fetchall()
        connection.execute("ROLLBACK")
    return {"ms": (time.perf_counter() - started) / len(calls) * 1000, "calls": len(calls)}


if __name__ == "__main__":
    spoken({"bare binding": _bare, "engine.describe": _engine})
