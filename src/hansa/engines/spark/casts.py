"""Casts of whole columns: files to their declared types, results to the types they are stored in."""

from sqlglot import exp

from hansa.engines.protocol import QueryRefused
from hansa.engines.spark.inference import typed
from hansa.engines.spark.spelling import exact
from hansa.model import DataType
from hansa.model.types import Float, List, Map, String, Struct, Timestamp


def cast_text(column: str, source: DataType | None, target: DataType) -> str:
    """A column as Spark SQL, cast as DuckDB would cast it; equal types are left alone. Raises `QueryRefused`."""
    if target == String() and (isinstance(source, Float | List | Map | Struct) or source == Timestamp(zoned=True)):
        raise QueryRefused(f"Spark would write `{column}` as other text than DuckDB; store it as what it is, or format it")
    node = typed(exp.column(exp.to_identifier(column, quoted=True)), source)
    return exact(node, target).sql(dialect="spark")
