"""Row filters written in SQL: read with DuckDB's own parser, allowed node by node, and written anew for one reader.

Nothing of the author's text reaches DuckDB again: each node that is known is written from its parts, every other is refused. A
filter that asks for an attribute which the reader has not, or which is no value of the column's type, shows no row.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hansa.access.rows import literals
from hansa.access.rows.attributes import STANDING_IN, Attributes, attributes_of, typed
from hansa.access.rows.functions import COMPARISONS, FUNCTIONS, INFIX, TYPES
from hansa.engines.protocol import QueryRefused
from hansa.model import Consumer, Principal, Schema, quoted
from hansa.model.types import Boolean, DataType, Decimal, Float, Integer, Struct
from hansa.trouble import Place, Trouble, TroubleError, did_you_mean, one_of

_NUMBER = re.compile(r"-?\d+(_\d+)*(\.\d+)?(e[+-]?\d+)?|-?\.\d+(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


def row_predicate(text: str, schema: Schema, principal: Principal, consumer: Consumer | None) -> str:
    """The DuckDB predicate of a row filter for one reader. It raises for no row; rows for which it is not true are not seen.

    Raises `TroubleError` (H776) for a text that is no row filter over these columns.
    """
    try:
        return _written(text, schema, attributes_of(principal, consumer))
    except QueryRefused as refused:
        raise TroubleError(_trouble(refused, None)) from None


def checked_predicate(text: str, schema: Schema, place: Place | None = None) -> tuple[Trouble, ...]:
    """What is wrong with a row filter, whoever reads: what it may not say, and what DuckDB cannot compute over the columns."""
    from hansa.engines.duckdb.expression import refuse_unbound

    try:
        refuse_unbound(_written(text, schema, None), schema)
    except QueryRefused as refused:
        return (_trouble(refused, place),)
    return ()


def _trouble(refused: QueryRefused, place: Place | None) -> Trouble:
    at = f" (line {refused.line}, column {refused.column} of it)" if refused.line else ""
    mend = one_of(refused.candidates) if refused.candidates else ""
    summary = f"this is no row filter: {refused.reason}{at}"
    return Trouble("H776", summary, (place,) if place is not None else (), f"did you mean {mend}?" if mend else "")


def _written(text: str, schema: Schema, attributes: Attributes | None) -> str:
    """The predicate; without attributes, as it would be for somebody who has them all."""
    from hansa.engines.duckdb.expression import expression_tree

    if not text.strip():
        raise QueryRefused("it is empty")
    filter_ = _Filter(schema, attributes, text)
    try:
        predicate = filter_.sql(json.loads(expression_tree(text)))
    except RecursionError:
        raise QueryRefused("it is nested too deeply") from None
    if filter_.missing:
        return "FALSE"
    return f"(TRY({predicate}) IS TRUE)" if filter_.may_fail else f"({predicate})"


@dataclass(slots=True)
class _Filter:
    """One filter while it is written anew. `missing` are attributes that the reader has not in the form that is wanted.

    `may_fail` says that some part could raise for some row. Then the whole stands in TRY, and files cannot be left out by their
    statistics; so comparisons of columns with constants of their own type, which cannot fail, stay outside of it.
    """

    schema: Schema
    attributes: Attributes | None
    text: str
    missing: list[str] = field(default_factory=list)
    may_fail: bool = False

    def sql(self, node: Any, wanted: DataType | None = None) -> str:
        """A node written anew. `wanted` is the type of the column that it is compared with."""
        match node:
            case {"class": "CONJUNCTION", "type": "CONJUNCTION_AND" | "CONJUNCTION_OR" as kind, "children": [*children]}:
                return "(" + f" {kind.removeprefix('CONJUNCTION_')} ".join(self.sql(c) for c in children) + ")"
            case {"class": "COMPARISON", "type": str(kind), "left": left, "right": right} if kind in COMPARISONS:
                first, second = self._together((left, right))
                return f"({first} {COMPARISONS[kind]} {second})"
            case {"class": "BETWEEN", "type": "COMPARE_BETWEEN", "input": tested, "lower": lower, "upper": upper}:
                first, second, third = self._together((tested, lower, upper))
                return f"({first} BETWEEN {second} AND {third})"
            case {"class": "OPERATOR", "type": str(kind), "children": [*children]}:
                return self._operator(kind, children, node)
            case {"class": "CASE", "case_checks": [*checks], "else_expr": otherwise}:
                return self._case(checks, otherwise)
            case {"class": "CAST", "child": child, "type_expr": {"type_name": str(name)} as type_, "try_cast": bool()}:
                return self._cast(child, name, type_, node)
            case {"class": "FUNCTION", "function_name": str(name), "arguments": [*arguments]}:
                return self._function(name.lower(), arguments, node)
            case {"class": "CONSTANT", "literal": {"kind": str(kind)} as literal}:
                return self._constant(kind, str(literal.get("text", "")), wanted, node)
            case {"class": "COLUMN_REF", "column_names": [*names]}:
                return self._name([str(n) for n in names], wanted, node)
            case _:
                raise self._refused("it says what no row filter may: conditions over the columns of one row are allowed", node)

    def _operator(self, kind: str, children: list[Any], node: Any) -> str:
        match kind, children:
            case "OPERATOR_NOT", [child]:
                return f"(NOT {self.sql(child)})"
            case (("OPERATOR_IS_NULL" | "OPERATOR_IS_NOT_NULL"), [child]):
                return f"({self.sql(child)} {kind.removeprefix('OPERATOR_').replace('_', ' ')})"
            case "COMPARE_IN", [tested, {"class": "COLUMN_REF", "column_names": [str(holder), str(name)]} as list_]:
                return self._in_list(tested, holder, name, list_)
            case "COMPARE_IN", [_, _, *_]:
                tested, *others = self._together(children)
                return f"({tested} IN ({', '.join(others)}))"
            case "OPERATOR_COALESCE", [_, *_]:
                self.may_fail = True
                return f"coalesce({', '.join(self._together(children))})"
            case _:
                raise self._refused(f"{kind.lower()} is not allowed in a row filter", node)

    def _in_list(self, tested: Any, holder: str, name: str, node: Any) -> str:
        """`team IN (principal.teams)`: one of several texts, or of none."""
        found = self._attribute(holder, name, node) if holder.lower() in STANDING_IN else None
        if not isinstance(found, tuple):
            first, second = self._together((tested, node))
            return f"({first} IN ({second}))"
        type_ = self._type(tested)
        values = [v for v in (typed(text, type_) for text in found) if v is not None]
        return f"({self.sql(tested)} IN ({', '.join(values) or 'NULL'}))"

    def _case(self, checks: list[Any], otherwise: Any) -> str:
        parts = [f"WHEN {self.sql(c['when_expr'])} THEN {self.sql(c['then_expr'])}" for c in checks]
        self.may_fail = True
        return f"(CASE {' '.join(parts)} ELSE {self.sql(otherwise)} END)"

    def _cast(self, child: Any, name: str, type_: Any, node: Any) -> str:
        kept = TYPES.get(name.upper())
        if kept is None or type_.get("children"):
            raise self._refused(f"a cast to {name} is not allowed in a row filter", node, tuple(sorted(set(TYPES.values()))))
        self.may_fail = True
        return f"{'TRY_CAST' if node['try_cast'] else 'CAST'}({self.sql(child)} AS {kept})"

    def _function(self, name: str, arguments: list[Any], node: Any) -> str:
        plain = not any(node.get(key) for key in ("distinct", "filter", "export_state", "schema", "catalog"))
        path = node.get("qualified_name", {}).get("path", [name])
        if (
            not plain
            or len(path) != 1
            or node.get("order_bys", {}).get("orders")
            or any(set(a) != {"expression"} for a in arguments)
        ):
            raise self._refused(f"`{name}` is called in a way that is not allowed in a row filter", node)
        self.may_fail = True
        parts = [self.sql(a["expression"]) for a in arguments]
        if name in INFIX and len(parts) == 2:
            return f"({parts[0]} {INFIX[name]} {parts[1]})"
        if name in ("+", "-") and len(parts) == 1:
            return f"({name} {parts[0]})"
        if name not in FUNCTIONS:
            raise self._refused(f"the function `{name}` is not allowed in a row filter", node, _near(name))
        return f"{name}({', '.join(parts)})"

    def _constant(self, kind: str, text: str, wanted: DataType | None, node: Any) -> str:
        match kind:
            case "STRING":
                found = typed(text, wanted)
                if found is None:
                    raise self._refused(f"'{text}' is no value of the column that it is compared with", node)
                return found
            case "INTEGER" | "NUMERIC" if _NUMBER.fullmatch(text):
                if not isinstance(wanted, Integer | Decimal | Float):
                    self.may_fail = True
                return text.replace("_", "")
            case "BOOLEAN" if text.lower() in ("true", "false"):
                self.may_fail = self.may_fail or not isinstance(wanted, Boolean | None)
                return text.upper()
            case "NULL_LITERAL":
                return "NULL"
            case _:
                raise self._refused("a constant of this kind is not allowed in a row filter", node)

    def _name(self, names: list[str], wanted: DataType | None, node: Any) -> str:
        if len(names) == 2 and names[0].lower() in STANDING_IN:
            value = self._attribute(names[0], names[1], node)
            if isinstance(value, tuple):
                return "[" + ", ".join(literals.text(v) for v in value) + "]::VARCHAR[]"
            if value is None:
                return "NULL"
            found = typed(value, wanted)
            if found is None:
                self.missing.append(".".join(names))
            self.may_fail = self.may_fail or wanted is None
            return found or "NULL"
        column = self.schema.find(names[0])
        if column is None:
            near = did_you_mean(names[0], self.schema.names)
            raise self._refused(f"there is no column `{'.'.join(names)}`" + (f"; {near}" if near else ""), node)
        return self._inside(column.name, column.type, names[1:], node)

    def _inside(self, column: str, type_: DataType, fields: Sequence[str], node: Any) -> str:
        """A column, or a part of its struct; never `column.field` as it is written, which could be read as a table's column."""
        written = quoted(column)
        for name in fields:
            found = next((f for f in type_.fields if f.name.lower() == name.lower()), None) if isinstance(type_, Struct) else None
            if found is None:
                raise self._refused(f"`{column}` has no part `{name}`", node)
            written, type_ = f"struct_extract({written}, {literals.text(found.name)})", found.type
        return written

    def _attribute(self, holder: str, name: str, node: Any) -> str | tuple[str, ...] | None:
        """The value of an attribute; None for somebody who might have any, and for somebody who has it not."""
        if self.attributes is None:
            return ("",) if f"{holder}.{name}".lower() in ("principal.teams", "consumer.purposes") else None
        found = self.attributes.find(holder, name)
        if found is None or found == "":
            self.missing.append(f"{holder}.{name}")
        return found or None

    def _together(self, nodes: Sequence[Any]) -> list[str]:
        """Operands that are compared with each other: constants and attributes take the type of the first column among them."""
        types = [t for t in map(self._type, nodes) if t is not None]
        wanted = types[0] if types else None
        self.may_fail = self.may_fail or wanted is None or any(t != wanted for t in types)
        return [self.sql(node, wanted) for node in nodes]

    def _type(self, node: Any) -> DataType | None:
        """The type of a node that is a column or a part of one."""
        match node:
            case {"class": "COLUMN_REF", "column_names": [str(first), *rest]} if not (rest and first.lower() in STANDING_IN):
                column = self.schema.find(first)
                type_ = column.type if column is not None else None
                for name in rest:
                    fields = type_.fields if isinstance(type_, Struct) else ()
                    type_ = next((f.type for f in fields if f.name.lower() == name.lower()), None)
                return type_
            case _:
                return None

    def _refused(self, reason: str, node: Any, candidates: tuple[str, ...] = ()) -> QueryRefused:
        from hansa.engines.duckdb.errors import position
        from hansa.engines.duckdb.expression import text_offset

        offset = text_offset(node) if isinstance(node, dict) else -1
        return QueryRefused(reason, *(position(self.text, offset) if offset >= 0 else (0, 0)), candidates)


def _near(name: str) -> tuple[str, ...]:
    import difflib

    return tuple(difflib.get_close_matches(name, sorted(FUNCTIONS), n=2, cutoff=0.75))
