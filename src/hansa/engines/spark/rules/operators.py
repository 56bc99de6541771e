"""Operators, casts and conditions: arithmetic that fails where DuckDB's fails, quotients that are doubles, NULLs that stay."""

from typing import Any

from sqlglot import exp

from hansa.engines.spark.inference import (
    BIGINT,
    DOUBLE,
    HUGEINT,
    as_decimal,
    is_number,
    known,
    literal,
    pair,
    product_of,
    sum_of,
    typed,
    unified,
    written,
)
from hansa.engines.spark.rules.moments import moved
from hansa.engines.spark.spelling import call, cast, double, exact, number, paren, refused, tried
from hansa.model.types import Boolean, Date, Decimal, Float, Integer, List, Map, String, Struct, Timestamp


def arithmetic(node: exp.Binary) -> exp.Expr:
    """+, - and *: Sail wraps integers around in silence, so they are computed wider and cast back, which fails as DuckDB does."""
    left, right = known(node.left), known(node.right)
    if isinstance(left, Date | Timestamp) or isinstance(node.right, exp.Interval) or isinstance(right, Date):
        return moved(node)
    match left, right:
        case Integer(x), Integer(y):
            return _integers(node, Integer(max(x, y)))
        case ((Integer() | Decimal()), (Integer() | Decimal())):
            return _decimals(node, as_decimal(left), as_decimal(right))
        case (Float(), _) | (_, Float()) if is_number(left) and is_number(right):
            type_ = pair(left, right)
            assert isinstance(type_, Float)
            return cast(paren(typed(node, None)), type_) if type_.bits == 32 else typed(_of_doubles(node), DOUBLE)
        case _:
            raise refused(node, "the types of its operands are not known well enough to compute it alike; cast them")


def _integers(node: exp.Binary, type_: Integer) -> exp.Expr:
    wider = BIGINT if type_.bits == 32 else Decimal(19, 0)
    operation = type(node)(this=cast(node.left, wider), expression=cast(node.right, wider))
    return cast(operation, type_)


def _decimals(node: exp.Binary, left: Decimal, right: Decimal) -> exp.Expr:
    if isinstance(node, exp.Mul):
        type_ = product_of(left, right)
        if type_ is None or (left.precision + right.precision + 1 > 38 and type_.scale > 0):
            raise refused(node, "Spark would round a product of so many digits; cast an operand to fewer digits, or to DOUBLE")
    else:
        type_ = sum_of(left, right)
    operation = type(node)(this=cast(node.left, left), expression=cast(node.right, right))
    return cast(operation, type_)


def _of_doubles(node: exp.Binary) -> exp.Expr:
    return type(node)(this=double(node.left), expression=double(node.right))


def quotient(node: exp.Div) -> exp.Expr:
    """`/` is a division of doubles; by zero it gives an infinity or NaN, where ANSI Spark fails."""
    left, right = known(node.left), known(node.right)
    if not (is_number(left) and is_number(right)):
        raise refused(node, "it is not known to divide numbers; cast the operands")
    above, below = double(node.left), double(node.right)
    divided: exp.Expr
    if isinstance(node.right, exp.Literal) and float(node.right.name) != 0:
        divided = exp.Div(this=above, expression=below)
    else:
        nonzero = call("NULLIF", below, double(number(0)))
        infinity = cast(exp.Literal.string("Infinity"), DOUBLE)
        otherwise = exp.Add(this=exp.Mul(this=above.copy(), expression=infinity), expression=below.copy())
        divided = call("COALESCE", exp.Div(this=above, expression=nonzero), otherwise)
    if (isinstance(left, Float) and left.bits == 32 and right != DOUBLE) or (right == Float(32) and left != DOUBLE):
        return cast(divided, Float(32))
    return paren(typed(divided, DOUBLE))


def whole_quotient(node: exp.IntDiv) -> exp.Expr:
    left, right = known(node.left), known(node.right)
    if isinstance(left, Integer) and isinstance(right, Integer):
        return cast(node, Integer(max(left.bits, right.bits)))
    raise refused(node, "`//` is translated for INTEGER and BIGINT only; write FLOOR(a / b)")


def remainder(node: exp.Mod) -> exp.Expr:
    left, right = known(node.left), known(node.right)
    match left, right:
        case Integer(x), Integer(y):
            return cast(paren(node), Integer(max(x, y)))
        case ((Integer() | Decimal()), (Integer() | Decimal())):
            return cast(paren(node), pair(left, right) or HUGEINT)
        case _:
            raise refused(node, "the remainder is translated for integers and decimals only")


