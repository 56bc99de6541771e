"""How Spark's SQL is spelt: the few node shapes that the rules build."""

from collections.abc import Callable

from sqlglot import exp

from hansa.engines.protocol import QueryRefused
from hansa.engines.spark.inference import DOUBLE, known, typed
from hansa.engines.spark.types import ddl
from hansa.model import DataType
from hansa.model.types import Decimal, Float, Integer, String


def call(name: str, *arguments: exp.Expr, type_: DataType | None = None) -> exp.Expr:
    """A call of a Spark function under exactly this name."""
    return typed(exp.Anonymous(this=name, expressions=list(arguments)), type_)


def cast(node: exp.Expr, type_: DataType) -> exp.Expr:
    """Spark's own cast: the rule that calls it has seen to it that it means what DuckDB's does."""
    return typed(exp.Cast(this=node, to=exp.DataType.build(ddl(type_), dialect="spark")), type_)


def exact(node: exp.Expr, type_: DataType) -> exp.Expr:
    """A value as DuckDB would cast it: numbers are rounded to whole ones, where Spark would cut them off."""
    return _as_duckdb(node, type_, cast)


def tried(node: exp.Expr, type_: DataType) -> exp.Expr:
    """A value as DuckDB's TRY_CAST gives it: NULL where it does not fit."""
    return _as_duckdb(node, type_, _try_cast)


def _as_duckdb(node: exp.Expr, type_: DataType, to: Callable[[exp.Expr, DataType], exp.Expr]) -> exp.Expr:
    match known(node), type_:
        case source, _ if source == type_:
            return node
        case Decimal(_, scale), Integer() | Decimal(_, 0) if scale > 0:
            return to(call("ROUND", node, number(0)), type_)
        case Float(), Integer():
            return to(call("BROUND", node), type_)
        case String(), Integer():
            # "2.5" is 3 in DuckDB and no number in Spark.
            rounded = call("ROUND", to(node.copy(), Decimal(38, 10)), number(0))
            return to(call("COALESCE", cast(_try_cast(node, type_), Decimal(38, 10)), rounded), type_)
        case _:
            return to(node, type_)


def _try_cast(node: exp.Expr, type_: DataType) -> exp.Expr:
    return typed(exp.TryCast(this=node, to=exp.DataType.build(ddl(type_), dialect="spark"), safe=True), type_)


def number(value: int) -> exp.Expr:
    return exp.Literal.number(value)


def double(node: exp.Expr) -> exp.Expr:
    return node if known(node) == DOUBLE else cast(node, DOUBLE)


def paren(node: exp.Expr) -> exp.Expr:
    return typed(exp.Paren(this=node), known(node))


def refused(node: exp.Expr, why: str) -> QueryRefused:
    """The refusal of one part of a query, with the place where the parser kept one."""
    line, column = place(node)
    text = node.sql("duckdb")
    shown = text if len(text) <= 60 else text[:57] + "…"
    return QueryRefused(f"{shown}: {why}", line, column)


def place(node: exp.Expr) -> tuple[int, int]:
    """Line and column, from 1, of the first identifier in a node; zeros where none is known."""
    for part in node.walk():
        if "line" in part.meta and "col" in part.meta:
            # SQLGlot counts the column of a token's last character.
            return int(part.meta["line"]), max(int(part.meta["col"]) - len(part.name) + 1, 1)
    return 0, 0
