"""Inferring a contract from data: names, types, what is never null, what identifies a row. A proposal that its owner edits."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hansa.engines import Engine, EngineFailed
from hansa.frozen import dataclass
from hansa.model import Column, CsvFiles, DataType, JsonFiles, ParquetFiles, Relation, Schema, quoted, sql
from hansa.model.types import Boolean, Date, Float, Integer, String, Timestamp
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
    """What was found in data; `format` and `delimiter` are those of files."""

    rows: int
    columns: tuple[InferredColumn, ...]
    format: str = ""
    delimiter: str = ","


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
        relation = _relation(path, kind, delimiter)
        found = infer_relation(relation, engine.schema_of(relation), engine, texts=kind == "csv")
    except EngineFailed as failed:
        mend = "the file must be whole, in UTF-8, and what its ending says"
        raise TroubleError(Trouble("H913", f"{path.name} cannot be read: {failed.reason}", (Place(str(path)),), mend)) from failed
    return replace(found, format=kind, delimiter=delimiter)


def infer_relation(relation: Relation, found: Schema, engine: Engine, *, texts: bool = False) -> Inferred:
    """Propose the columns of a relation with a found schema. With `texts`, text columns are read for what they may hold.

    Raises EngineFailed.
    """
    relation = _seen_as(relation, found)
    schema = found
    if texts:
        schema = _readings(relation, found, engine)
        relation = _seen_as(relation, schema)
    rows, counts = _counts(relation, schema, engine)
    key = _key(schema, rows, counts)
    names = _words(schema.names)
    columns = tuple(
        InferredColumn(name, c.name, c.type, rows > 0 and counts[c.name][0] == rows, c.name == key)
        for name, c in zip(names, schema, strict=True)
    )
    return Inferred(rows, columns)


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
    texts = [c for c in found if c.type == String()]
    if not texts:
        return found
    tests = [f"count(*) FILTER (NOT regexp_full_match({quoted(c.name)}, '{pattern}'))" for c in texts for _, pattern in _READINGS]
    filled = [f"count({quoted(c.name)})" for c in texts]
    (row,) = _measure(engine, f"SELECT {', '.join([*filled, *tests])} FROM data", relation)
    width = len(_READINGS)
    read: dict[str, DataType] = {}
    for i, column in enumerate(texts):
        misfits = row[len(texts) + i * width : len(texts) + (i + 1) * width]
        fitting = [kind for (kind, _), misfit in zip(_READINGS, misfits, strict=True) if row[i] and misfit == 0]
        read[column.name] = _castable(fitting, column, relation, engine)
    return Schema(tuple(Column(c.name, read.get(c.name, c.type)) for c in found))


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
        named = re.search(r"(^|_)(id|key|code|number|no)$", _word(column.name))
        if named and rows > 0 and counts[column.name] == (rows, rows):
            return column.name
    return ""


def _words(found: Sequence[str]) -> list[str]:
    """A plain SQL word for each column, none twice, and none that another column bears already."""
    plain = [_word(name) or f"column_{number}" for number, name in enumerate(found, start=1)]
    words: list[str] = []
    for number, word in enumerate(plain, start=1):
        free, suffix = word, number
        while free in words or (free != word and free in plain):
            free, suffix = f"{word[:50]}_{suffix}", suffix + 1
        words.append(free)
    return words


_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"})


def _word(name: str) -> str:
    """`Größe (cm)` is `grosse_cm`, `CustomerID` is `customer_id`, `2nd line` is `n2nd_line`; empty when no letter is Latin."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    letters = unicodedata.normalize("NFKD", apart.lower().translate(_LETTERS))
    bare = "".join(c for c in letters if not unicodedata.combining(c)).strip()
    return word_like(f"n{bare}" if re.match(r"[0-9]", bare) and re.search(r"[a-z]", bare) else bare)


def _measure(engine: Engine, query: str, relation: Relation) -> list[tuple[int, ...]]:
    (rows,) = engine.measure([query], {"data": relation})
    if isinstance(rows, Exception):
        raise EngineFailed(str(rows), "input")
    return rows