def negated(node: exp.Neg) -> exp.Expr:
    return typed(node, known(node.this))


def compared(node: exp.Expr) -> exp.Expr:
    """A literal is compared as a value of the other side's type, as DuckDB does; other mixtures must be cast by hand."""
    sides = list(node.iter_expressions())
    types = [known(s) for s in sides if not isinstance(s, exp.Null)]
    strings = [s for s in sides if known(s) == String()]
    others = {t for t in types if t is not None and t != String()}
    if strings and others:
        if len(others) > 1 or not all(isinstance(s, exp.Literal) for s in strings):
            raise refused(node, "text is compared with another type; cast it")
        for string in strings:
            string.replace(cast(string.copy(), next(iter(others))))
    return typed(node, Boolean())


def logical(node: exp.Expr) -> exp.Expr:
    return typed(node, Boolean())


def choice(node: exp.Case) -> exp.Expr:
    if node.this is not None:
        kinds = {known(n) == String() for n in (node.this, *(i.this for i in node.args["ifs"])) if not isinstance(n, exp.Null)}
        if len(kinds) > 1:
            raise refused(node, "text is compared with another type; cast it")
    branches = [i.args["true"] for i in node.args["ifs"]] + ([node.args["default"]] if node.args.get("default") else [])
    return _same(node, branches)


def condition(node: exp.If) -> exp.Expr:
    if isinstance(node.parent, exp.Case):  # a WHEN of a CASE
        return typed(node, known(node.args["true"]))
    return _same(node, [n for n in (node.args["true"], node.args.get("false")) if n is not None])


def first_of(node: exp.Func) -> exp.Expr:
    return _same(node, [node.this, *node.expressions])


def _same(node: exp.Expr, branches: list[exp.Expr]) -> exp.Expr:
    type_ = unified(branches)
    real = [b for b in branches if not isinstance(b, exp.Null)]
    if type_ is None and real:
        raise refused(node, "its branches have different types; cast them to one")
    if type_ is not None:
        for branch in real:
            if known(branch) != type_:
                branch.replace(exact(branch.copy(), type_))
    return typed(node, type_)


def null_if(node: exp.Nullif) -> exp.Expr:
    compared(node)
    return typed(node, known(node.this))


def converted(node: exp.Cast) -> exp.Expr:
    """CAST and TRY_CAST: rounding as DuckDB's; texts of floating numbers differ between the engines and are refused."""
    to = written(node.to)
    if to is None:
        raise refused(node, "Spark has no such type")
    source = known(node.this)
    if isinstance(node.this, exp.Null):
        return cast(node.this, to)
    if to == String() and (isinstance(source, Float | List | Map | Struct) or source == Timestamp(zoned=True)):
        raise refused(node, "Spark writes such values as other text than DuckDB; cast to DECIMAL, or format it")
    if isinstance(to, Boolean) and source == String():
        raise refused(node, "Spark takes other words for true and false; compare the text instead")
    if source is None:
        raise refused(node, "the type of what it casts is not known")
    return tried(node.this, to) if isinstance(node, exp.TryCast) else exact(node.this, to)


def constant(node: exp.Literal) -> exp.Expr:
    return typed(node, literal(node))


def in_parentheses(node: exp.Paren) -> exp.Expr:
    return typed(node, known(node.this))


def named(node: exp.Alias) -> exp.Expr:
    return typed(node, known(node.this))


def as_it_is(node: exp.Expr) -> exp.Expr:
    return node


RULES: dict[type[exp.Expr], Any] = {
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul), arithmetic),
    exp.Div: quotient,
    exp.IntDiv: whole_quotient,
    exp.Mod: remainder,
    exp.Neg: negated,
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In), compared),
    **dict.fromkeys((exp.NullSafeEQ, exp.NullSafeNEQ), compared),
    **dict.fromkeys((exp.And, exp.Or, exp.Not, exp.Is, exp.Exists, exp.Boolean), logical),
    exp.Case: choice,
    exp.If: condition,
    **dict.fromkeys((exp.Coalesce, exp.Greatest, exp.Least), first_of),
    exp.Nullif: null_if,
    exp.Cast: converted,
    exp.TryCast: converted,
    exp.Literal: constant,
    exp.Paren: in_parentheses,
    exp.Alias: named,
    **dict.fromkeys((exp.Null, exp.Star, exp.Tuple, exp.Var, exp.Interval, exp.DataType), as_it_is),
}
