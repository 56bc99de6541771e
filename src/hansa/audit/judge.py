"""From checks and evidence to verdicts. Pure: no engine, no clock."""

import datetime as dt
import math
from collections.abc import Iterable
from decimal import Decimal as Exact
from typing import Any

from hansa.audit.checks import Check, Metric, MetricName, SqlRule, TypeIs
from hansa.audit.evidence import Answered, Counted, Measurements, NotAnswered, NotAsked, Repeated, Shape
from hansa.audit.literal import moment_of, number_of
from hansa.audit.types import fits
from hansa.model import CheckResult, CheckStatus, Comparison, Evidence, Operator, Scalar, sql
from hansa.model.types import Date, Timestamp


def judge(subject: str, checks: Iterable[Check], measurements: Measurements) -> tuple[CheckResult, ...]:
    """One verdict a check, in their order."""
    return tuple(_verdict(subject, check, measurements) for check in checks)


def _verdict(subject: str, check: Check, measurements: Measurements) -> CheckResult:
    match measurements.found.get(check.id):
        case Shape(found):
            return _shape(subject, check, found)
        case NotAsked(reason):
            return _result(subject, check, CheckStatus.SKIP, message=reason)
        case NotAnswered(reason):
            return _result(subject, check, CheckStatus.ERROR, message=reason)
        case Counted(rows, how) if isinstance(check.question, Metric):
            return _metric(subject, check, check.question, rows, rows, how, measurements.rows)
        case Counted(rows, how):
            return _result(subject, check, _failed_if(check, rows > 0), rows, how, _rows(rows), rows)
        case Repeated(keys, rows, how) if isinstance(check.question, Metric):
            return _metric(subject, check, check.question, keys, rows, how, measurements.rows)
        case Repeated(keys, rows, how):
            message = f"{_many(keys, 'value')} in {_many(rows, 'row')}" if keys else ""
            return _result(subject, check, _failed_if(check, keys > 0), keys, how, message, rows)
        case Answered(value):
            return _sql(subject, check, value)
        case None:
            return _result(subject, check, CheckStatus.ERROR, message="nothing was measured")


def _shape(subject: str, check: Check, found: Any) -> CheckResult:
    if found is None:
        status = _failed_if(check, True)
        return _result(subject, check, status, "missing", Evidence.PROOF, "the column is missing")
    if isinstance(check.question, TypeIs):
        right = fits(found, check.question)
        message = "" if right else f"{sql(found)} was found, {check.threshold} is promised"
        return _result(subject, check, _failed_if(check, not right), sql(found), Evidence.PROOF, message)
    return _result(subject, check, CheckStatus.PASS, sql(found), Evidence.PROOF)


def _metric(subject: str, check: Check, metric: Metric, count: int, touched: int, how: Evidence, rows: int | None) -> CheckResult:
    value: int | float = count
    if metric.percent:
        if rows is None:
            return _result(subject, check, CheckStatus.ERROR, message="the rows could not be counted")
        value = 100.0 * count / rows if rows else 0.0
    failing = None if metric.metric is MetricName.ROW_COUNT else touched
    return _compared(subject, check, value, metric.operator, how, failing)


def _sql(subject: str, check: Check, value: Any) -> CheckResult:
    operator = check.question.operator if isinstance(check.question, SqlRule) else None
    if value is None:
        return _result(subject, check, CheckStatus.ERROR, message="the query gave NULL")
    if operator is not None:
        return _compared(subject, check, value, operator, Evidence.SCAN, None)
    if not isinstance(value, bool):
        return _result(subject, check, CheckStatus.ERROR, _plain(value), message="the rule has no operator, and is not a boolean")
    return _result(subject, check, _failed_if(check, not value), str(value).lower(), Evidence.SCAN)


def _compared(subject: str, check: Check, value: Any, operator: Operator, how: Evidence, failing: int | None) -> CheckResult:
    held = holds(value, operator)
    if held is None:
        message = f"{_plain(value)} cannot be compared: {operator}"
        return _result(subject, check, CheckStatus.ERROR, _plain(value), how, message)
    message = "" if held else f"{_plain(value)}, and it {operator}"
    return _result(subject, check, _failed_if(check, not held), _plain(value), how, message, failing)


def holds(value: Any, operator: Operator) -> bool | None:
    """Whether a measured value stands in the promised relation to the bounds; None when they cannot be compared."""
    bounds = [_like(value, bound) for bound in operator.bounds]
    if value is None or any(b is None for b in bounds):
        return None
    value = int(value) if isinstance(value, bool) else value
    first, last = bounds[0], bounds[-1]
    try:
        match operator.comparison:
            case Comparison.BE:
                return bool(value == first)
            case Comparison.NOT_BE:
                return bool(value != first)
            case Comparison.GREATER:
                return bool(value > first)
            case Comparison.GREATER_OR_EQUAL:
                return bool(value >= first)
            case Comparison.LESS:
                return bool(value < first)
            case Comparison.LESS_OR_EQUAL:
                return bool(value <= first)
            case Comparison.BETWEEN:
                return bool(first <= value <= last)
            case Comparison.NOT_BETWEEN:
                return not first <= value <= last
    except TypeError:
        return None


def _like(value: Any, bound: Scalar) -> Any:
    """The bound in the type of the value; None when it has no such form."""
    if isinstance(bound, str) and bound.strip().lower() in ("true", "false") and isinstance(value, bool):
        bound = bound.strip().lower() == "true"
    if isinstance(bound, bool):
        return int(bound) if isinstance(value, bool | int) else None
    match value:
        case bool() | int() | float() | Exact():
            return _exact_like(value, number_of(bound))
        case str():
            return None if bound is None else str(bound)
        case dt.datetime():
            return moment_of(bound, Timestamp(value.tzinfo is not None))
        case dt.date():
            return moment_of(bound, Date())
        case _:
            return None


def _exact_like(value: int | float | Exact, bound: int | float | Exact | None) -> Any:
    """Decimals and floats do not compare as people mean it: 0.1 in a contract is the exact tenth beside a decimal."""
    if isinstance(value, Exact) and isinstance(bound, float):
        return Exact(repr(bound))
    return float(bound) if isinstance(value, float) and isinstance(bound, Exact) else bound


def _failed_if(check: Check, failed: bool) -> CheckStatus:
    if not failed:
        return CheckStatus.PASS
    return CheckStatus.WARN if check.lenient else CheckStatus.FAIL


def _plain(value: Any) -> int | float | str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float | Exact) and not math.isfinite(value):
        # JSON has no such numbers; a query's rows name them like this, too.
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Exact):
        return int(value) if value == int(value) else float(value)
    return value if isinstance(value, int | float) else str(value)


def _rows(count: int) -> str:
    return f"{_many(count, 'row')} {'fails' if count == 1 else 'fail'}" if count else ""


def _many(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _result(
    subject: str,
    check: Check,
    status: CheckStatus,
    measured: float | int | str | None = None,
    how: Evidence = Evidence.NONE,
    message: str = "",
    failing: int | None = None,
) -> CheckResult:
    return CheckResult(
        check.id,
        subject,
        check.column,
        check.kind,
        status,
        check.severity,
        check.dimension,
        measured,
        check.threshold,
        how,
        message,
        failing,
    )
