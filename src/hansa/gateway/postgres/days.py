"""Days and times as PostgreSQL writes them, also where Python's own calendar ends: before year 1, after 9999, and without end."""

import pyarrow as pa
import pyarrow.compute as pc

_DAY = 86_400_000_000
"""Microseconds."""

_FIRST, _LAST = -719_162, 2_932_896  # the days of 0001-01-01 and 9999-12-31, as they are counted from 1970
_ENDS_OF_DAYS = (2**31 - 1, -(2**31) + 1)
_ENDS_OF_TIME = (2**63 - 1, -(2**63) + 1)
EPOCH = 10_957
"""The day from which PostgreSQL counts: 2000-01-01, as it is counted from 1970."""


def dates(column: pa.Array) -> pa.Array:
    """Texts of a column of `date32`."""
    days = column.view(pa.int32())
    if _within(days, _FIRST, _LAST):
        return pc.cast(column, pa.string())
    return pa.array([None if d is None else _date(d) for d in days.to_pylist()], pa.string())


def moments(column: pa.Array) -> pa.Array:
    """Texts of a column of timestamps in microseconds; with a zone, as they are in UTC."""
    zone = "" if column.type.tz is None else "+00"
    ticks = column.view(pa.int64())
    if _within(ticks, _FIRST * _DAY, (_LAST + 1) * _DAY - 1):
        texts = pc.cast(ticks.view(pa.timestamp("us")), pa.string())
        return pc.replace_substring_regex(texts, r"\.?0+$", zone) if zone == "" else _zoned(texts, zone)
    return pa.array([None if t is None else _moment(t, zone) for t in ticks.to_pylist()], pa.string())


def times(column: pa.Array) -> pa.Array:
    """Texts of a column of times of day in microseconds."""
    return pc.replace_substring_regex(pc.cast(column, pa.string()), r"\.?0+$", "")


def counted_dates(column: pa.Array) -> pa.Array:
    """Days as PostgreSQL counts them, as `int32`."""
    return _counted(column.view(pa.int32()), EPOCH, pa.int32(), _ENDS_OF_DAYS, (2**31 - 1, -(2**31)))


def counted_moments(column: pa.Array) -> pa.Array:
    """Microseconds as PostgreSQL counts them, as `int64`."""
    return _counted(column.view(pa.int64()), EPOCH * _DAY, pa.int64(), _ENDS_OF_TIME, (2**63 - 1, -(2**63)))


def _zoned(texts: pa.Array, zone: str) -> pa.Array:
    trimmed = pc.replace_substring_regex(texts, r"\.?0+$", "")
    return pc.binary_join_element_wise(trimmed, pa.scalar(zone), pa.scalar(""))


def _within(values: pa.Array, least: int, most: int) -> bool:
    found = pc.min_max(values)
    low, high = found["min"].as_py(), found["max"].as_py()
    return low is None or (low >= least and high <= most)


def _counted(values: pa.Array, epoch: int, type_: pa.DataType, ends: tuple[int, int], told: tuple[int, int]) -> pa.Array:
    if _within(values, ends[1] + 1 + epoch, ends[0] - 1):
        return pc.subtract(values, pa.scalar(epoch, type_))
    known = dict(zip(ends, told, strict=True))
    least = told[1]
    return pa.array([None if v is None else known.get(v, max(v - epoch, least)) for v in values.to_pylist()], type_)


def _date(days: int) -> str:
    if days in _ENDS_OF_DAYS:
        return "infinity" if days > 0 else "-infinity"
    year, month, day = _civil(days)
    shown = year if year > 0 else 1 - year
    return f"{shown:04}-{month:02}-{day:02}" + ("" if year > 0 else " BC")


def _moment(ticks: int, zone: str) -> str:
    if ticks in _ENDS_OF_TIME:
        return "infinity" if ticks > 0 else "-infinity"
    days, within = divmod(ticks, _DAY)
    seconds, micros = divmod(within, 1_000_000)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    fraction = f".{micros:06}".rstrip("0") if micros else ""
    day, _, era = _date(days).partition(" ")
    return f"{day} {clock}{fraction}{zone}" + (f" {era}" if era else "")


def _civil(days: int) -> tuple[int, int, int]:
    """Year, month and day of a day counted from 1970; year 0 is 1 BC (H. Hinnant, `chrono`-compatible date algorithms)."""
    days += 719_468
    era, of_era = divmod(days, 146_097)
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    shifted = (5 * of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return year + era * 400 + (month <= 2), month, of_year - (153 * shifted + 2) // 5 + 1
