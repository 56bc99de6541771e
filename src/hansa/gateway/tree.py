"""A query's text as DuckDB's own parser reads it, and the text of a tree: no second parser, so nothing is read differently."""

import json
import re
import threading
from collections.abc import Mapping
from typing import Any

import duckdb

from hansa.engines.duckdb.errors import Said, said
from hansa.engines.duckdb.errors import position as position_in
from hansa.engines.duckdb.session import Limits, opened
from hansa.frozen import dataclass
from hansa.gateway.pivoting import with_markers
from hansa.gateway.tokens import depth_of, with_short_stars
from hansa.model.identifiers import RESERVED
from hansa.trouble import Place, Trouble, TroubleError

QUERY = "query"
"""The file name of a text that stands in no file."""

LONGEST = 1_000_000
"""Characters that a query may have."""

DEEPEST_BRACKETS = 200
"""Brackets in brackets that a query may have."""

Node = dict[str, Any]

UNSAFE = Trouble("H708", "the query cannot be put safely; write it more simply")
"""What is told of a tree that DuckDB does not write as it reads it."""

_SERIALISE = "SELECT json_serialize_sql(?, skip_null := true, skip_empty := true)::VARCHAR"
_DESERIALISE = "SELECT json_deserialize_sql(?::JSON)"
_SETTLE = (
    "SELECT written, json_serialize_sql(written, skip_null := true, skip_empty := true)::VARCHAR "
    "FROM (SELECT json_deserialize_sql(?::JSON) AS written)"
)
_PART = re.compile(rb"([A-Za-z_]+)\.")
_TOO_DEEP = Trouble("H701", "the query is nested too deeply", (Place(QUERY, 1, 1),))
_READ_ONLY = "a query is one SELECT: it reads and never writes"
_MEND = "ask with SELECT … FROM …"


@dataclass(frozen=True, slots=True)
class _Own:
    """A thread's own cursor, and what it runs there again and again, parsed once."""

    cursor: duckdb.DuckDBPyConnection
    statements: Mapping[str, duckdb.Statement]


