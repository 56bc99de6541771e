"""Writing 20.9 M rows through the engine costs at most 1.1 times a plain COPY of the same statement.

Size: the promotion rows of the reference data, 5 columns, into zstd Parquet, as the largest port of the reference mesh is
written. The engine adds an instance that reaches only the files it may read, casts to the promised types, files of bounded size
that appear all or not at all. The peer is `COPY … TO (FORMAT parquet, COMPRESSION zstd)` on an open connection that keeps no
order. What an order by key costs is shown beside it.
"""

import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.outcome import Outcome
from benchmarks.process import part, spoken
from benchmarks.sample import promotions
from benchmarks.series import interleaved, peak, ratio
from benchmarks.setting import Setting

LIMIT = 1.1
_COLUMNS = "product_id, store_id, display_location, mailer_location, week"


def measure(setting: Setting) -> Outcome:
    rows, to = promotions(setting), setting.scratch
    contenders = (
        part("benchmarks.engine_write", "plain COPY", rows, to),
        part("benchmarks.engine_write", "engine, no order", rows, to),
        part("benchmarks.engine_write", "engine, ordered by key", rows, to),
    )
    plain, ours, ordered = interleaved(contenders, setting)
    return Outcome(
        (plain, ours, ordered),
        (
            ratio("materialise ÷ plain COPY", ours, plain, LIMIT),
            ratio("materialise in order ÷ plain COPY", ordered, plain),
            peak("peak memory of materialise", ours),
        ),
    )


def _plain(rows: str, folder: str) -> Mapping[str, float]:
    import duckdb

    file = Path(folder) / "plain.parquet"
    file.unlink(missing_ok=True)
    connection = duckdb.connect(config={"memory_limit": "1GB", "preserve_insertion_order": "false"})
    started = time.perf_counter()
    connection.execute(f"COPY (SELECT {_COLUMNS} FROM read_parquet('{rows}')) TO '{file}' (FORMAT parquet, COMPRESSION zstd)")
    return {"seconds": time.perf_counter() - started, "bytes": file.stat().st_size}


def _engine(rows: str, folder: str, order_by: tuple[str, ...] = ()) -> Mapping[str, float]:
    import shutil

    from hansa.engines import Materialisation, SqlQuery
    from hansa.engines.duckdb import DuckDbEngine
    from hansa.model import Column, ParquetFiles, Schema, types

    texts = ("display_location", "mailer_location")
    kinds = {name: types.String() if name in texts else types.Integer(64) for name in _COLUMNS.split(", ")}
    schema = Schema(tuple(Column(name, kind) for name, kind in kinds.items()))
    target = Path(folder) / "engine"
    shutil.rmtree(target, ignore_errors=True)
    engine = DuckDbEngine(memory_limit="1GB", spill=Path(folder) / "spill")
    tables = {"promotions": ParquetFiles((rows,), schema)}
    started = time.perf_counter()
    query = SqlQuery(f"SELECT {_COLUMNS} FROM promotions")
    files = engine.materialise(Materialisation(query, tables, schema, target, order_by))
    seconds = time.perf_counter() - started
    engine.close()
    return {"seconds": seconds, "bytes": sum(f.bytes for f in files)}


def _ordered(rows: str, folder: str) -> Mapping[str, float]:
    return _engine(rows, folder, ("week", "store_id", "product_id"))


if __name__ == "__main__":
    spoken({"plain COPY": _plain, "engine, no order": _engine, "engine, ordered by key": _ordered})
