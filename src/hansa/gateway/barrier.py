"""Whether a statement may run beside the row filters of its ports, or only behind a barrier.

DuckDB computes conditions in the order that it deems quickest, so that a condition of the reader may meet rows which the row
filter hides. Nothing of them is ever shown; but where a condition can raise an error, the error would tell that such a row is
there. A statement of nothing but plain conditions cannot raise one, and runs without a barrier, as quick lookups want it.
"""

from collections.abc import Iterable, Mapping, Sequence

from hansa.gateway.asking import Parameters
from hansa.gateway.checking import Checked
from hansa.gateway.tree import Node
from hansa.model import DataType, Schema
from hansa.model.types import Boolean, Integer, String

_PLAIN = frozenset(
    {
        *("COLUMN_REF", "CONSTANT", "PARAMETER", "STAR", "CONJUNCTION", "COMPARISON", "BETWEEN", "POSITIONAL_REFERENCE"),
        *("FUNCTION", "OPERATOR"),
    }
)
_PLAIN_OPERATORS = frozenset({"OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "COMPARE_IN"})
_PLAIN_FUNCTIONS = frozenset({"count", "count_star", "min", "max", "any_value", "first", "last"})
_PLAIN_TABLES = frozenset({"BASE_TABLE", "EMPTY"})
_PARTS = frozenset({"class", "type"})


def can_raise(checked: Checked, schemas: Sequence[Schema], parameters: Parameters) -> bool:
    """Whether any expression of a statement may raise an error on some row; in doubt, it may."""
    kinds = _Kinds(schemas, parameters)
    return any(_raises(node, kinds) for node in checked.nodes)


class _Kinds:
    """The kinds of values that names and literals stand for; empty when that is not certain."""

    def __init__(self, schemas: Sequence[Schema], parameters: Parameters) -> None:
        self._columns: dict[str, set[str]] = {}
        for column in (c for schema in schemas for c in schema):
            self._columns.setdefault(column.name.lower(), set()).add(_kind_of_type(column.type))
        pairs: Iterable[tuple[str, object]] = (
            parameters.items() if isinstance(parameters, Mapping) else ((str(n), v) for n, v in enumerate(parameters, 1))
        )
        self._parameters = {name.lower(): _kind_of_value(value) for name, value in pairs}

    def of(self, node: Node) -> str:
        match node.get("class"):
            case "COLUMN_REF":
                found = self._columns.get(str(node["column_names"][-1]).lower(), set())
                return next(iter(found)) if len(found) == 1 else ""
            case "CONSTANT":
                return {"INTEGER": "number", "STRING": "literal text", "BOOLEAN": "truth", "NULL_LITERAL": "null"}.get(
                    str(node.get("literal", {}).get("kind")), ""
                )
            case "PARAMETER":
                return self._parameters.get(str(node.get("identifier", "")).lower(), "")
            case _:
                return ""


def _kind_of_type(type_: DataType) -> str:
    match type_:
        case Integer():
            return "number"
        case String():
            return "text"
        case Boolean():
            return "truth"
        case _:
            return f"other {type_}"


def _kind_of_value(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "truth"
    return "number" if isinstance(value, int) else "text" if isinstance(value, str) else ""


def _raises(node: Node, kinds: _Kinds) -> bool:
    kind, type_ = node.get("class"), str(node.get("type", ""))
    if kind is None:
        return type_.isupper() and type_ in ("PIVOT", "SHOW_REF", "TABLE_FUNCTION", "EXPRESSION_LIST", "RECURSIVE_CTE_NODE")
    match kind:
        case "COMPARISON":
            return not _alike([node["left"], node["right"]], kinds)
        case "BETWEEN":
            return not _alike([node["input"], node["lower"], node["upper"]], kinds)
        case "OPERATOR" if type_ == "COMPARE_IN":
            return not _alike(node["children"], kinds)
        case "OPERATOR":
            return type_ not in _PLAIN_OPERATORS
        case "FUNCTION":
            return str(node.get("function_name", "")).lower() not in _PLAIN_FUNCTIONS
        case "STAR":
            return "replace_list" in node or "expr" in node
        case _:
            return kind not in _PLAIN


def _alike(nodes: Sequence[Node], kinds: _Kinds) -> bool:
    """Whether things can be compared without a cast of a column: a cast of a literal is made once, before any row."""
    found = {kinds.of(node) for node in nodes} - {"null"}
    if "literal text" in found and all(node.get("class") in ("COLUMN_REF", "CONSTANT") for node in nodes):
        found.discard("literal text")
    return "" not in found and len(found) <= 1
