"""Aggregates and window functions.

A rule may turn one aggregate into an expression of several (an average of decimals is a quotient of a sum and a count), so FILTER
and OVER are handed down to every aggregate in it.
"""

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from hansa.engines.spark.inference import BIGINT, DOUBLE, HUGEINT, INT, known, typed
from hansa.engines.spark.spelling import call, cast, double, number, paren, refused
from hansa.model.types import Boolean, Decimal, Float, Integer, List, String

_RANKS = (exp.RowNumber, exp.Rank, exp.DenseRank, exp.Ntile)
_SHARES = (exp.PercentRank, exp.CumeDist)
_MARK = "hansa_aggregate"


def aggregate(node: exp.Expr) -> exp.Expr:
    """The node, marked as one that takes FILTER and OVER."""
    node.meta[_MARK] = True
    return node


def handed_down(node: exp.Expr, wrap: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """A copy of an expression with every aggregate in it wrapped."""
    if node.meta.get(_MARK):
        return aggregate(wrap(node.copy()))
    result = node.copy()
    for found in [n for n in result.walk(prune=lambda n: bool(n.meta.get(_MARK))) if n.meta.get(_MARK)]:
        found.replace(aggregate(wrap(found.copy())))
    return result


def total(node: exp.Sum) -> exp.Expr:
    """SUM: of integers 128 bits wide and of decimals 38 digits, where Spark would wrap around."""
    each, value = _argument(node)
    match known(value):
        case Integer() | Decimal(_, 0):
            return typed(aggregate(exp.Sum(this=each(cast(value, HUGEINT)))), HUGEINT)
        case Decimal(_, scale):
            type_ = Decimal(38, scale)
            return cast(aggregate(exp.Sum(this=each(cast(value, type_)))), type_)
        case Float():
            return typed(aggregate(exp.Sum(this=each(double(value)))), DOUBLE)
        case _:
            raise refused(node, "the type of what it sums is not known to be a number; cast it")


def mean(node: exp.Avg) -> exp.Expr:
    """AVG: the exact sum of the digits as a double, over the count, as DuckDB does; Spark's average of decimals is a decimal."""
    each, value = _argument(node)
    match known(value):
        case Float():
            return typed(aggregate(exp.Avg(this=each(double(value)))), DOUBLE)
        case Integer() | Decimal() as type_:
            scale = type_.scale if isinstance(type_, Decimal) else 0
            if isinstance(type_, Decimal) and type_.precision + scale > 38:
                raise refused(node, "Spark cannot average so many digits exactly; cast to DOUBLE")
            unscaled = exp.Mul(this=value, expression=cast(number(10**scale), Decimal(scale + 1, 0)))
            digits = cast(unscaled if scale else value, HUGEINT)
            above = double(aggregate(exp.Sum(this=each(digits))))
            counted: exp.Expr = aggregate(exp.Count(this=each(value.copy())))
            count = call("NULLIF", double(counted), double(number(0)))
            below = exp.Mul(this=count, expression=double(number(10**scale))) if scale else count
            return paren(typed(exp.Div(this=above, expression=paren(below)), DOUBLE))
        case _:
            raise refused(node, "the type of what it averages is not known to be a number; cast it")


def count(node: exp.Count) -> exp.Expr:
    this = node.this
    if isinstance(this, exp.Distinct) and len(this.expressions) != 1:
        raise refused(node, "count distinct is translated for one column")
    if node.expressions:
        raise refused(node, "count is translated for one argument")
    return typed(aggregate(exp.Count(this=this if this is not None else exp.Star())), BIGINT)


def count_true(node: exp.CountIf) -> exp.Expr:
    return cast(aggregate(call("COUNT_IF", node.this)), HUGEINT)


def approximate_count(node: exp.ApproxDistinct) -> exp.Expr:
    """Counted exactly: two engines' approximations of one set differ."""
    return typed(aggregate(exp.Count(this=exp.Distinct(expressions=[node.this]))), BIGINT)


def same_type(node: exp.Func) -> exp.Expr:
    if node.args.get("expressions"):
        raise refused(node, "it is translated for one argument")
    return typed(aggregate(node), known(node.this))


def statistic(node: exp.Func) -> exp.Expr:
    node.set("this", double(node.this))
    if node.args.get("expression") is not None:
        node.set("expression", double(node.expression))
    return typed(aggregate(node), DOUBLE)


def logical(node: exp.Func) -> exp.Expr:
    return typed(aggregate(node), Boolean())


def quantile(node: exp.Expr) -> exp.Expr:
    """Continuous quantiles of integers and doubles; of decimals DuckDB rounds to the scale, of dates it interpolates."""
    if not isinstance(known(node.this), Integer | Float):
        raise refused(node, "it is translated for integers and doubles; cast to DOUBLE")
    share = node.expression if isinstance(node, exp.PercentileCont) else exp.Literal.number("0.5")
    if not isinstance(share, exp.Literal):
        raise refused(node, "it is translated with one constant share")
    return aggregate(call("PERCENTILE", double(node.this), share, type_=DOUBLE))


def extreme(node: exp.ArgMax | exp.ArgMin) -> exp.Expr:
    """The value at the highest key; DuckDB leaves rows with a NULL value out, Spark would give the NULL."""
    if node.args.get("count") is not None:
        raise refused(node, "it is translated without a number of results")
    name = "MAX_BY" if isinstance(node, exp.ArgMax) else "MIN_BY"
    present = exp.Not(this=exp.Is(this=node.this.copy(), expression=exp.Null()))
    key = exp.Case(ifs=[exp.If(this=present, true=node.expression)])
    return aggregate(call(name, node.this, key, type_=known(node.this)))


def joined(node: exp.GroupConcat) -> exp.Expr:
    order, separator = node.this, node.args.get("separator")
    if not isinstance(order, exp.Order):
        raise refused(node, "a joined text needs an ORDER BY inside, or its order is anybody's guess")
    if known(order.this) != String() or isinstance(order.this, exp.Distinct):
        raise refused(node, "texts are joined, each as often as it stands; cast to VARCHAR")
    comma = separator if separator is not None else exp.Literal.string(",")
    listing = call("LISTAGG", order.this, comma)
    return aggregate(typed(exp.WithinGroup(this=listing, expression=exp.Order(expressions=order.expressions)), String()))


def filtered(node: exp.Filter) -> exp.Expr:
    where = node.expression
    return typed(handed_down(node.this, lambda a: exp.Filter(this=a, expression=where.copy())), known(node.this))


def windowed(node: exp.Window) -> exp.Expr:
    inner = node.this
    spec = node.args.get("spec")
    if spec is not None and spec.find(exp.Interval):
        # Sail 0.7 never lets rows leave such a frame: its sums are wrong without a word.
        raise refused(node, "RANGE frames of intervals are not translated; use ROWS, or join a calendar")
    core = inner.this if isinstance(inner, exp.IgnoreNulls | exp.RespectNulls) else inner
    rest = {k: v for k, v in node.args.items() if k != "this" and v is not None}

    def over(one: exp.Expr) -> exp.Expr:
        copies = {
            k: (v.copy() if isinstance(v, exp.Expr) else [e.copy() for e in v] if isinstance(v, list) else v)
            for k, v in rest.items()
        }
        return exp.Window(this=one, **copies)

    if isinstance(core, _RANKS):
        return cast(over(inner), BIGINT)
    if isinstance(core, _SHARES):
        return typed(over(inner), DOUBLE)
    return typed(handed_down(inner, over), known(core) or known(inner))


def ranking(node: exp.Func) -> exp.Expr:
    return typed(node, BIGINT)


def neighbour(node: exp.Func) -> exp.Expr:
    """LAG, LEAD and the values of a frame."""
    default = node.args.get("default")
    if default is not None and known(default) not in (None, known(node.this)):
        node.set("default", cast(default, known(node.this) or HUGEINT))
    return typed(aggregate(node), known(node.this))


def without_nulls(node: exp.IgnoreNulls) -> exp.Expr:
    if isinstance(node.this, exp.AnyValue):  # SQLGlot spells DuckDB's any_value so: the first that is not NULL
        return typed(aggregate(node), known(node.this))
    if not isinstance(node.this, exp.FirstValue | exp.LastValue | exp.NthValue | exp.Lag | exp.Lead):
        raise refused(node, "IGNORE NULLS is translated for window functions only")
    return typed(aggregate(node), known(node.this))


def gathered(node: exp.ArrayAgg) -> exp.Expr:
    """LIST keeps NULLs, which Spark's COLLECT_LIST drops.

    A list that is told no order has any order, in DuckDB too; here it is that of its values, which is the same on every run.
    """
    value = node.this.this if isinstance(node.this, exp.Order) else node.this
    keys = node.this.expressions if isinstance(node.this, exp.Order) else []
    if any(k.this != value or k.args.get("desc") for k in keys) or isinstance(value, exp.Distinct):
        raise refused(node, "a list is translated in the ascending order of its own values: list(x ORDER BY x)")
    type_ = known(value)
    if type_ is None:
        raise refused(node, "the type of its values is not known; cast them")
    missing = exp.Sub(this=aggregate(exp.Count(this=exp.Star())), expression=aggregate(exp.Count(this=value.copy())))
    nulls = call("ARRAY_REPEAT", cast(exp.Null(), type_), cast(paren(missing), INT))
    values = call("CONCAT", call("SORT_ARRAY", aggregate(call("COLLECT_LIST", value))), nulls)
    some = exp.GT(this=aggregate(exp.Count(this=exp.Star())), expression=number(0))
    return typed(exp.Case(ifs=[exp.If(this=some, true=values)]), List(type_))


def _argument(node: exp.Expr) -> tuple[Callable[[exp.Expr], exp.Expr], exp.Expr]:
    """What an aggregate takes, and how to write DISTINCT before it again where it stood."""
    this: exp.Expr = node.this
    if isinstance(this, exp.Distinct):
        return lambda value: exp.Distinct(expressions=[value]), this.expressions[0]
    return lambda value: value, this


RULES: dict[type[exp.Expr], Any] = {
    exp.Sum: total,
    exp.Avg: mean,
    exp.Count: count,
    exp.CountIf: count_true,
    exp.ApproxDistinct: approximate_count,
    **dict.fromkeys((exp.Min, exp.Max, exp.AnyValue), same_type),
    **dict.fromkeys((exp.Stddev, exp.StddevSamp, exp.StddevPop, exp.Variance, exp.VariancePop, exp.Corr), statistic),
    **dict.fromkeys((exp.LogicalAnd, exp.LogicalOr), logical),
    **dict.fromkeys((exp.Median, exp.PercentileCont), quantile),
    **dict.fromkeys((exp.ArgMax, exp.ArgMin), extreme),
    exp.GroupConcat: joined,
    exp.ArrayAgg: gathered,
    exp.Filter: filtered,
    exp.Window: windowed,
    **dict.fromkeys(_RANKS, ranking),
    **dict.fromkeys((*_SHARES, exp.Distinct), lambda node: node),
    **dict.fromkeys((exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue), neighbour),
    exp.IgnoreNulls: without_nulls,
}
