"""Whether a service level is worse than before."""

import contextlib
import datetime as dt
import enum

from hansa.plan.difference.normal import Data

_MORE_IS_WORSE = ("latency", "frequency", "timeToDetect", "timeToNotify", "timeToRepair", "errorRate", "generalAvailability")
_LESS_IS_WORSE = ("availability", "throughput", "retention", "endOfSupport", "endOfLife")
_SECONDS: dict[str, float] = {
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), 0.001),
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hr", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), 86_400),
    **dict.fromkeys(("w", "week", "weeks"), 7 * 86_400),
    **dict.fromkeys(("mo", "month", "months"), 30.4375 * 86_400),
    **dict.fromkeys(("y", "yr", "year", "years"), 365.25 * 86_400),
}
_UNITS = {"%": "percent", "pct": "percent"}


class Level(enum.Enum):
    SAME = "same"
    WORSE = "worse"
    OTHER = "other"


def compared(before: Data, after: Data) -> Level:
    """A level of the same property and element in two versions; OTHER when it is better, or on another scale."""
    (old_scale, old), (new_scale, new) = _amount(before), _amount(after)
    if old is None or new is None or old_scale != new_scale:
        return Level.OTHER
    if old == new:
        return Level.SAME
    worse = _MORE_IS_WORSE if old < new else _LESS_IS_WORSE
    return Level.WORSE if str(before.get("property")) in worse else Level.OTHER


def _amount(level: Data) -> tuple[str, float | None]:
    """The scale and where on it: seconds where the unit is one of time, days of the calendar for dates, else the unit's own."""
    value, unit = level.get("value"), str(level.get("unit", "")).strip().lower()
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            return "date", dt.date.fromisoformat(value.strip()[:10]).toordinal()
        with contextlib.suppress(ValueError):
            value = float(value.strip().removesuffix("%"))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "", None
    return ("s", value * _SECONDS[unit]) if unit in _SECONDS else (_UNITS.get(unit, unit), value)


def is_end(level: object) -> bool:
    """Whether a level says when something ends that had no end before."""
    return isinstance(level, dict) and level.get("property") in ("endOfSupport", "endOfLife")
