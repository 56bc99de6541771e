"""A query over relations, as DuckDB's own parser reads it: what it names, and why it may not be asked.

DuckDB serialises its tree as JSON, so nothing is read differently here than where the query runs. Tables must be relations or
views; functions that make rows are on a positive list; functions that read the session, the clock or chance, or that make values
so large that neither the memory limit nor an interrupt stops them, are refused by name.
"""

import difflib
import json
import re
from collections.abc import Collection
from dataclasses import field
from typing import Any

import duckdb

from hansa.engines.duckdb.errors import position, refusal, said
from hansa.engines.duckdb.mentioned import walk, words
from hansa.engines.protocol import QueryRefused
from hansa.frozen import dataclass

_ROWS = frozenset({"unnest", "range", "generate_series", "json_each", "json_tree", "regexp_split_to_table"})
_SESSION = re.compile(
    r"""current_(?!date|time|timestamp|local)\w+ | getenv | getvariable | in_search_path | txid_current | currval | nextval
      | setval | setseed | sleep_ms | stats | vector_type | write_log | user | session_user | version | has_\w+_privilege
      | inet_\w+ | pg_(?!typeof$|size_pretty$)\w+ | (col|obj|shobj)_description | json_execute_serialized_sql | query
      | query_table | which_secret | duckdb_\w+ | read_\w+ | glob""",
    re.VERBOSE,
)
_BARE = frozenset({"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"})
_CHANGING = _BARE | {
    *("now", "today", "ago", "random", "uuid", "uuidv4", "uuidv7", "gen_random_uuid", "transaction_timestamp"),
    *("get_current_time", "get_current_timestamp", "current_localtime", "current_localtimestamp"),
}
_HUGE = frozenset(
    {
        *("repeat", "lpad", "rpad", "bar", "list_resize", "array_resize", "range", "generate_series", "printf"),
        *("levenshtein", "editdist3", "damerau_levenshtein"),
    }
)
_WIDE = re.compile(r"\d{5}|\{[^}]*\{")
_MENDS = {
    "levenshtein": "jaccard or jaro_winkler_similarity compare texts",
    "editdist3": "jaccard or jaro_winkler_similarity compare texts",
    "damerau_levenshtein": "jaccard or jaro_winkler_similarity compare texts",
    "range": "FROM range(…) makes rows",
    "generate_series": "FROM generate_series(…) makes rows",
    "printf": "format('{}', …) does",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The tables that one query names, each with its byte offset, and those that it defines itself, in lower case.

    `words` are all texts that stand in the query, in lower case: a column whose name is not among them is not looked at. None
    when the query can look at columns without naming them.
    """

    tables: tuple[tuple[str, int], ...]
    defined: frozenset[str]
    words: frozenset[str] | None = None


@dataclass(slots=True)
class _Found:
    tables: list[tuple[str, int]] = field(default_factory=list)
    defined: set[str] = field(default_factory=set)


def read(connection: duckdb.DuckDBPyConnection, sql: str) -> Asked:
    """Take a query apart. Raises `QueryRefused` for anything but one query, and for what a query may not call."""
    statement = _tree(connection, sql)
    found = _Found()
    for node in walk(statement):
        _look(node, sql, found)
    return Asked(tuple(found.tables), frozenset(found.defined), words(statement))


def refuse_unknown(asked: Asked, known: Collection[str], sql: str) -> None:
    """Raise `QueryRefused` for the first table that is neither a relation nor a view."""
    for name, offset in asked.tables:
        if name.lower() not in known and name.lower() not in asked.defined:
            near = difflib.get_close_matches(name.lower(), sorted(known), n=3, cutoff=0.6)
            raise QueryRefused(f"there is no relation `{name}`", *position(sql, offset), tuple(near))


def _tree(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise refusal(said(error), sql) from None
    if not statements:
        raise QueryRefused("the query is empty")
    if len(statements) > 1:
        second = len(str(statements[0].query).encode())
        raise QueryRefused("one query is asked at a time; here a second statement follows", *position(sql, second))
    kind = statements[0].type.name
    if kind == "MULTI":
        raise QueryRefused("a PIVOT here needs its values written out: … ON column IN (value, …)")
    if kind != "SELECT":
        raise QueryRefused(f"relations are only read: SELECT, FROM, WITH, VALUES, DESCRIBE or SUMMARIZE, not {kind}", 1, 1)
    (serialised,) = connection.execute(_SERIALISE, [sql]).fetchone() or ("",)
    try:
        tree = json.loads(serialised)
    except RecursionError:
        raise QueryRefused("the query is nested too deeply") from None
    if tree.get("error"):
        raise QueryRefused(f"the query cannot be taken apart: {tree.get('error_message', '')}")
    return tree["statements"]


_SERIALISE = "SELECT json_serialize_sql(?, skip_null := true, skip_empty := true)::VARCHAR"


def _look(node: dict[str, Any], sql: str, found: _Found) -> None:
    if isinstance(node.get("sample"), dict) and "sample_size" in node["sample"]:
        raise QueryRefused("a sample answers differently each time; ask for all rows")
    match node:
        case {"type": "BASE_TABLE", "table_name": str(name)}:
            if len(node.get("qualified_name", {}).get("path", ())) > 1 or node.get("schema_name") or node.get("catalog_name"):
                raise QueryRefused(f"relations have no schema: `{name}` alone is asked", *_place(node, sql))
            found.tables.append((name, _offset(node)))
        case {"type": "SHOW_REF"} if "query" not in node:
            raise QueryRefused("`hansa policy relations` lists the relations; DESCRIBE shows one")
        case {"type": "TABLE_FUNCTION", "function": {"function_name": str(name)}}:
            if name.lower() not in _ROWS:
                raise QueryRefused(f"`{name}` reads what is no relation of the mesh", *_place(node, sql))
            node["function"]["rows"] = True  # the walk comes to the function itself next
        case {"class": "PARAMETER"}:
            raise QueryRefused("a placeholder has no value here", *_place(node, sql))
        case {"class": "COLUMN_REF", "column_names": [str(name)]} if name.lower() in _BARE:
            raise _changing(name, node, sql)
        case {"function_name": str(name)} if "rows" not in node:
            _refuse_function(name.lower(), node, sql)
        case {"key": str(name), "value": {"query_node": _} | {"query": _}}:
            found.defined.add(name.lower())
        case _:
            pass


def _refuse_function(name: str, node: dict[str, Any], sql: str) -> None:
    if name in _CHANGING or (name == "age" and len(node.get("arguments", ())) == 1):
        raise _changing(name, node, sql)
    if _SESSION.fullmatch(name):
        raise QueryRefused(f"`{name}` reads the session or the machine, not the mesh", *_place(node, sql))
    if name in _HUGE or (name == "format" and not _narrow(node)):
        mend = _MENDS.get(name, "")
        raise QueryRefused(f"`{name}` can make more than fits" + (f"; {mend}" if mend else ""), *_place(node, sql))


def _changing(name: str, node: dict[str, Any], sql: str) -> QueryRefused:
    reason = f"`{name}` answers differently each time; the day is (SELECT today FROM mesh)"
    return QueryRefused(reason, *_place(node, sql))


def _narrow(node: dict[str, Any]) -> bool:
    """Whether a `format` has a constant pattern that asks for no great width."""
    match node.get("arguments"):
        case [{"expression": {"literal": {"kind": "STRING", "text": str(pattern)}}}, *_]:
            return _WIDE.search(pattern) is None
        case [{"literal": {"kind": "STRING", "text": str(pattern)}}, *_]:
            return _WIDE.search(pattern) is None
        case _:
            return False


def _offset(node: dict[str, Any]) -> int:
    """The byte offset of a node; DuckDB writes the highest number for "unknown"."""
    offset = node.get("query_location", -1)
    return offset if isinstance(offset, int) and offset < 2**62 else -1


def _place(node: dict[str, Any], sql: str) -> tuple[int, int]:
    return position(sql, _offset(node))
