"""Functions of numbers. Infinity and NaN are written out where Spark gives NULL or an error."""

from typing import Any

from sqlglot import exp

from hansa.engines.spark.inference import DOUBLE, INT, is_number, known, literal, typed
from hansa.engines.spark.spelling import call, cast, double, number, refused
from hansa.model.types import Decimal, Float, Integer


def rounded(node: exp.Round) -> exp.Expr:
    """ROUND half away from zero; of a double as DuckDB computes it, by a power of ten, since Spark rounds the decimal text."""
    digits = node.args.get("decimals")
    if digits is not None and not (isinstance(digits, exp.Literal) and digits.is_int and int(digits.name) >= 0):
        raise refused(node, "ROUND is translated with a constant number of digits, 0 or more")
    places = int(digits.name) if digits is not None else 0
    match known(node.this):
        case Decimal(precision, scale):
            kept = min(places, scale)
            return cast(call("ROUND", node.this, number(kept)), Decimal(precision, kept))
        case Integer() as type_:
            return typed(node.this, type_)
        case Float(64):
            if places == 0:
                return call("ROUND", node.this, number(0), type_=DOUBLE)
            power = double(number(10**places))
            up = call("ROUND", exp.Mul(this=node.this, expression=power), number(0))
            return typed(exp.Paren(this=exp.Div(this=up, expression=power.copy())), DOUBLE)
        case _:
            raise refused(node, "the type of what it rounds is not known; cast it")


def whole(node: exp.Floor | exp.Ceil) -> exp.Expr:
    name = "FLOOR" if isinstance(node, exp.Floor) else "CEIL"
    if node.args.get("decimals") is not None:
        raise refused(node, "it is translated without a number of digits only")
    match known(node.this):
        case Decimal(precision, _):
            return cast(call(name, node.this), Decimal(precision, 0))
        case Integer() | Float():
            # Spark's result is a BIGINT: a double beyond 2^63 fails there, which is not silent.
            return cast(call(name, double(node.this)), DOUBLE)
        case _:
            raise refused(node, "the type of its argument is not known; cast it")


def magnitude(node: exp.Abs) -> exp.Expr:
    return typed(node, known(node.this))


def sign(node: exp.Sign) -> exp.Expr:
    return cast(call("SIGN", double(node.this)), INT)


def logarithm(node: exp.Ln | exp.Log) -> exp.Expr:
    """Logarithms: of zero minus infinity and of less NaN, where Spark gives NULL. LOG of one argument is to base ten."""
    base = node.this if node.expression is not None else None
    value = double(node.expression if node.expression is not None else node.this)
    if isinstance(node, exp.Ln):
        name = "LN"
    elif base is None or (isinstance(base, exp.Literal) and base.name == "10"):
        name = "LOG10"
    elif isinstance(base, exp.Literal) and base.name == "2":
        name = "LOG2"
    else:
        raise refused(node, "logarithms are translated to the bases e, 2 and 10")
    case = exp.Case(
        ifs=[
            exp.If(this=exp.GT(this=value, expression=number(0)), true=call(name, value.copy())),
            exp.If(this=exp.EQ(this=value.copy(), expression=number(0)), true=_special("-Infinity")),
            exp.If(this=exp.LT(this=value.copy(), expression=number(0)), true=_special("NaN")),
        ]
    )
    return typed(case, DOUBLE)


def _special(word: str) -> exp.Expr:
    return cast(exp.Literal.string(word), DOUBLE)


def of_double(node: exp.Func) -> exp.Expr:
    if not is_number(known(node.this)):
        raise refused(node, "its argument is not known to be a number; cast it")
    node.set("this", double(node.this))
    if node.args.get("expression") is not None:
        node.set("expression", double(node.expression))
    return typed(node, DOUBLE)


def is_constant(node: exp.Expr, least: int) -> bool:
    """Whether a node is a whole literal of at least so much."""
    return isinstance(node, exp.Literal) and isinstance(literal(node), Integer) and int(node.name) >= least


RULES: dict[type[exp.Expr], Any] = {
    exp.Round: rounded,
    **dict.fromkeys((exp.Floor, exp.Ceil), whole),
    exp.Abs: magnitude,
    exp.Sign: sign,
    **dict.fromkeys((exp.Ln, exp.Log), logarithm),
    **dict.fromkeys((exp.Sqrt, exp.Exp, exp.Pow), of_double),
}
