"""Whether a statement may run beside the row filters of its ports, or only behind a barrier.

DuckDB computes conditions in the order that it deems quickest, so that a condition of the reader may meet rows which the row
filter hides. Nothing of them is ever shown; but where a condition can raise an error, the error would tell that such a row is
there. A statement of nothing but plain conditions cannot raise one, and runs without a barrier, as quick lookups want it.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from hansa.gateway.asking import Parameters
from hansa.gateway.checking import Checked
from hansa.gateway.tree import Node, called
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


def can_raise(checked: Checked, schemas: Sequence[Schema], parameters: Parameters) -> bool:
    """Whether any expression of a statement may raise an error on some row; in doubt, it may."""
    kinds = _Kinds(schemas, parameters, frozenset(_given(checked.nodes)))
    return any(_raises(node, kinds) for node in checked.nodes)


def _given(nodes: Iterable[Node]) -> Iterator[str]:
    """The names that a statement gives to columns itself: behind them stands whatever it likes."""
    for node in nodes:
        if "class" in node and node.get("alias"):
            yield str(node["alias"]).lower()
        renamed = [str(each.get("value", "")) for each in node.get("rename_list", ())]
        for name in (*node.get("column_name_alias", ()), *node.get("aliases", ()), *renamed):
            yield str(name).lower()


class _Kinds:
    """The kinds of values that names and literals stand for; empty when that is not certain."""

    def __init__(self, schemas: Sequence[Schema], parameters: Parameters, given: Container[str]) -> None:
        self._given = given
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
                return self._of_name([str(name).lower() for name in node["column_names"]])
            case "CONSTANT":
                return {"INTEGER": "number", "STRING": "literal text", "BOOLEAN": "truth", "NULL_LITERAL": "null"}.get(
                    str(node.get("literal", {}).get("kind")), ""
                )
            case "PARAMETER":
                return self._parameters.get(str(node.get("identifier", "")).lower(), "")
            case _:
                return ""

    def shared(self, names: Iterable[str]) -> bool:
        """Whether columns of two tables that are joined by their names are certainly of one kind."""
        return all(self._of_name([name.lower()]) for name in names)

    def _of_name(self, words: Sequence[str]) -> str:
        """A field of a struct may be called as a column is, and hold something else."""
        found = self._columns.get(words[-1], set())
        in_struct = any(word in self._columns for word in words[:-1])
        return next(iter(found)) if len(found) == 1 and not in_struct and words[-1] not in self._given else ""


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
        if type_ == "JOIN" and (node.get("ref_type") == "NATURAL" or not kinds.shared(node.get("using_columns", ()))):
            return True
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
            return called(node) not in _PLAIN_FUNCTIONS
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
