"""The tables of one call as temporary views of its session."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hansa.engines.protocol import EngineFailed, QueryRefused
from hansa.engines.spark.casts import cast_text
from hansa.engines.spark.errors import analysing
from hansa.engines.spark.session import SparkSession
from hansa.engines.spark.translate import Translation, translate, view_of
from hansa.engines.spark.types import backticked, ddl, from_spark
from hansa.model import Column, ParquetFiles, Relation, Schema, View


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


def parquet_schema(path: str) -> pa.Schema:
    """The Arrow schema in a file's footer. Raises `EngineFailed`."""
    try:
        return pq.read_schema(path)
    except FileNotFoundError:
        raise EngineFailed(f"{path} is not there", "input") from None
    except (OSError, pa.ArrowException) as error:
        raise EngineFailed(f"{path} is not readable Parquet: {error}", "input") from None


def _parquet(session: SparkSession, name: str, relation: ParquetFiles) -> Schema:
    if not relation.paths:
        frame = session.sql(nothing(relation.schema))
        with analysing():
            frame.createOrReplaceTempView(view_of(name))
        return relation.schema
    try:
        stored = _stored_names(relation.paths)
    except EngineFailed as failed:
        raise EngineFailed(failed.reason, failed.kind, name) from None
    renamed = dict(relation.renamed)
    try:
        with analysing():
            # Spark's own reading of the files' types, then our casts: to read with a narrower type would be its silent cast.
            frame = session.read.option("mergeSchema", "true").parquet(*relation.paths)
            kinds = {f.name.lower(): from_spark(f.dataType) for f in frame.schema.fields if f.name.lower() in stored}
            parts = []
            for column in relation.schema:
                inside = renamed.get(column.name, column.name)
                kind = kinds.get(inside.lower())
                value = cast_text(inside, kind, column.type) if kind is not None else f"CAST(NULL AS {ddl(column.type)})"
                parts.append(f"{value} AS {backticked(column.name)}")
            frame.selectExpr(*parts).createOrReplaceTempView(view_of(name))
    except QueryRefused as refused:
        raise EngineFailed(refused.reason, "input", name) from None
    except EngineFailed as failed:
        raise EngineFailed(failed.reason, failed.kind, name) from None
    return relation.schema


def _stored_names(paths: tuple[str, ...]) -> set[str]:
    return {field.lower() for path in paths for field in parquet_schema(path).names}


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
