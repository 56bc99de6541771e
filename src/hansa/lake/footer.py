"""From a Parquet file that an engine wrote to the entry that Iceberg keeps of it: checked, with its footer's statistics.

Only the footer is read. A file that is not what was announced, or does not hold what the schema says, is refused here, before
anything of the table changes.
"""

import datetime as dt
import decimal
import re
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg import types as iceberg
from pyiceberg.io.fileformat import DataFileStatistics
from pyiceberg.io.pyarrow import (
    UnsupportedPyArrowTypeException,
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
    pyarrow_to_schema,
)
from pyiceberg.manifest import DataFile as IcebergFile
from pyiceberg.manifest import DataFileContent, FileFormat
from pyiceberg.partitioning import PartitionField, PartitionSpec, partition_record_value
from pyiceberg.schema import Schema as IcebergSchema
from pyiceberg.typedef import Record

from hansa.frozen import dataclass
from hansa.lake.columns import from_iceberg
from hansa.lake.failure import unfit_file
from hansa.lake.places import to_uri
from hansa.model import DataFile, quoted, sql


@dataclass(frozen=True, slots=True)
class Footer:
    """A file with its footer read."""

    file: DataFile
    metadata: Any  # pyarrow is untyped: a pyarrow.parquet.FileMetaData

    @property
    def never_null(self) -> frozenset[str]:
        """The columns that the file's own schema declares required. DuckDB does so when its statistics exclude nulls."""
        return frozenset(f.name for f in self.metadata.schema.to_arrow_schema() if not f.nullable)


def read_footer(subject: str, file: DataFile) -> Footer:
    """Read the footer of a file and compare it with what its engine announced. Raises `LakeRefused`, OSError."""
    path = Path(file.path)
    if not path.is_absolute():
        raise ValueError(f"the path of a data file is absolute, not {file.path!r}")
    try:
        size = path.stat().st_size
        metadata = pq.read_metadata(path)
    except FileNotFoundError as error:
        raise unfit_file(subject, file.path, "it is gone") from error
    except pa.ArrowInvalid as error:
        raise unfit_file(subject, file.path, f"it is not whole Parquet ({str(error).splitlines()[0]})") from error
    if (metadata.num_rows, size) != (file.rows, file.bytes):
        reason = f"it holds {metadata.num_rows} rows in {size} bytes, announced were {file.rows} in {file.bytes}"
        raise unfit_file(subject, file.path, reason)
    return Footer(file, metadata)


def to_iceberg_file(subject: str, footer: Footer, schema: IcebergSchema, spec: PartitionSpec) -> IcebergFile:
    """Iceberg's entry of a file under a schema and spec of its table. Raises `LakeRefused`."""
    _refuse_other_columns(subject, footer, schema)
    paths = _column_ids(footer.metadata, schema)
    try:
        statistics = data_file_statistics_from_parquet_metadata(footer.metadata, compute_statistics_plan(schema, {}), paths)
    except KeyError as error:
        raise unfit_file(subject, footer.file.path, f"it stores the column {error.args[0]} in an unknown form") from error
    except ValueError as error:
        raise unfit_file(subject, footer.file.path, str(error)) from error
    return IcebergFile.from_args(
        content=DataFileContent.DATA,
        file_path=to_uri(footer.file.path),
        file_format=FileFormat.PARQUET,
        partition=Record(*(_partition_value(subject, footer, statistics, field, schema) for field in spec.fields)),
        file_size_in_bytes=footer.file.bytes,
        sort_order_id=None,
        spec_id=spec.spec_id,
        equality_ids=None,
        key_metadata=None,
        **statistics.to_serialized_dict(),
    )


def _refuse_other_columns(subject: str, footer: Footer, schema: IcebergSchema) -> None:
    path = footer.file.path
    stored = footer.metadata.schema.to_arrow_schema()
    if any(b"PARQUET:field_id" in (field.metadata or {}) for field in stored):
        # Readers believe ids in files before any name mapping, and these were not given by this table.
        raise unfit_file(subject, path, "it carries field ids of another table")
    try:
        found = {f.name: f.field_type for f in pyarrow_to_schema(stored, name_mapping=schema.name_mapping).fields}
    except (ValueError, UnsupportedPyArrowTypeException) as error:
        surplus = [quoted(n) for n in stored.names if n not in schema.column_names]
        reason = f"surplus columns {', '.join(surplus)}" if surplus else str(error)
        raise unfit_file(subject, path, reason) from error
    missing = [quoted(f.name) for f in schema.fields if f.name not in found]
    if missing:
        raise unfit_file(subject, path, f"it lacks {', '.join(missing)}")
    for field in schema.fields:
        ours, theirs = from_iceberg(field.field_type), from_iceberg(_seen(found[field.name], field.field_type))
        if ours != theirs:
            raise unfit_file(subject, path, f"{quoted(field.name)} is stored as {sql(theirs)}, not as {sql(ours)}")


