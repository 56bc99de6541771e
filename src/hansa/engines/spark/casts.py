"""Casts of whole columns: files to their declared types, results to the types they are stored in."""

from sqlglot import exp

from hansa.engines.spark.inference import typed
from hansa.engines.spark.spelling import exact
from hansa.model import DataType


def cast_text(column: str, source: DataType | None, target: DataType) -> str:
    """A column as Spark SQL, cast as DuckDB would cast it; equal types are left alone."""
    node = typed(exp.column(exp.to_identifier(column, quoted=True)), source)
    return exact(node, target).sql(dialect="spark")
