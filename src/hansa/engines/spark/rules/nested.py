"""Lists and structs: literals, access, membership, one row an element. Lambdas and maps are not translated yet."""

from typing import Any

from sqlglot import exp

from hansa.engines.spark.inference import known, typed, unified
from hansa.engines.spark.spelling import call, exact, refused
from hansa.model.types import Boolean, Field, List, Struct


def listed(node: exp.Array) -> exp.Expr:
    type_ = unified(node.expressions)
    if type_ is None:
        raise refused(node, "the type of its elements is not known; cast them")
    return call("ARRAY", *[exact(e, type_) for e in node.expressions], type_=List(type_))


def structured(node: exp.Struct) -> exp.Expr:
    parts: list[exp.Expr] = []
    fields = []
    for part in node.expressions:
        if not isinstance(part, exp.PropertyEQ):
            raise refused(node, "a struct is translated with names, as {'a': 1}")
        type_ = known(part.expression)
        if type_ is None:
            raise refused(node, f"the type of its part {part.name} is not known; cast it")
        parts += [exp.Literal.string(part.name), part.expression]
        fields.append(Field(part.name, type_))
    return call("NAMED_STRUCT", *parts, type_=Struct(tuple(fields)))


def part_of(node: exp.Dot) -> exp.Expr:
    type_ = known(node.this)
    if not isinstance(type_, Struct):
        raise refused(node, "it is not known to be part of a struct")
    wanted = node.expression.name.lower()
    found = next((f for f in type_.fields if f.name.lower() == wanted), None)
    if found is None:
        raise refused(node, f"the struct has no part {node.expression.name}")
    return typed(exp.Dot(this=node.this, expression=exp.to_identifier(found.name, quoted=True)), found.type)


def element(node: exp.Bracket) -> exp.Expr:
    """`list[1]` beyond the end is NULL, as Spark's GET; SQLGlot has counted the index down to 0 already."""
    type_, indexes = known(node.this), node.expressions
    if not isinstance(type_, List) or len(indexes) != 1 or not (isinstance(indexes[0], exp.Literal) and indexes[0].is_int):
        raise refused(node, "elements of lists are translated with a constant position from 1")
    return call("GET", node.this, indexes[0], type_=type_.element)


def member(node: exp.ArrayContains) -> exp.Expr:
    """NULL elements do not make it NULL, only a NULL list does."""
    if not isinstance(known(node.this), List):
        raise refused(node, "its argument is not known to be a list")
    found = call("COALESCE", call("ARRAY_CONTAINS", node.this, node.expression), exp.false())
    present = exp.Not(this=exp.Is(this=node.this.copy(), expression=exp.Null()))
    return typed(exp.Case(ifs=[exp.If(this=present, true=found)]), Boolean())


def exploded(node: exp.Explode) -> exp.Expr:
    type_ = known(node.this)
    if not isinstance(type_, List) or node.expressions:
        raise refused(node, "unnest is translated for one list")
    return typed(node, type_.element)


RULES: dict[type[exp.Expr], Any] = {
    exp.Array: listed,
    exp.Struct: structured,
    exp.PropertyEQ: lambda node: node,
    exp.Dot: part_of,
    exp.Bracket: element,
    exp.ArrayContains: member,
    exp.Explode: exploded,
}
