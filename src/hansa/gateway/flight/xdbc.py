"""The types of columns as JDBC and ODBC drivers want them described (GetXdbcTypeInfo); numbers are those of `FlightSql.proto`."""

import pyarrow as pa

from hansa.frozen import dataclass
from hansa.gateway.flight.schemas import XDBC_TYPES

_DATETIME = 9
_NULLABLE, _FULL, _BASIC = 1, 3, 2


@dataclass(frozen=True, slots=True)
class _Type:
    """A type: `size` is digits, characters of the text form, or bits where `radix` is 2; `scale` is the largest."""

    name: str
    number: int
    size: int | None = None
    quote: tuple[str, str] | None = None
    parameters: tuple[str, ...] | None = None
    radix: int | None = None
    scale: int | None = None
    subcode: int | None = None


_QUOTE = ("'", "'")
_TYPES = (
    _Type("BOOLEAN", -7, 1),
    _Type("BIGINT", -5, 19, radix=10, scale=0),
    _Type("BLOB", -3, quote=("'", "'::BLOB")),
    _Type("DECIMAL", 3, 38, parameters=("precision", "scale"), radix=10, scale=38),
    _Type("INTEGER", 4, 10, radix=10, scale=0),
    _Type("REAL", 7, 24, radix=2),
    _Type("DOUBLE", 8, 53, radix=2),
    _Type("UUID", 12, 36, _QUOTE),
    _Type("VARCHAR", 12, quote=_QUOTE),
    _Type("DATE", 91, 10, ("DATE '", "'"), subcode=1),
    _Type("TIME", 92, 15, ("TIME '", "'"), scale=6, subcode=2),
    _Type("TIMESTAMP", 93, 26, ("TIMESTAMP '", "'"), scale=6, subcode=3),
    _Type("TIMESTAMP WITH TIME ZONE", 93, 32, ("TIMESTAMPTZ '", "'"), scale=6, subcode=5),
)


def xdbc_types(data_type: int | None) -> pa.Table:
    """All types, or those of one JDBC number, in the standard's order."""
    rows = [_row(t) for t in sorted(_TYPES, key=lambda t: (t.number, t.name)) if data_type in (None, t.number)]
    return pa.Table.from_pylist(rows, schema=XDBC_TYPES)


def _row(each: _Type) -> dict[str, object]:
    prefix, suffix = each.quote or (None, None)
    number = each.radix is not None
    return {
        "type_name": each.name,
        "data_type": each.number,
        "column_size": each.size,
        "literal_prefix": prefix,
        "literal_suffix": suffix,
        "create_params": each.parameters,
        "nullable": _NULLABLE,
        "case_sensitive": each.name == "VARCHAR",
        "searchable": _FULL if each.number == 12 else _BASIC,
        "unsigned_attribute": False if number else None,
        "fixed_prec_scale": False,
        "auto_increment": False if number else None,
        "local_type_name": None,
        "minimum_scale": 0 if each.scale is not None else None,
        "maximum_scale": each.scale,
        "sql_data_type": _DATETIME if each.subcode else each.number,
        "datetime_subcode": each.subcode,
        "num_prec_radix": each.radix,
        "interval_precision": None,
    }
