"""Cedar rules about rows as DuckDB predicates."""

from typing import Any

from hansa.model import Schema
from hansa.model.types import Boolean, DataType, Date, Decimal, Integer, String, Timestamp, Uuid


def cedar_type(type_: DataType) -> str | None:
    """The Cedar type of a column as an attribute of its row; None when rules cannot ask for it."""
    match type_:
        case String() | Uuid():
            return "String"
        case Integer():
            return "Long"
        case Boolean():
            return "Bool"
        case Date() | Timestamp():
            return "datetime"
        case Decimal(precision, scale) if scale <= 4 and precision - scale <= 14:
            return "decimal"
        case _:
            return None


def compiled(residuals: Any, schema: Schema) -> str:
    raise NotImplementedError