class Parser:
    """DuckDB's parser, in an instance of its own in which no query is ever run. Safe to use from many threads."""

    def __init__(self) -> None:
        self._instance = opened(Limits(threads=1), also={"enable_external_access": "false"})
        self._local = threading.local()

    def parse(self, text: str) -> Node:
        """The tree of the one query that a text is. Raises TroubleError (H701, H702)."""
        if len(text) > LONGEST:
            raise TroubleError(Trouble("H701", f"the query is longer than {LONGEST:,} characters", (Place(QUERY, 1, 1),)))
        try:
            text.encode()
        except UnicodeEncodeError:
            raise TroubleError(
                Trouble("H701", "the query is not text: it holds half of a character", (Place(QUERY, 1, 1),))
            ) from None
        if "\0" in text:
            place = place_of(text, len(text[: text.index("\0")].encode()))
            raise TroubleError(Trouble("H701", "the query is not text: it holds a zero byte", place))
        _refuse_depth(text)
        tree = self._tree(text) or self._tree(with_short_stars(text))
        if tree is None and self._kind(text) == "MULTI":
            tree = self._tree(with_markers(text, lambda marked: self._tree(marked) is not None))
        if tree is None:
            raise TroubleError(Trouble("H702", _READ_ONLY, (Place(QUERY, 1, 1),), _MEND))
        return tree

    def unparse(self, statement: Node) -> str:
        """The text of a statement's tree, as DuckDB writes it."""
        return str(self._row(_DESERIALISE, _whole(statement))[0])

    def settled(self, statement: Node) -> tuple[str, Node]:
        """The text of a statement's tree, as DuckDB writes it, and the tree that DuckDB reads out of just that text.

        Both come of one statement, as each costs more than what it does. Raises TroubleError (H701, H708).
        """
        try:
            text, serialised = self._row(_SETTLE, _whole(statement))
        except duckdb.Error:
            raise TroubleError(UNSAFE) from None
        _refuse_depth(str(text))
        tree = _only_tree(serialised)
        if tree is None:
            raise TroubleError(UNSAFE)
        return str(text), tree

    def close(self) -> None:
        self._instance.close()

    def _kind(self, text: str) -> str:
        """What kind of statement a text is that has no tree. Raises TroubleError unless it is one."""
        try:
            statements = self._own().cursor.extract_statements(text)
        except duckdb.Error as error:
            raise _not_sql(said(error), text) from None
        if not statements:
            raise TroubleError(Trouble("H702", "the query is empty", (Place(QUERY, 1, 1),), _MEND))
        if len(statements) > 1:
            second = len(str(statements[0].query).encode())
            mend = "ask them one after the other"
            raise TroubleError(
                Trouble("H702", "a query is one statement; here a second one follows", place_of(text, second), mend)
            )
        try:
            return str(statements[0].type.name)
        except ValueError:
            # DuckDB has kinds of statements that its Python package has no name for; none of them reads.
            return "UNNAMED"

    def _tree(self, text: str) -> Node | None:
        """The tree of a text that is one SELECT; None for everything else."""
        try:
            (serialised,) = self._row(_SERIALISE, text)
        except duckdb.Error as error:
            raise _not_sql(said(error), text) from None
        return _only_tree(serialised)

    def _row(self, statement: str, value: str) -> tuple[Any, ...]:
        own = self._own()
        found: tuple[Any, ...] = own.cursor.execute(own.statements[statement], [value]).fetchall()[0]
        return found

    def _own(self) -> _Own:
        own: _Own | None = getattr(self._local, "own", None)
        if own is None:
            cursor = self._instance.cursor()
            # These statements are a call each: there is nothing that planning them well could win.
            cursor.execute("PRAGMA disable_optimizer")
            statements = {text: cursor.extract_statements(text)[0] for text in (_SERIALISE, _DESERIALISE, _SETTLE)}
            own = self._local.own = _Own(cursor, statements)
        return own


def _whole(statement: Node) -> str:
    return json.dumps({"error": False, "statements": [statement]})


def _only_tree(serialised: str) -> Node | None:
    """The tree of the one statement that was serialised; None when that was an error, or not one."""
    try:
        tree = json.loads(serialised)
    except RecursionError:
        raise TroubleError(_TOO_DEEP) from None
    statements = tree.get("statements", ())
    return None if tree.get("error") or len(statements) != 1 else statements[0]


def _refuse_depth(text: str) -> None:
    if depth_of(text) > DEEPEST_BRACKETS:
        raise TroubleError(_TOO_DEEP)


def place_of(text: str, offset: int, note: str = "") -> tuple[Place, ...]:
    """The place of a byte offset that DuckDB gave; none when it gave none."""
    line, column = position_in(text, offset)
    return (Place(QUERY, line, column, note),) if line else ()


def offset_of(node: Node) -> int:
    """The byte offset of a node; -1 when DuckDB knows none, for which it writes the highest number."""
    offset = node.get("query_location", -1)
    return offset if isinstance(offset, int) and offset < 2**62 else -1


def called(node: Node) -> str:
    """The function that a node calls, in lower case; empty for a node that calls none."""
    return str(node.get("function_name", "")).lower()


def _not_sql(error: Said, text: str) -> TroubleError:
    place = place_of(text, error.offset, "here") or (Place(QUERY, 1, 1),)
    return TroubleError(Trouble("H701", f"the query is not SQL: {error.line}", place, _quoting(text, error.offset)))


def _quoting(text: str, offset: int) -> str:
    """How to write a name whose first part is a word of SQL; empty where none stands."""
    part = _PART.match(text.encode(), offset) if offset >= 0 else None
    word = part[1].decode() if part is not None else ""
    return f'`{word}` is a word of SQL: as a name it is written in quotes, "{word}"' if word.lower() in RESERVED else ""
