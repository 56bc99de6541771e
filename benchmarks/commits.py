"""Publishing an append as an Iceberg snapshot costs no more than PyIceberg's own, and the hundredth no more than twice the
tenth.

Size: 100 appends of one small file each to one table, what a product that is refreshed every quarter of an hour does in a day.
The limit is PyIceberg's `add_files` with a SQLite catalogue, without its search for duplicate files. The files are written
before the clock starts.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from uuid import uuid4

from benchmarks.outcome import Outcome
from benchmarks.process import part, spoken
from benchmarks.series import amount, interleaved, ratio
from benchmarks.setting import Setting

LIMIT = 1.0
GROWTH = 2.0


def measure(setting: Setting) -> Outcome:
    times = 5 if setting.small else 100
    contenders = tuple(part("benchmarks.commits", n, setting.scratch, times, within="ms") for n in ("pyiceberg", "hansa.lake"))
    limit, ours = interleaved(contenders, setting, warm=False)
    growth = [last / first for first, last in zip(ours.said("early"), ours.said("late"), strict=True)]
    return Outcome(
        (limit, ours),
        (
            ratio("commit ÷ PyIceberg's add_files", ours, limit, LIMIT),
            amount("commit, median", ours.values, "ms"),
            amount("last tenth ÷ first tenth of the commits", growth, "", GROWTH),
        ),
    )


def _files(folder: Path, times: int) -> list[Path]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(parents=True)
    paths = [folder / f"{i}.parquet" for i in range(times)]
    schema = pa.schema([pa.field("id", pa.int64(), nullable=False), pa.field("name", pa.string())])
    for i, path in enumerate(paths):
        pq.write_table(pa.table({"id": list(range(i, i + 100)), "name": ["x"] * 100}, schema=schema), path, compression="zstd")
    return paths


def _figures(seconds: list[float]) -> Mapping[str, float]:
    tenth = max(1, len(seconds) // 10)
    # The first one creates the table.
    early, late = median(seconds[1 : 1 + tenth]), median(seconds[-tenth:])
    return {"ms": median(seconds[1:]) * 1000, "early": early * 1000, "late": late * 1000, "first": seconds[0] * 1000}


def _hansa(scratch: str, times: str) -> Mapping[str, float]:
    from hansa.lake import Append, Lake
    from hansa.model import Column, DataFile, RunId, Schema, types
    from hansa.names import PortMajor, PortName

    folder = Path(scratch) / uuid4().hex
    warehouse = folder / "warehouse"
    warehouse.mkdir(parents=True)
    lake = Lake(f"sqlite:///{folder}/ledger.db", warehouse)
    lake.prepare()
    port = PortMajor(PortName("customer", "profiles", "profiles"), 1)
    schema = Schema((Column("id", types.Integer(64), required=True), Column("name", types.String())))
    base: int | None = None
    seconds = []
    for path in _files(lake.staging(port, RunId("r1")), int(times)):
        started = time.perf_counter()
        file = DataFile(str(path), 100, path.stat().st_size)
        base = lake.commit(
            port, (file,), schema, change=Append(), base=base, environment="prod", properties={"hansa.run": "r1"}
        ).id
        seconds.append(time.perf_counter() - started)
    assert len(lake.files(port, base or 0)) == int(times)
    lake.close()
    return _figures(seconds)


def _pyiceberg(scratch: str, times: str) -> Mapping[str, float]:
    from pyiceberg.catalog.sql import SqlCatalog
    from pyiceberg.schema import Schema
    from pyiceberg.types import LongType, NestedField, StringType

    folder = Path(scratch) / uuid4().hex
    paths = _files(folder / "data", int(times))
    catalog = SqlCatalog("bare", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}/warehouse")
    catalog.create_namespace("customer")
    schema = Schema(NestedField(1, "id", LongType(), required=True), NestedField(2, "name", StringType()))
    table = catalog.create_table("customer.profiles", schema, properties={"schema.name-mapping.default": _MAPPING})
    seconds = []
    for path in paths:
        started = time.perf_counter()
        # Its search for files that were added before reads all earlier manifests; Hansa's names are unique, so it needs none.
        table.add_files([f"file://{path}"], check_duplicate_files=False)
        seconds.append(time.perf_counter() - started)
    return _figures(seconds)


_MAPPING = '[{"field-id": 1, "names": ["id"]}, {"field-id": 2, "names": ["name"]}]'


if __name__ == "__main__":
    spoken({"pyiceberg": _pyiceberg, "hansa.lake": _hansa})
