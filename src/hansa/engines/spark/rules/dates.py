"""Functions of dates and timestamps. Days of the week, boundaries and formats are spelt out: each engine counts its own way."""

from typing import Any

from sqlglot import exp

from hansa.engines.spark.inference import BIGINT, known, typed
from hansa.engines.spark.rules.moments import by_interval
from hansa.engines.spark.spelling import call, cast, number, paren, refused
from hansa.model.types import Date, Integer, String, Timestamp

_PARTS = {
    "year": "YEAR",
    "quarter": "QUARTER",
    "month": "MONTH",
    "week": "WEEKOFYEAR",
    "day": "DAY",
    "doy": "DAYOFYEAR",
    "dayofyear": "DAYOFYEAR",
    "hour": "HOUR",
    "minute": "MINUTE",
}
_UNITS = ("year", "quarter", "month", "week", "day", "hour", "minute", "second")
_FORMATS = {
    "Y": "yyyy",
    "m": "MM",
    "d": "dd",
    "H": "HH",
    "M": "mm",
    "S": "ss",
    "j": "DDD",
    "B": "MMMM",
    "b": "MMM",
    "A": "EEEE",
    "a": "EEE",
}
_READ = {"Y": "yyyy", "m": "M", "d": "d", "H": "H", "M": "m", "S": "s"}


def part(node: exp.Expr, name: str, moment: exp.Expr) -> exp.Expr:
    """A part of a moment as BIGINT."""
    _moment(node, moment)
    match name.lower():
        case "dow" | "dayofweek" | "weekday":  # Sunday is 0
            return cast(paren(exp.Sub(this=call("DAYOFWEEK", moment), expression=number(1))), BIGINT)
        case "isodow" | "dayofweekiso" | "dayofweek_iso":  # Sunday is 7
            # From DAYOFWEEK, since Sail 0.7 says -1 for the WEEKDAY of a Monday.
            shifted_day = paren(exp.Add(this=call("DAYOFWEEK", moment), expression=number(5)))
            return cast(paren(exp.Add(this=exp.Mod(this=shifted_day, expression=number(7)), expression=number(1))), BIGINT)
        case "weekofyear":
            return part(node, "week", moment)
        case known_part if known_part in _PARTS:
            return cast(call(_PARTS[known_part], moment), BIGINT)
        case _:
            raise refused(node, f"the part {name} of a date is not translated")


def extracted(node: exp.Extract) -> exp.Expr:
    return part(node, node.name, node.expression)


def own_part(node: exp.Func) -> exp.Expr:
    return part(node, type(node).__name__, node.this)


def truncated(node: exp.TimestampTrunc | exp.DateTrunc) -> exp.Expr:
    unit = _unit(node)
    return _truncated(unit, _moment(node, node.this))


def _truncated(unit: str, moment: exp.Expr) -> exp.Expr:
    type_ = known(moment)
    to = type_ if isinstance(type_, Timestamp) else Timestamp()
    return cast(call("DATE_TRUNC", exp.Literal.string(unit.upper()), cast(moment, to)), to)


def difference(node: exp.DateDiff) -> exp.Expr:
    """The boundaries of a unit between two moments, where Spark counts whole units."""
    unit = _unit(node)
    start, stop = _moment(node, node.expression), _moment(node, node.this)
    match unit:
        case "year":
            return _less(part(node, "year", stop), part(node, "year", start))
        case "quarter" | "month":
            per_year = 4 if unit == "quarter" else 12
            return _less(*(_count(node, unit, moment, per_year) for moment in (stop, start)))
        case "day":
            return cast(call("DATEDIFF", cast(stop, Date()), cast(start, Date())), BIGINT)
        case "week" if known(start) == known(stop) == Date():  # of weeks DuckDB counts whole ones
            return cast(paren(exp.IntDiv(this=call("DATEDIFF", stop, start), expression=number(7))), BIGINT)
        case _:
            raise refused(node, f"date_diff in {unit}s is not translated; days, weeks, months, quarters and years are")


def _count(node: exp.Expr, unit: str, moment: exp.Expr, per_year: int) -> exp.Expr:
    years = exp.Mul(this=part(node, "year", moment), expression=number(per_year))
    return paren(exp.Add(this=years, expression=part(node, unit, moment.copy())))