def _seen(stored: iceberg.IcebergType, wanted: iceberg.IcebergType) -> iceberg.IcebergType:
    """A stored type as Parquet has it. Arrow shows a UUID that another engine wrote as 16 plain bytes, at any depth."""
    match stored, wanted:
        case iceberg.FixedType(), iceberg.UUIDType() if len(stored) == 16:
            return wanted
        case iceberg.ListType(), iceberg.ListType():
            return iceberg.ListType(1, _seen(stored.element_type, wanted.element_type))
        case iceberg.MapType(), iceberg.MapType():
            return iceberg.MapType(1, _seen(stored.key_type, wanted.key_type), 2, _seen(stored.value_type, wanted.value_type))
        case iceberg.StructType(), iceberg.StructType() if len(stored.fields) == len(wanted.fields):
            pairs = zip(stored.fields, wanted.fields, strict=True)
            return iceberg.StructType(*(iceberg.NestedField(1, s.name, _seen(s.field_type, w.field_type)) for s, w in pairs))
        case _:
            return stored


_ELEMENT = re.compile(r"\.(list|bag)\.(item|array|array_element)(?=\.|$)")


def _column_ids(metadata: Any, schema: IcebergSchema) -> dict[str, int]:
    """The id of every stored leaf by its Parquet path; engines differ in what they call the elements of a list."""
    ids = parquet_path_to_id_mapping(schema)
    stored = (metadata.schema.column(i).path for i in range(metadata.num_columns))
    return ids | {p: ids[known] for p in stored if p not in ids and (known := _ELEMENT.sub(".list.element", p)) in ids}


def _partition_value(
    subject: str, footer: Footer, statistics: DataFileStatistics, field: PartitionField, schema: IcebergSchema
) -> object:
    """The one value that a column has in a file: as the engine announced it, else as the footer's bounds prove it."""
    column = schema.find_field(field.source_id)
    announced: Mapping[str, str | int | None] = dict(footer.file.partition)
    try:
        if column.name in announced:
            value = _parsed(column.field_type, announced[column.name])
        else:
            value = _only_value(statistics, column)
        return partition_record_value(field, value, schema)
    except (ValueError, decimal.InvalidOperation) as error:
        raise unfit_file(subject, footer.file.path, f"no one value of its partition column `{column.name}`: {error}") from error


def _only_value(statistics: DataFileStatistics, column: iceberg.NestedField) -> object:
    nulls = statistics.null_value_counts.get(column.field_id)
    if nulls is not None and nulls == statistics.record_count:
        return None
    bounds = statistics.column_aggregates.get(column.field_id)
    if nulls != 0 or bounds is None or bounds.current_min is None or bounds.current_min != bounds.current_max:
        raise ValueError("the footer does not show that it is constant")
    return bounds.current_min


def _parsed(type_: iceberg.IcebergType, value: str | int | None) -> object:
    """An announced value, which came as text from the name of a folder, in its column's type. Raises ValueError."""
    if value is None:
        return None
    match type_:
        case iceberg.StringType():
            return str(value)
        case iceberg.IntegerType() | iceberg.LongType():
            return int(value)
        case iceberg.DateType():
            return value if isinstance(value, int) else dt.date.fromisoformat(value)
        case iceberg.TimestampType() | iceberg.TimestamptzType():
            return _moment(str(value), zoned=isinstance(type_, iceberg.TimestamptzType))
        case iceberg.BooleanType():
            return _boolean(str(value))
        case iceberg.DecimalType():
            return decimal.Decimal(str(value)).quantize(decimal.Decimal(1).scaleb(-type_.scale))
        case iceberg.UUIDType():
            return uuid.UUID(str(value))
        case _:
            raise ValueError(f"values of type {type_} cannot name a partition")


def _moment(text: str, *, zoned: bool) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return moment.replace(tzinfo=dt.UTC) if zoned and moment.tzinfo is None else moment


def _boolean(text: str) -> bool:
    known = {"true": True, "false": False, "1": True, "0": False}
    if text.lower() not in known:
        raise ValueError(f"{text!r} is neither true nor false")
    return known[text.lower()]
