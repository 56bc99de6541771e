"""The tables of one call as temporary views of its session."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hansa.engines.protocol import EngineFailed, QueryRefused
from hansa.engines.spark.arrow import from_arrow
from hansa.engines.spark.casts import cast_text
from hansa.engines.spark.errors import analysing
from hansa.engines.spark.inference import pair
from hansa.engines.spark.session import SparkSession
from hansa.engines.spark.translate import Translation, translate, view_of
from hansa.engines.spark.types import backticked, ddl, from_spark
from hansa.model import Column, ParquetFiles, Relation, Schema, View
from hansa.model.types import Integer


def register(session: SparkSession, tables: Mapping[str, Relation]) -> dict[str, Schema]:
    """Make relations readable in a session; the schema of each. Raises `EngineFailed`, `QueryRefused`."""
    schemas: dict[str, Schema] = {}
    for name, relation in tables.items():
        match relation:
            case ParquetFiles():
                schemas[name] = _parquet(session, name, relation)
            case View():
                schemas[name] = _view(session, name, relation, schemas)
            case _:
                raise EngineFailed(f"Spark reads no {type(relation).__name__} here; it is landed as Parquet first", "input", name)
    return schemas


def drop(session: SparkSession, tables: Iterable[str]) -> None:
    """Forget the views of a call, so that the next one in this session sees none of them."""
    for name in tables:
        session.catalog.dropTempView(view_of(name))


def stored_schema(paths: tuple[str, ...]) -> Schema:
    """The columns that files have together, read from their footers. Raises `EngineFailed`.

    The server is not asked: Sail refuses to infer nanoseconds that it reads well when it is told to expect a timestamp.
    Columns of types that we have not are left out.
    """
    found: dict[str, Column] = {}
    for path in paths:
        for field in _footer(path):
            type_ = from_arrow(field.type)
            before = found.get(field.name.lower())
            common = type_ if before is None or type_ is None else pair(before.type, type_)
            if type_ is not None and common is None:
                raise EngineFailed(f"{path} has a column {field.name} of another type than the files before it", "input")
            if common is not None:
                found[field.name.lower()] = Column(before.name if before else field.name, common)
    return Schema(tuple(found.values()))


def _footer(path: str) -> pa.Schema:
    try:
        return pq.read_schema(path)
    except FileNotFoundError:
        raise EngineFailed(f"{path} is not there", "input") from None
    except (OSError, pa.ArrowException) as error:
        raise EngineFailed(f"{path} is not readable Parquet: {error}", "input") from None


# Sail reads small integers only as what they are; our own types begin at 32 bits.
_SMALL = {pa.int8(): "TINYINT", pa.uint8(): "SMALLINT", pa.int16(): "SMALLINT"}


def _small_integers(paths: tuple[str, ...]) -> dict[str, str]:
    """The Spark types of the columns that are narrower in the files than any type of ours, by lower-case name."""
    return {field.name.lower(): _SMALL[field.type] for path in paths for field in _footer(path) if field.type in _SMALL}


def _parquet(session: SparkSession, name: str, relation: ParquetFiles) -> Schema:
    try:
        with analysing():
            frame = _scan(session, relation) if relation.paths else session.sql(nothing(relation.schema))
            frame.createOrReplaceTempView(view_of(name))
    except QueryRefused as refused:
        raise EngineFailed(refused.reason, "input", name) from None
    except EngineFailed as failed:
        raise EngineFailed(failed.reason, failed.kind, name) from None
    return relation.schema


def _scan(session: SparkSession, relation: ParquetFiles) -> Any:
    """The files with their own types, then our casts: reading them as narrower types would be Spark's cast, not DuckDB's."""
    stored = stored_schema(relation.paths)
    renamed = dict(relation.renamed)
    pairs = [(column, stored.find(renamed.get(column.name, column.name))) for column in relation.schema]
    read = {inside.name: inside for _, inside in pairs if inside is not None} or {c.name: c for c in stored}
    small = _small_integers(relation.paths)
    expected = ", ".join(f"{backticked(c.name)} {small.get(c.name.lower(), ddl(c.type))}" for c in read.values())
    frame = session.read.schema(expected).parquet(*relation.paths)
    return frame.selectExpr(*[f"{_value(column, inside)} AS {backticked(column.name)}" for column, inside in pairs])


def _value(column: Column, inside: Column | None) -> str:
    if inside is None:
        return f"CAST(NULL AS {ddl(column.type)})"
    value = cast_text(inside.name, inside.type, column.type)
    return f"CAST({value} AS {ddl(column.type)})" if column.type == Integer(32) else value  # it may be a smaller one


def _view(session: SparkSession, name: str, relation: View, schemas: Mapping[str, Schema]) -> Schema:
    try:
        translation = translate(relation.sql, schemas)
        with analysing():
            frame = session.sql(translation.sql)
            fields = frame.schema.fields
        found = described(translation, fields)
        chosen = relation.schema or found
        parts = []
        for column in chosen:
            at = found.find(column.name)
            if at is None:
                raise QueryRefused(f"its query lacks the column {column.name}")
            parts.append(f"{cast_text(at.name, at.type, column.type)} AS {backticked(column.name)}")
        with analysing():
            frame.selectExpr(*parts).createOrReplaceTempView(view_of(name))
    except QueryRefused as refused:
        raise QueryRefused(f"{name}: {refused.reason}", refused.line, refused.column, refused.candidates) from None
    return chosen


def described(translation: Translation, fields: list[Any]) -> Schema:
    """The schema of a translated query: DuckDB's types where they are known, Spark's elsewhere. Raises `QueryRefused`."""
    found = []
    if translation.nameless:
        raise QueryRefused(f"a column of the result has no name: write `{translation.nameless[0]} AS …`")
    for (name, ours), field in zip(translation.columns, fields, strict=True):
        if type(field.dataType).__name__ == "NullType" and ours is None:
            raise QueryRefused(f"column `{name}` holds nothing but NULL, without a type; write CAST(NULL AS VARCHAR)")
        found.append(Column(name, ours if ours is not None else from_spark(field.dataType)))
    try:
        return Schema(tuple(found))
    except ValueError as error:
        raise QueryRefused(str(error)) from None


def nothing(schema: Schema) -> str:
    """A SELECT of no rows with this schema."""
    columns = ", ".join(f"CAST(NULL AS {ddl(c.type)}) AS {backticked(c.name)}" for c in schema)
    return f"SELECT {columns} WHERE FALSE"
