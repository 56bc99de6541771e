"""Inferring a contract from data: names, types, what is never null, what identifies a row. A proposal that its owner edits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import assert_never

from hansa.engines import Engine, EngineFailed
from hansa.model import Column, CsvFiles, DataType, JsonFiles, ParquetFiles, Relation, Schema, quoted, sql
from hansa.model.types import (
    Binary,
    Boolean,
    Date,
    Decimal,
    Float,
    Integer,
    List,
    Map,
    String,
    Struct,
    Time,
    Timestamp,
    Uuid,
)
from hansa.names import word_like
from hansa.trouble import Place, Trouble, TroubleError, one_of

FORMATS = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
}

# What a text column may really hold, narrowest first: a type, and the pattern that every value must match in full.
_READINGS: tuple[tuple[DataType, str], ...] = (
    (Boolean(), "true|false|TRUE|FALSE|True|False"),
    (Integer(64), "-?(0|[1-9][0-9]{0,17})"),
    (Float(64), r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?"),
    (Date(), "[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    (Timestamp(), r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"),
)


@dataclass(frozen=True, slots=True)
class InferredColumn:
    """`name` is a plain SQL word, `found` the spelling in the data."""

    name: str
    found: str
    type: DataType
    required: bool
    key: bool


@dataclass(frozen=True, slots=True)
class Inferred:
    format: str
    delimiter: str
    rows: int
    columns: tuple[InferredColumn, ...]


def infer(path: Path, engine: Engine) -> Inferred:
    """Look at a file and propose its columns. Raises TroubleError when it cannot be read."""
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        raise TroubleError(
            Trouble("H913", f"{path.name} is of no known format", (Place(str(path)),), f"formats by ending: {one_of(FORMATS)}")
        )
    if not path.exists():
        raise TroubleError(Trouble("H913", f"{path} does not exist", (Place(str(path)),), "name a file that does"))
    delimiter = _delimiter(path) if kind == "csv" else ","
    try:
        return _infer(_relation(path, kind, delimiter), kind, delimiter, engine)
    except EngineFailed as failed:
        raise TroubleError(Trouble("H913", f"{path} cannot be read: {failed.reason}", (Place(str(path)),))) from failed


def _infer(relation: Relation, kind: str, delimiter: str, engine: Engine) -> Inferred:
    found = engine.schema_of(relation)
    relation = _seen_as(relation, found)
    if kind == "csv":
        relation = _seen_as(relation, _readings(relation, found, engine))
    schema = relation.schema
    assert schema is not None
    rows, counts = _counts(relation, schema, engine)
    key = _key(schema, rows, counts)
    names = _words(schema.names)
    columns = tuple(
        InferredColumn(name, c.name, c.type, rows > 0 and counts[c.name][0] == rows, c.name == key)
        for name, c in zip(names, schema, strict=True)
    )
    return Inferred(kind, delimiter, rows, columns)


def _relation(path: Path, kind: str, delimiter: str) -> Relation:
    text, nothing = str(path.absolute()), Schema(())
    match kind:
        case "parquet":
            return ParquetFiles((text,), nothing)
        case "csv":
            return CsvFiles((text,), nothing, delimiter)
        case _:
            return JsonFiles((text,), nothing, by_line=kind == "ndjson")


def _seen_as(relation: Relation, schema: Schema) -> Relation:
    return replace(relation, schema=schema)


def _delimiter(path: Path) -> str:
    """The separator that the first line uses most."""
    with path.open(encoding="utf-8", errors="replace") as file:
        first = file.readline(1 << 16)
    return max((",", ";", "\t", "|"), key=first.count) if first.strip() else ","


def _readings(relation: Relation, found: Schema, engine: Engine) -> Schema:
    """For each text column the narrowest type that every value has; text where none fits or all are empty."""
    if not found.columns:
        return found
    tests = [f"count(*) FILTER (NOT regexp_full_match({quoted(c.name)}, '{pattern}'))" for c in found for _, pattern in _READINGS]
    filled = [f"count({quoted(c.name)})" for c in found]
    (row,) = _measure(engine, f"SELECT {', '.join([*filled, *tests])} FROM data", relation)
    width = len(_READINGS)
    columns = []
    for i, column in enumerate(found):
        misfits = row[len(found) + i * width : len(found) + (i + 1) * width]
        fitting = [kind for (kind, _), misfit in zip(_READINGS, misfits, strict=True) if row[i] and misfit == 0]
        columns.append(Column(column.name, _castable(fitting, column, relation, engine)))
    return Schema(tuple(columns))


def _castable(fitting: Sequence[DataType], column: Column, relation: Relation, engine: Engine) -> DataType:
    """The first reading whose values really are of the type: 2024-02-30 looks like a date and is none."""
    for kind in fitting:
        query = f"SELECT count({quoted(column.name)}) - count(TRY_CAST({quoted(column.name)} AS {sql(kind)})) FROM data"
        (row,) = _measure(engine, query, relation)
        if row[0] == 0:
            return kind
    return String()


def _counts(relation: Relation, schema: Schema, engine: Engine) -> tuple[int, dict[str, tuple[int, int]]]:
    """The rows, and for each column its filled values and about how many different ones."""
    if not schema.columns:
        return 0, {}
    parts = [f"count({quoted(c.name)}), approx_count_distinct({quoted(c.name)})" for c in schema]
    (row,) = _measure(engine, f"SELECT count(*), {', '.join(parts)} FROM data", relation)
    counts = {c.name: (int(row[1 + 2 * i]), int(row[2 + 2 * i])) for i, c in enumerate(schema)}
    rows = int(row[0])
    for name in [n for n, (filled, different) in counts.items() if filled == rows and different > 0.9 * rows]:
        (exact,) = _measure(engine, f"SELECT count(DISTINCT {quoted(name)}) FROM data", relation)
        counts[name] = (counts[name][0], int(exact[0]))
    return rows, counts


def _key(schema: Schema, rows: int, counts: dict[str, tuple[int, int]]) -> str:
    """The first column that is never empty, never repeats and is called like a key."""
    for column in schema:
        named = re.search(r"(^|_)(id|key|code|number|no)$", word_like(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column.name)))
        if named and rows > 0 and counts[column.name] == (rows, rows):
            return column.name
    return ""


def _words(found: Sequence[str]) -> list[str]:
    """A plain SQL word for each column, none twice."""
    words: list[str] = []
    for number, name in enumerate(found, start=1):
        word = word_like(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)) or f"column_{number}"
        while word in words:
            word = f"{word}_{number}"
        words.append(word)
    return words


def _measure(engine: Engine, query: str, relation: Relation) -> list[tuple[int, ...]]:
    (rows,) = engine.measure([query], {"data": relation})
    if isinstance(rows, Exception):
        raise EngineFailed(str(rows), "input")
    return rows


def logical_type(type_: DataType) -> str:
    """The `logicalType` of ODCS for a stored type."""
    match type_:
        case Boolean():
            return "boolean"
        case Integer():
            return "integer"
        case Decimal() | Float():
            return "number"
        case String() | Uuid() | Binary():
            return "string"
        case Date():
            return "date"
        case Time():
            return "time"
        case Timestamp():
            return "timestamp"
        case Struct():
            return "object"
        case List():
            return "array"
        case Map():
            return "map"
        case _:
            assert_never(type_)
