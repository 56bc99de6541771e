"""Models over 20.9 M rows run within 1 GB when the platform says 1 GB.

Size: the promotion rows of the reference data, counted by all five columns in one product, which does not fit into the limit and
must go to disk in part; and the same beside a second product that sorts all rows, as `hansa run` computes two products at once.
What counts is the peak memory of the process: Python, Arrow, audit and commit included. The peer is the first statement as a
plain DuckDB COPY under the same limit.
"""

from collections.abc import Mapping
from pathlib import Path

from benchmarks.generated import write_contract, write_product, write_root
from benchmarks.outcome import Outcome
from benchmarks.process import HANSA, Contender, part, spoken
from benchmarks.retail import forget
from benchmarks.sample import promotions
from benchmarks.series import interleaved, peak, ratio
from benchmarks.setting import Setting

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
    alone, both = setting.scratch / "alone", setting.scratch / "both"
    _write_mesh(alone, rows, {"grouped": _GROUPED})
    _write_mesh(both, rows, {"grouped": _GROUPED, "sorted": _SORTED})
    contenders = (
        part("benchmarks.memory", "plain COPY", rows, setting.scratch),
        Contender("hansa run, one product", (*HANSA, "run", "--quiet", "--mesh", str(alone)), lambda: forget(alone)),
        Contender("hansa run, two products", (*HANSA, "run", "--quiet", "--mesh", str(both)), lambda: forget(both)),
    )
    plain, one, two = interleaved(contenders, setting, warm=False)
    return Outcome(
        (plain, one, two),
        (
            peak("peak memory, one product", one, LIMIT_BYTES),
            peak("peak memory, two products at once", two, LIMIT_BYTES),
            peak("peak memory of the plain COPY", plain),
            ratio("one product ÷ plain COPY, seconds", one, plain),
        ),
    )


def _write_mesh(mesh: Path, rows: Path, models: Mapping[str, str]) -> None:
    write_root(mesh, "memory", ["rows"])
    for name, sql in models.items():
        address = f"rows.{name}"
        times = (("times", "integer", "BIGINT"),) if sql == _GROUPED else ()
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
    spoken({"plain COPY": _plain})
