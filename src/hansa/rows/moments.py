"""Columns as values of Python, whose calendar has the years 1 to 9999 and knows no infinity: what lies beyond is text.

Databases have both: `valid_to` is `infinity`, and a mistyped year is 20026. A text is as ISO 8601 has it, with the year before
the year 1 as 0 and those before as negative ones (`-0043-03-15`), or `infinity`; DuckDB and PostgreSQL read it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pyarrow as pa

_FIRST: Final = -719_162
"""The first day of the year 1, in days from 1970."""
_LAST: Final = 2_932_896
"""The last day of 9999."""
_PER_SECOND: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_DAY: Final = 86_400


def values(column: "pa.Array") -> Sequence[object]:
    """The values of a column."""
    try:
        found: list[object] = column.to_pylist()
    except (OverflowError, ValueError):
        return [_value(scalar) for scalar in column]
    return found


def beyond(column: "pa.Array") -> bool:
    """Whether a column of dates or moments has one that Python has not."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not (pa.types.is_date32(column.type) or pa.types.is_timestamp(column.type)):
        return False
    days = pa.types.is_date32(column.type)
    each = 1 if days else _DAY * _PER_SECOND[column.type.unit]
    ends = pc.min_max(column.cast(pa.int32() if days else pa.int64()))
    low, high = ends["min"].as_py(), ends["max"].as_py()
    return low is not None and (low < _FIRST * each or high >= (_LAST + 1) * each)


def _value(scalar: Any) -> object:
    import pyarrow as pa

    kind = scalar.type
    if not scalar.is_valid:
        return None
    if pa.types.is_struct(kind):
        return {field.name: _value(scalar[number]) for number, field in enumerate(kind)}
    if pa.types.is_map(kind):
        return [(_value(entry[0]), _value(entry[1])) for entry in scalar.values]
    if pa.types.is_nested(kind) and hasattr(scalar, "values"):
        return [_value(each) for each in scalar.values]
    try:
        return scalar.as_py()
    except (OverflowError, ValueError):
        return _day(scalar.value) if pa.types.is_date32(kind) else _moment(scalar.value, kind)


def _day(days: int) -> str:
    if abs(days) == 2**31 - 1:
        return _endless(days)
    year, month, day = _civil(days)
    return f"{year:05d}-{month:02d}-{day:02d}" if year < 0 else f"{year:04d}-{month:02d}-{day:02d}"


def _moment(value: int, kind: "pa.TimestampType") -> str:
    if abs(value) == 2**63 - 1:
        return _endless(value)
    seconds, fraction = divmod(value, _PER_SECOND[kind.unit])
    days, second = divmod(seconds, _DAY)
    digits = len(str(_PER_SECOND[kind.unit])) - 1
    parts = f".{fraction:0{digits}d}" if fraction else ""
    time = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}{parts}"
    return f"{_day(days)}T{time}{'+00:00' if kind.tz else ''}"


def _endless(value: int) -> str:
    return "infinity" if value > 0 else "-infinity"


def _civil(days: int) -> tuple[int, int, int]:
    """Year, month and day of days from 1970, in the calendar of Gregory without end (H. Hinnant, chrono-compatible dates)."""
    era, of_era = divmod(days + 719_468, 146_097)
    year_of_era = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return year_of_era + era * 400 + (month <= 2), month, of_year - (153 * shifted + 2) // 5 + 1
