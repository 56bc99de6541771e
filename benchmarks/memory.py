"""Models over 20.9 M rows run within 1 GB when the platform says 1 GB.

Size: the promotion rows of the reference data, sorted whole in one product and counted by all five columns in another, both at
once, as `hansa run` computes them: neither fits into the limit, so both must go to disk in part. What counts is the peak memory
of the process, Python, Arrow, audit and commit included. The peer is one of the two statements as a plain DuckDB COPY under the
same limit.
"""

from collections.abc import Mapping
from pathlib import Path

from benchmarks.generated import write_contract, write_product, write_root
from benchmarks.process import HANSA, Contender, part, spoken
from benchmarks.retail import forget
from benchmarks.sample import promotions
from benchmarks.series import interleaved, peak, ratio
from benchmarks.setting import Outcome, Setting

LIMIT_BYTES = 1e9
_COLUMNS = (
    ("product_id", "integer", "BIGINT"),
    ("store_id", "integer", "BIGINT"),
    ("display_location", "string", "VARCHAR"),
    ("mailer_location", "string", "VARCHAR"),
    ("week", "integer", "BIGINT"),
)
_NAMES = ", ".join(name for name, _, _ in _COLUMNS)
_SORTED = f"SELECT {_NAMES} FROM promotions ORDER BY {_NAMES}"
_GROUPED = f"SELECT {_NAMES}, count(*) AS times FROM promotions GROUP BY ALL"


def measure(setting: Setting) -> Outcome:
    rows = promotions(setting)
    mesh = setting.scratch / "mesh"
    _write_mesh(mesh, rows)
    plain = part("benchmarks.memory", "plain", rows, setting.scratch)
    hansa = Contender("hansa run, sorted and grouped", (*HANSA, "run", "--quiet", "--mesh", str(mesh)), lambda: forget(mesh))
    limit, ours = interleaved((plain, hansa), setting.runs, setting.scratch, warm=False)
    return Outcome(
        (limit, ours),
        (
            peak("peak memory of hansa run", ours, LIMIT_BYTES),
            peak("peak memory of one plain COPY", limit),
            ratio("two products ÷ one plain COPY, seconds", ours, limit),
        ),
    )


def _write_mesh(mesh: Path, rows: Path) -> None:
    write_root(mesh, "memory", ["rows"])
    for name, sql in (("sorted", _SORTED), ("grouped", _GROUPED)):
        address = f"rows.{name}"
        times = (("times", "integer", "BIGINT"),) if name == "grouped" else ()
        key = [column for column, _, _ in _COLUMNS]
        write_contract(mesh, f"{address}.promotions", _COLUMNS, key, path=str(rows))
        write_contract(mesh, f"{address}.result", (*_COLUMNS, *times), key)
        write_product(mesh, address, [("promotions", f"{address}.promotions")], ["result"], [("result", sql)])


def _plain(rows: str, folder: str) -> Mapping[str, float]:
    import time

    import duckdb

    started = time.perf_counter()
    config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": "1GB", "temp_directory": f"{folder}/plain-spill"}
    connection = duckdb.connect(config=config)
    connection.execute(f"CREATE VIEW promotions AS FROM read_parquet('{rows}')")
    connection.execute(f"COPY ({_GROUPED}) TO '{folder}/plain.parquet' (FORMAT parquet, COMPRESSION zstd)")
    return {"seconds": time.perf_counter() - started}


if __name__ == "__main__":
    spoken({"plain": _plain})
