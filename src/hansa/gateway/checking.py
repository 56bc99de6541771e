"""The check of a query's tree: each node, field, function and type must be known; nothing else is looked at with more trust.

One walk over the tree, without recursion, that knows which names common table expressions give in each place.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from hansa.engines.duckdb.mentioned import walk
from hansa.frozen import dataclass
from hansa.gateway.functions import COUNTED, FUNCTIONS, LARGEST, SIZED, TABLE_FUNCTIONS
from hansa.gateway.nodes import LEAF, SHAPES, SHOWN, TYPES
from hansa.gateway.tree import Node, called, offset_of, place_of
from hansa.trouble import Trouble, TroubleError, did_you_mean

DEEPEST = 400
"""How deep a tree may be: DuckDB's binder gives up at 1000 expressions, and its own stack is not endless."""

_RECURRING = "recurring"
_LOOKED_AT = frozenset({"table", "table_function", "expression", "type"})
_SCALARS = frozenset({str, int, float, bool, type(None)})
_WIDE = re.compile(r"\d{5}|\{[^}]*\{|\*")
_STEPS = frozenset({"to_days", "to_weeks", "to_months", "to_quarters", "to_years", "to_hours"})
"""Steps between days that make no more of them than there are."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """The common table expressions that a place can name, in lower case, those that are recursive here, and their definitions."""

    names: frozenset[str] = frozenset()
    recursive: frozenset[str] = frozenset()
    entries: tuple[Node, ...] = ()

    def with_entry(self, entry: Node) -> "_Scope":
        lowered = str(entry.get("key", "")).lower()
        return _Scope(self.names | {lowered}, self.recursive - {lowered}, (*self.entries, entry))

    def within(self, name: str) -> "_Scope":
        """The scope of the recursive part of a common table expression."""
        lowered = name.lower()
        return _Scope(self.names | {lowered}, self.recursive | {lowered}, self.entries)


@dataclass(slots=True)
class Checked:
    """What a checked tree holds: all its nodes, and apart its tables that are no common table expressions, its columns, stars
    and parameters, and its pivots, each with the common table expressions that it can name."""

    tables: list[Node] = field(default_factory=list)
    columns: list[Node] = field(default_factory=list)
    pivots: list[tuple[Node, tuple[Node, ...]]] = field(default_factory=list)
    parameters: list[Node] = field(default_factory=list)
    stars: list[Node] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)


def check(statement: Node, text: str, also: frozenset[str] = frozenset()) -> Checked:
    """Look at every node of a statement. Raises TroubleError (H708) for the first that a query may not hold.

    `also` are functions that it may call beside those of every query.
    """
    return _Check(text, also).run(statement)


class _Check:
    def __init__(self, text: str, also: frozenset[str]) -> None:
        self._text = text
        self._functions = FUNCTIONS | also if also else FUNCTIONS
        self._found = Checked()
        self._waiting: list[tuple[Any, str, _Scope, int]] = []

    def run(self, statement: Node) -> Checked:
        self._waiting.append((statement, "statement", _Scope(), 0))
        while self._waiting:
            value, shape, scope, depth = self._waiting.pop()
            if isinstance(value, list):
                self._waiting.extend((each, shape, scope, depth) for each in reversed(value))
            else:
                self._node(value, shape, scope, depth)
        return self._found

    def _node(self, node: Any, shape: str, scope: _Scope, depth: int) -> None:
        kinds = SHAPES[shape]
        kind = _kind(node, "" in kinds)
        fields = kinds.get(kind)
        if fields is None or depth > DEEPEST:
            raise self._refused(
                node, "the query is nested too deeply" if depth > DEEPEST else f"a query may not hold {_said(kind)}"
            )
        below = []
        for name, value in node.items():
            inner = fields.get(name)
            if inner is None or (inner == LEAF) != (value.__class__ in _SCALARS or _is_leaf(value)):
                raise self._refused(node, f"a query may not hold {_said(kind)} with `{name}`")
            if inner != LEAF:
                below.append((value, inner, scope, depth + 1))
        self._found.nodes.append(node)
        if shape in _LOOKED_AT:
            self._particular(node, shape, kind, scope)
        if shape == "query":
            parts = _scoped(node, kind, scope)
            below = [(value, fields[name], within, depth + 1) for name, value, within in parts if fields[name] != LEAF]
        self._waiting.extend(below)

    def _particular(self, node: Node, shape: str, kind: str, scope: _Scope) -> None:
        match shape, kind:
            case "table", "BASE_TABLE":
                self._table(node, scope)
            case "table", "SHOW_REF":
                if "query" not in node or node.get("show_type") not in SHOWN:
                    raise self._refused(node, "a query may not list what is here", "`hansa search` finds data products")
            case "table", "PIVOT":
                self._found.pivots.append((node, scope.entries))
            case "table_function", _:
                self._function(node, TABLE_FUNCTIONS, "makes no rows that a query may read")
            case "expression", "FUNCTION/FUNCTION":
                self._function(node, self._functions, "is no function that a query may call")
                self._size(node)
            case "expression", "COLUMN_REF/COLUMN_REF":
                self._found.columns.append(node)
            case "expression", "STAR/STAR":
                self._found.stars.append(node)
            case "expression", "PARAMETER/VALUE_PARAMETER":
                self._found.parameters.append(node)
            case "type", "TYPE/TYPE":
                if str(node.get("type_name", "")).lower() not in TYPES or "schema" in node or "catalog" in node:
                    raise self._refused(node, f"there is no type `{node.get('type_name', '')}` here")
            case "expression", _ if kind.startswith("WINDOW/"):
                self._function(node, self._functions, "is no function that a query may call")
            case _:
                pass

    def _table(self, node: Node, scope: _Scope) -> None:
        path = path_of(node)
        if len(path) == 1 and path[0].lower() in scope.names:
            if "at_clause" in node:
                raise self._refused(node, f"`{path[0]}` is a part of this query: it has no versions")
            return
        if len(path) == 2 and path[0].lower() == _RECURRING and path[1].lower() in scope.recursive:
            return
        self._found.tables.append(node)

    def _function(self, node: Node, known: frozenset[str], reason: str) -> None:
        name = str(node.get("function_name", ""))
        if name.lower() not in known:
            mend = did_you_mean(name.lower(), sorted(known)) if name.isidentifier() else ""
            raise self._refused(node, f"`{name}` {reason}", mend)

    def _size(self, node: Node) -> None:
        """A value may not be of any size that the query says: neither the limit of memory nor a stop is noticed within one."""
        name = called(node)
        arguments = [a["expression"] for a in node.get("arguments", ())]
        if name in SIZED and any(called(inner) in SIZED for inner in walk(arguments)):
            raise self._refused(node, f"`{name}` of a value that was made to a size itself can make more than fits")
        for number in SIZED.get(name, ()):
            if number < len(arguments) and not (
                _small(arguments[number]) or (name in COUNTED and _is_computed(arguments[number]))
            ):
                mend = f"FROM {name}(…) makes rows" if name in TABLE_FUNCTIONS else ""
                raise self._refused(node, f"`{name}` takes a number of at most {LARGEST:,} here, written as such", mend)

    def _refused(self, node: Any, summary: str, mend: str = "") -> TroubleError:
        places = place_of(self._text, offset_of(node), "here") if isinstance(node, dict) else ()
        return TroubleError(Trouble("H708", summary, places, mend))


def path_of(table: Node) -> tuple[str, ...]:
    """The words that name a table."""
    return tuple(str(word) for word in table.get("qualified_name", {}).get("path", ()))


def _scoped(node: Node, kind: str, scope: _Scope) -> Iterator[tuple[str, Any, _Scope]]:
    """The parts of a query, each with the names that it can use."""
    inner = scope
    for entry in node.get("cte_map", {}).get("map", ()) if isinstance(node.get("cte_map"), Mapping) else ():
        # Each can name those before it, and none itself; a recursive one names itself within its own node.
        yield "cte_map", {"map": [entry]}, inner
        inner = inner.with_entry(entry)
    itself = inner.within(str(node.get("cte_name", "")))
    for name, value in node.items():
        if name == "cte_map":
            if not isinstance(value, Mapping) or not set(value) <= {"map"}:
                yield name, value, inner
        else:
            yield name, value, itself if kind == "RECURSIVE_CTE_NODE" and name == "right" else inner


def _kind(node: Any, untagged: bool) -> str:
    if not isinstance(node, dict):
        return "nothing known"
    if untagged:
        return ""
    return f"{node['class']}/{node.get('type')}" if "class" in node else str(node.get("type"))


def _said(kind: str) -> str:
    return kind.rpartition("/")[2].lower().replace("_", " ") or "this"


def _is_leaf(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_is_leaf, value)) if value else True
    return not isinstance(value, dict)


def _is_computed(node: Node) -> bool:
    """Whether a value is known only when the query runs."""
    return node.get("class") != "CONSTANT"


def _small(node: Node) -> bool:
    match node:
        case {"class": "CONSTANT", "literal": {"kind": "INTEGER" | "NUMERIC", "text": str(text)}}:
            try:
                return abs(float(text.replace("_", ""))) <= LARGEST
            except ValueError:
                return False
        case {"class": "CONSTANT", "literal": {"kind": "NULL_LITERAL"}}:
            return True
        case {"class": "CONSTANT", "literal": {"kind": "STRING", "text": str(text)}}:
            # A pattern of `format`, or a day: no width of five digits, and none that an argument says.
            return _WIDE.search(text) is None
        case {
            "class": "CAST",
            "child": {"class": "CONSTANT", "literal": {"kind": "STRING"}},
            "type_expr": {"type_name": str(type_)},
        }:
            return type_.lower() in ("date", "timestamp", "interval")
        case {"class": "FUNCTION", "function_name": str(name)} if name in _STEPS:
            return True
        case _:
            return False
