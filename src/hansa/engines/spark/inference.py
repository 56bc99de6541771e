"""The types that DuckDB gives to expressions, so far as a translation has to know them.

Spark computes some of these otherwise (a sum of integers is 64 bits wide, a quotient of decimals is a decimal), and a rule has to
know what DuckDB would have given. The numbers were read off DuckDB 2.0's `DESCRIBE`; a type that is not known is None.
"""

from sqlglot import exp

from hansa.model import DataType
from hansa.model.types import Binary, Boolean, Date, Decimal, Field, Float, Integer, List, String, Struct, Timestamp

INT, BIGINT = Integer(32), Integer(64)
HUGEINT = Decimal(38, 0)  # as the embedded engine stores it
DOUBLE = Float(64)

_NAMED: dict[exp.DType, DataType] = {
    exp.DType.BOOLEAN: Boolean(),
    exp.DType.INT: INT,
    exp.DType.BIGINT: BIGINT,
    exp.DType.INT128: HUGEINT,
    exp.DType.FLOAT: Float(32),
    exp.DType.DOUBLE: DOUBLE,
    exp.DType.TEXT: String(),
    exp.DType.VARCHAR: String(),
    exp.DType.VARBINARY: Binary(),
    exp.DType.DATE: Date(),
    exp.DType.TIMESTAMP: Timestamp(),
    exp.DType.TIMESTAMPNTZ: Timestamp(),
    exp.DType.TIMESTAMPTZ: Timestamp(zoned=True),
}


def known(node: exp.Expr) -> DataType | None:
    """The type that a rule found for a node."""
    found: DataType | None = node.meta.get("hansa_type")
    return found


def typed(node: exp.Expr, type_: DataType | None) -> exp.Expr:
    """The node, remembered as having this type."""
    node.meta["hansa_type"] = type_
    return node


def is_integer(type_: DataType | None) -> bool:
    return isinstance(type_, Integer) or type_ == HUGEINT


def is_number(type_: DataType | None) -> bool:
    return isinstance(type_, Integer | Decimal | Float)


def as_decimal(type_: Integer | Decimal) -> Decimal:
    """The decimal that an integer takes part as in decimal arithmetic."""
    if isinstance(type_, Integer):
        return Decimal(10 if type_.bits == 32 else 19, 0)
    return type_


def written(type_: exp.DataType) -> DataType | None:
    """The type that a cast names, or None where we have no such type."""
    parts = type_.expressions
    match type_.this:
        case exp.DType.DECIMAL:
            numbers = [int(p.name) for p in parts]
            return Decimal(*numbers) if len(numbers) == 2 else Decimal(numbers[0] if numbers else 18, 0 if numbers else 3)
        case exp.DType.ARRAY | exp.DType.LIST:
            element = written(parts[0]) if parts else None
            return None if element is None else List(element)
        case exp.DType.STRUCT:
            fields = [(p.name, written(p.args["kind"])) for p in parts if isinstance(p, exp.ColumnDef)]
            if len(fields) != len(parts) or any(t is None for _, t in fields):
                return None
            return Struct(tuple(Field(n, t) for n, t in fields if t is not None))
        case _:
            return _NAMED.get(type_.this)


def literal(node: exp.Literal) -> DataType:
    """The type of a literal: 1 is INTEGER, 3000000000 BIGINT, 1.50 DECIMAL(3,2), 1e3 DOUBLE."""
    text = node.name.replace("_", "").lower()
    if node.is_string:
        return String()
    if "e" in text:
        return DOUBLE
    if "." in text:
        whole, _, fraction = text.partition(".")
        precision = max(len(whole) + len(fraction), 1)
        return Decimal(precision, len(fraction)) if precision <= 38 else DOUBLE
    value = int(text)
    if value < 2**31:
        return INT
    return BIGINT if value < 2**63 else HUGEINT


def unified(nodes: list[exp.Expr]) -> DataType | None:
    """The one type that several branches get; NULL fits every type."""
    types = [known(n) for n in nodes if not isinstance(n, exp.Null)]
    result = types[0] if types else None
    for other in types[1:]:
        result = pair(result, other)
    return result


def pair(a: DataType | None, b: DataType | None) -> DataType | None:
    """The type that holds values of both, as DuckDB finds it, or None where it is not one of the simple cases."""
    match a, b:
        case _ if a == b:
            return a
        case Integer(x), Integer(y):
            return Integer(max(x, y))
        case ((Integer() | Decimal()), (Integer() | Decimal())):
            left, right = as_decimal(a), as_decimal(b)
            scale = max(left.scale, right.scale)
            return Decimal(min(max(left.precision - left.scale, right.precision - right.scale) + scale, 38), scale)
        case Float(x), Float(y):
            return Float(max(x, y))
        case (Float() as f, Integer() | Decimal()) | (Integer() | Decimal(), Float() as f):
            return f
        case (Date(), Timestamp() as t) | (Timestamp() as t, Date()):
            return t
        case _:
            return None


def sum_of(a: Decimal, b: Decimal) -> Decimal:
    """The type of a + b and a - b of decimals."""
    if HUGEINT in (a, b) and a.scale == b.scale == 0:
        return HUGEINT
    scale = max(a.scale, b.scale)
    width = max(a.precision - a.scale, b.precision - b.scale) + scale + 1
    return Decimal(_capped(width, a, b), scale)


def product_of(a: Decimal, b: Decimal) -> Decimal | None:
    """The type of a * b of decimals, or None when there are more than 38 digits after the point."""
    if a.scale + b.scale > 38:
        return None
    return Decimal(_capped(a.precision + b.precision, a, b), a.scale + b.scale)


def _capped(width: int, a: Decimal, b: Decimal) -> int:
    # DuckDB keeps results of 64-bit decimals in 64 bits and fails when one does not fit.
    most = 18 if width > 18 and max(a.precision, b.precision) <= 18 else 38
    return min(width, most)
