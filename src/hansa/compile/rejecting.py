"""Which values a condition proves not to be null: `where x > 1` keeps no row in which x is null."""

from collections.abc import Callable, Iterable

from sqlglot import exp

Key = Callable[[exp.Expr], str]
"""The text by which two mentions of one value are known to be the same."""

# Operations that are null whenever an operand is, in every engine.
STRICT: tuple[type[exp.Expr], ...] = (
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Like, exp.ILike, exp.RegexpLike, exp.RegexpILike, exp.Between,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.Not, exp.Paren, exp.DPipe, exp.Cast,
    exp.Lower, exp.Upper, exp.Trim, exp.Length, exp.Abs, exp.Round, exp.Floor, exp.Ceil, exp.Substring, exp.Reverse,
    exp.Extract, exp.DateTrunc, exp.TimestampTrunc, exp.Year, exp.Month, exp.Day, exp.DayOfWeek, exp.DayOfYear, exp.Quarter,
    exp.DateAdd, exp.DateSub, exp.DateDiff, exp.TsOrDsAdd, exp.StartsWith, exp.EndsWith, exp.Replace, exp.MD5, exp.Initcap,
    exp.Sqrt, exp.Sign, exp.Contains, exp.StrPosition, exp.Left, exp.Right, exp.TimeToStr, exp.LastDay,
)  # fmt: skip

# Of these, the ones that may be null although no operand is: division by zero, a part that is not there.
NULLING: tuple[type[exp.Expr], ...] = (exp.Div, exp.IntDiv, exp.Mod)


def rejected(condition: exp.Expr, key: Key) -> frozenset[str]:
    """The keys of all values that cannot be null where the condition is true."""
    match condition:
        case exp.Paren(this=inner):
            return rejected(inner, key)
        case exp.And():
            return rejected(condition.left, key) | rejected(condition.right, key)
        case exp.Or():
            return rejected(condition.left, key) & rejected(condition.right, key)
        case exp.Not(this=exp.Is() as test) if isinstance(test.expression, exp.Null):
            return null_if_null(test.this, key)
        case exp.Not(this=exp.Paren(this=inner)):
            return rejected(exp.Not(this=inner.copy()), key) if isinstance(inner, exp.Is) else null_if_null(inner, key)
        case exp.Is(expression=exp.Boolean()):
            return null_if_null(condition.this, key)
        case exp.In(this=value):
            return null_if_null(value, key)
        case exp.Not(this=exp.In() as test) if test.args.get("query") is not None or test.args.get("unnest") is not None:
            return frozenset()
        case _:
            return null_if_null(condition, key)


def null_if_null(value: exp.Expr, key: Key) -> frozenset[str]:
    """The keys of all values that make this one null when they are null, itself among them."""
    own = frozenset({key(value)})
    match value:
        case exp.And() | exp.Or():
            return null_if_null(value.left, key) & null_if_null(value.right, key)
        case exp.In(this=tested) if value.args.get("query") is None:
            return own | null_if_null(tested, key)
        case exp.EQ() | exp.NEQ() | exp.GT() | exp.GTE() | exp.LT() | exp.LTE() if value.find(exp.Any, exp.All):
            return own
        case _ if isinstance(value, STRICT) and not isinstance(value, exp.TryCast):
            return own.union(*(null_if_null(part, key) for part in operands(value)))
        case _:
            return own


def operands(value: exp.Expr) -> Iterable[exp.Expr]:
    """The parts of an operation that are values; types, units and the like are not."""
    for name, part in value.args.items():
        if name in ("unit", "to", "format", "zone", "position") and not isinstance(part, exp.Column):
            continue
        parts = part if isinstance(part, list) else [part]
        yield from (p for p in parts if isinstance(p, exp.Expr) and not isinstance(p, exp.DataType | exp.Var | exp.Identifier))


def conjuncts(condition: exp.Expr | None) -> Iterable[exp.Expr]:
    """The parts of a condition that must all be true."""
    match condition:
        case None:
            return
        case exp.And():
            yield from conjuncts(condition.left)
            yield from conjuncts(condition.right)
        case exp.Paren(this=inner):
            yield from conjuncts(inner)
        case _:
            yield condition