def _less(a: exp.Expr, b: exp.Expr) -> exp.Expr:
    return cast(paren(exp.Sub(this=a, expression=b)), BIGINT)


def formatted(node: exp.TimeToStr) -> exp.Expr:
    return call("DATE_FORMAT", _moment(node, node.this), _format(node, _FORMATS), type_=String())


def parsed(node: exp.StrToTime) -> exp.Expr:
    if known(node.this) != String():
        raise refused(node, "its argument is not known to be text; cast it")
    return cast(call("TO_TIMESTAMP", node.this, _format(node, _READ)), Timestamp())


def _format(node: exp.Expr, letters: dict[str, str]) -> exp.Expr:
    """A format of DuckDB as Spark's; letters that stand for nothing are quoted there."""
    written = node.args.get("format")
    if not isinstance(written, exp.Literal):
        raise refused(node, "formats are translated when they are constant")
    result, rest = "", iter(written.name)
    for character in rest:
        if character == "%":
            letter = next(rest, "")
            if letter not in letters:
                raise refused(node, f"the format %{letter} is not translated")
            result += letters[letter]
        elif character.isalpha():
            result += f"'{character}'"
        elif character in "'[]{}#":
            raise refused(node, f"the character {character} in a format is not translated")
        else:
            result += character
    return exp.Literal.string(result)


def day_name(node: exp.Dayname | exp.Monthname) -> exp.Expr:
    letters = "EEEE" if isinstance(node, exp.Dayname) else "MMMM"
    return call("DATE_FORMAT", _moment(node, node.this), exp.Literal.string(letters), type_=String())


def last_day(node: exp.LastDay) -> exp.Expr:
    return call("LAST_DAY", cast(_moment(node, node.this), Date()), type_=Date())


def made(node: exp.DateFromParts) -> exp.Expr:
    parts = [node.args[p] for p in ("year", "month", "day")]
    if not all(isinstance(known(p), Integer) for p in parts):
        raise refused(node, "its arguments are not known to be integers; cast them")
    return call("MAKE_DATE", *[cast(p, Integer(32)) for p in parts], type_=Date())


def shifted(node: exp.DateAdd | exp.DateSub) -> exp.Expr:
    return by_interval(node, node.this, node.expression)


def by_name(node: exp.Anonymous) -> exp.Expr:
    """Functions that SQLGlot has no class for."""
    arguments = node.expressions
    match node.name.lower(), arguments:
        case (("date_part" | "datepart"), [exp.Literal() as name, moment]) if name.is_string:
            return part(node, name.name, moment)
        case (("weekday" | "hour" | "minute"), [moment]):
            return part(node, node.name, moment)
        case _:
            raise refused(node, f"{node.name} has no translation to Spark yet that is known to give the same; write it otherwise")


def today(node: exp.CurrentDate) -> exp.Expr:
    return typed(node, Date())


def _moment(node: exp.Expr, moment: exp.Expr) -> exp.Expr:
    if not isinstance(known(moment), Date | Timestamp):
        raise refused(node, "its argument is not known to be a date or a timestamp; cast it")
    return moment


def _unit(node: exp.Expr) -> str:
    unit = node.args["unit"].name.lower() if node.args.get("unit") is not None else "day"
    if unit not in _UNITS:
        raise refused(node, f"the unit {unit} is not translated; these are: {', '.join(_UNITS)}")
    return unit


RULES: dict[type[exp.Expr], Any] = {
    exp.Extract: extracted,
    **dict.fromkeys((exp.Year, exp.Quarter, exp.Month, exp.Week, exp.WeekOfYear, exp.Day, exp.DayOfYear), own_part),
    **dict.fromkeys((exp.DayOfWeek, exp.DayOfWeekIso, exp.Hour, exp.Minute), own_part),
    **dict.fromkeys((exp.TimestampTrunc, exp.DateTrunc), truncated),
    exp.DateDiff: difference,
    exp.TimeToStr: formatted,
    exp.StrToTime: parsed,
    **dict.fromkeys((exp.Dayname, exp.Monthname), day_name),
    exp.LastDay: last_day,
    exp.DateFromParts: made,
    **dict.fromkeys((exp.DateAdd, exp.DateSub), shifted),
    exp.CurrentDate: today,
    exp.Anonymous: by_name,
}
