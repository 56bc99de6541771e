"""What a reader is told of an error of the engine: its kind and, of what the query names, its place. Never a value or a path."""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from hansa.engines.duckdb.errors import Said, said
from hansa.gateway.bounding import trouble_of_bound
from hansa.gateway.tree import Node, offset_of, place_of
from hansa.trouble import Place, Trouble, one_of

_REASONS = {
    "Conversion": "a value cannot be converted to the type that is asked for",
    "Out of Range": "a number is out of the range of its type",
    "Mismatch Type": "a value does not have the type that is asked for",
    "Invalid type": "a value does not have the type that is asked for",
    "Divide by Zero": "a number is divided by zero",
    "Decimal": "a number is out of the range of its type",
    "Constraint": "a value does not fit its type",
    "Invalid Input": "a function was given what it cannot take",
    "Out of Memory": "the query needs more memory than it may use",
}
_MENDS = {
    "Conversion": "try_cast(… AS …) gives null instead",
    "Out of Memory": "ask for fewer rows or columns, or aggregate",
    "Out of Range": "cast to a wider type first",
    "Invalid Input": "look at formats, patterns and subqueries with more than one row",
}
_UNBOUND = frozenset({"Binder", "Catalog", "Parser", "Syntax", "Not implemented"})
_PARAMETERS = re.compile(r"values were not provided for|parameter", re.IGNORECASE)
_COLUMN = re.compile(r'column named "([^"]*)"')
_NAMED = re.compile(r'(?:column|named|column named|Table|Function with name|column called) "?([^"!\s]+)"?', re.IGNORECASE)
_SAFE = (
    re.compile(r'Referenced column "[^"]*" (was )?not found'),
    re.compile(r'(Values list|Table) "[^"]*" does not have a column named "[^"]*"'),
    re.compile(r'Referenced table "[^"]*" not found'),
    re.compile(r'Ambiguous reference to (column name|table) "[^"]*"'),
    re.compile(r"No function matches the given name and argument types '[^'\"]*'"),
    re.compile(r'column "?[^"\s]*"? must appear in the GROUP BY clause or must be part of an aggregate function'),
    re.compile(r"\w+ Function with name \"?\w+\"? does not exist"),
    re.compile(r"Cannot (compare|mix) values of type [^'\"]*"),
    re.compile(r"Could not choose a best candidate function for the function call \"[^\"']*\""),
    re.compile(r"[\w ]*(aggregate|window) (functions?|calls?) (cannot|are not)[\w ,]*"),
    re.compile(r"Column \"[^\"]*\" referenced that exists in the SELECT clause"),
    re.compile(r"Set operations can only apply to expressions with the same number of result columns"),
    re.compile(r"(WHERE|HAVING|GROUP BY|LIMIT|QUALIFY|UNNEST|ORDER BY)[\w ]*"),
)


def trouble_of(
    error: Exception,
    nodes: Iterable[Node],
    columns: Collection[str],
    text: str,
    withheld: Mapping[str, str] = MappingProxyType({}),
) -> Trouble:
    """The trouble to tell. `nodes` are of the tree that the reader's `text` is, `columns` what the reader may name.

    `withheld` are the columns that the contracts have and the reader was not granted, with how to ask for them.
    """
    what = said(error)
    if what.kind in _UNBOUND:
        return _unbound(what, nodes, columns, text, withheld)
    bound = trouble_of_bound(what.message) if what.kind == "Conversion" else None
    if bound is not None:
        return bound
    if what.kind == "Invalid Input" and _PARAMETERS.search(what.message):
        return Trouble("H716", "the values do not fit the parameters of the query", mend="give one value for each parameter")
    reason = _REASONS.get(what.kind)
    if reason is None:
        return Trouble(
            "H706", "the query could not be carried out", mend="ask again; if it stays so, tell whoever keeps this mesh"
        )
    code = "H717" if what.kind == "Out of Memory" else "H706"
    return Trouble(
        code, f"the query could not be carried out: {reason}", mend=_MENDS.get(what.kind, "change the query, and ask again")
    )


def _unbound(what: Said, nodes: Iterable[Node], columns: Collection[str], text: str, withheld: Mapping[str, str]) -> Trouble:
    """The query does not fit what may be read: the engine's sentence where it is one of those that quote names alone."""
    known = next((m[0] for pattern in _SAFE if (m := pattern.match(what.line))), "")
    if not known:
        kind = (
            "DuckDB cannot do what the query asks" if what.kind == "Not implemented" else "the query does not fit what it reads"
        )
        return Trouble("H705", kind, mend="check names, types and groups, part by part")
    line = known.replace("Values list", "Table").replace("was not found", "not found")
    named = _COLUMN.search(line) or _NAMED.search(line)
    name = named[1] if named else ""
    places = _places(name, nodes, text) or place_of(text, -1)
    near = difflib.get_close_matches(name.lower(), sorted({c.lower() for c in columns}), n=3, cutoff=0.6) if name else []
    mend = f"candidates: {one_of(near)}" if near else ""
    if "column" in line and "not" in line:
        mend = withheld.get(name.lower(), mend)
    if line.startswith("Referenced column"):
        line = f"{line} in what you may read"
    return Trouble("H705", line, places, mend)


def _places(name: str, nodes: Iterable[Node], text: str) -> tuple[Place, ...]:
    """Where the reader's own text names something."""
    lowered = name.lower()
    for node in nodes:
        words = node.get("column_names") or [node.get("function_name", ""), node.get("relation_name", "")]
        if lowered and lowered in (str(word).lower() for word in words):
            return place_of(text, offset_of(node), "named here")
    return ()
