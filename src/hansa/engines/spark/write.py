"""Results as Parquet: written by the server beside their place, checked by their footers, then moved in, all or none."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hansa.engines.protocol import EngineFailed, Materialisation, QueryRefused
from hansa.engines.spark.arrow import arrow_type, same_arrow
from hansa.engines.spark.casts import cast_text
from hansa.engines.spark.types import backticked
from hansa.frozen import dataclass
from hansa.model import DataFile, Schema
from hansa.trouble import did_you_mean

_KEY = "hansa_partition"


def stored_columns(found: Schema, schema: Schema) -> list[str]:
    """The stored columns as expressions over the result's, matched by name. Raises `QueryRefused` for others."""
    missing = [c.name for c in schema if found.find(c.name) is None]
    surplus = [c.name for c in found if schema.find(c.name) is None]
    if missing:
        hint = did_you_mean(missing[0], surplus)
        reason = f"the result lacks the column `{missing[0]}`; it has {', '.join(found.names)}"
        raise QueryRefused(f"{reason}; {hint}" if hint else reason, candidates=tuple(surplus))
    if surplus:
        raise QueryRefused(f"the result has a column `{surplus[0]}` that is not promised", candidates=tuple(missing))
    pairs = [(c, found.find(c.name)) for c in schema]
    return [f"{cast_text(f.name, f.type, c.type)} AS {backticked(c.name)}" for c, f in pairs if f is not None]


def write(frame: Any, work: Materialisation, folder: Path) -> None:
    """Let the server write a frame of the stored columns into `folder`, one subfolder a partition."""
    from pyspark.sql.connect.functions import expr

    keys = []
    for number, column in enumerate(work.partition_by):
        # Folders are named by a digest: Sail puts NULL and the empty text in one, and values hold any text.
        value = backticked(column)
        digest = f"CASE WHEN {value} IS NULL THEN 'null' ELSE md5(CAST({value} AS STRING)) END"
        frame = frame.withColumn(f"{_KEY}_{number}", expr(digest))
        keys.append(f"{_KEY}_{number}")
    if keys:
        frame = frame.repartition(1)
    if work.order_by:
        # A sorted result is one file: the border between two would be anywhere.
        frame = frame.repartition(1).sortWithinPartitions(*[_sort_key(c) for c in work.order_by])
    writer = frame.write.mode("append").option("compression", "zstd")
    (writer.partitionBy(*keys) if keys else writer).parquet(str(folder))


def _sort_key(column: str) -> Any:
    from pyspark.sql.connect.functions import col

    return col(backticked(column)).asc_nulls_last()


@dataclass(frozen=True, slots=True)
class Staging:
    """A folder inside the target that the server writes to, and the prefix of the files that come of it."""

    folder: Path
    target: Path
    token: str


@contextmanager
def staging(target: Path) -> Iterator[Staging]:
    """Within the block there is a place to write to; only what was moved into the target is left after it, on failure nothing."""
    token = uuid.uuid4().hex
    place = Staging(target / f"writing-{token}", target, token)
    created = not target.exists()
    try:
        target.mkdir(parents=True, exist_ok=True)
        place.folder.mkdir()
    except OSError as error:
        raise EngineFailed(f"{target} cannot be made: {error.strerror}", "disk") from None
    try:
        yield place
    except BaseException:
        for path in target.glob(f"{token}-*.parquet"):
            path.unlink(missing_ok=True)
        shutil.rmtree(place.folder, ignore_errors=True)
        if created and not any(target.iterdir()):
            target.rmdir()
        raise
    shutil.rmtree(place.folder, ignore_errors=True)


def check_shared(place: Staging, frame: Any) -> None:
    """Fail when rows were written and none of them appear. A server writes no file for no rows. Raises `EngineFailed`."""
    if next(place.folder.rglob("*.parquet"), None) is None and frame.limit(1).count() > 0:
        raise EngineFailed(
            f"what the Spark Connect server wrote to {place.folder} does not appear here: both must share a file system", "disk"
        )


def moved_in(place: Staging, work: Materialisation) -> tuple[DataFile, ...]:
    """Check what the server wrote and move it into the target. A result of no rows is no files. Raises `EngineFailed`."""
    files = []
    for number, path in enumerate(sorted(place.folder.rglob("*.parquet"))):
        counted = pq.read_metadata(path).num_rows
        if counted == 0:
            continue
        _check(path, work.schema)
        partition = tuple((c, _value(path, c, work.schema)) for c in work.partition_by)
        final = place.target / f"{place.token}-{number:05d}.parquet"
        size = path.stat().st_size
        path.rename(final)
        files.append(DataFile(str(final.absolute()), counted, size, partition))
    return tuple(files)


def _check(path: Path, schema: Schema) -> None:
    """The file holds just the promised columns in their exact types, and no moment as INT96."""
    footer = pq.ParquetFile(path)
    have = footer.schema_arrow
    if have.names != list(schema.names):
        raise EngineFailed(f"the server wrote the columns {', '.join(have.names)}, not {', '.join(schema.names)}", "internal")
    for column, field in zip(schema, have, strict=True):
        if not same_arrow(field.type, arrow_type(column.type)):
            raise EngineFailed(
                f"the server stored column `{column.name}` as {field.type}, not {arrow_type(column.type)}", "internal"
            )
    if any(footer.schema.column(i).physical_type == "INT96" for i in range(len(footer.schema))):
        raise EngineFailed("the server writes timestamps as INT96, which Iceberg does not read", "internal")


def _value(path: Path, name: str, schema: Schema) -> str | int | None:
    """A partition's value, from the first row of its file: whole numbers as such, all else in its text form."""
    column = schema.find(name)
    assert column is not None
    first = next(pq.ParquetFile(path).iter_batches(batch_size=1, columns=[column.name])).column(0)
    if pa.types.is_integer(first.type):
        number: int | None = first[0].as_py()
        return number
    text: str | None = pc.cast(first, pa.string())[0].as_py()
    return text
