"""Arithmetic of days and moments: DATE + 3, DATE - DATE, moments plus intervals."""

from sqlglot import exp

from hansa.engines.spark.inference import BIGINT, known, typed
from hansa.engines.spark.spelling import call, cast, paren, refused
from hansa.model.types import Date, Integer, Timestamp


def moved(node: exp.Binary) -> exp.Expr:
    """DATE + INTERVAL is a TIMESTAMP in DuckDB, whatever the interval; in Spark it would stay a DATE."""
    left, right = known(node.left), known(node.right)
    match left, right:
        case Date(), Integer() if isinstance(node, exp.Add | exp.Sub):
            return paren(typed(node, Date()))
        case Integer(), Date() if isinstance(node, exp.Add):
            return paren(typed(exp.Add(this=node.right, expression=node.left), Date()))
        case Date(), Date() if isinstance(node, exp.Sub):
            return cast(call("DATEDIFF", node.left, node.right), BIGINT)
        case ((Date() | Timestamp()), None) if isinstance(node.right, exp.Interval):
            return by_interval(node, node.left, node.right)
        case _:
            raise refused(node, "this arithmetic of dates is not translated; use date_diff, or whole days")


def by_interval(node: exp.Expr, moment: exp.Expr, interval: exp.Expr) -> exp.Expr:
    """A moment plus or minus an interval of whole units."""
    type_ = known(moment)
    if not isinstance(interval, exp.Interval) or not isinstance(interval.this, exp.Literal) or interval.args.get("unit") is None:
        raise refused(node, "only intervals of a constant number of units are translated, such as INTERVAL 3 DAY")
    if not isinstance(type_, Date | Timestamp):
        raise refused(node, "an interval is added to something that is not known to be a date or a timestamp; cast it")
    start = cast(moment, Timestamp()) if isinstance(type_, Date) else moment
    operation = exp.Sub if isinstance(node, exp.Sub | exp.DateSub) else exp.Add
    return paren(typed(operation(this=start, expression=interval), type_ if isinstance(type_, Timestamp) else Timestamp()))
