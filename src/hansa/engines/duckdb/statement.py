"""One model is one SELECT: the check that comes before any text is put into a statement of ours."""

import re
from collections.abc import Sequence, Set

import _duckdb

from hansa.engines.duckdb.errors import refusal, said
from hansa.engines.protocol import QueryRefused
from hansa.model import quoted

_WORD = re.compile(r"[^\W\d]\w*")


def single_select(connection: _duckdb.DuckDBPyConnection, query: str) -> str:
    """The text of the one SELECT that a query is, without the semicolons that end it. Raises `QueryRefused`."""
    parsed_select(connection, query)
    return without_end(query)


def parsed_select(connection: _duckdb.DuckDBPyConnection, query: str) -> _duckdb.Statement:
    """The one SELECT that a query is, parsed. Raises `QueryRefused`.

    DuckDB's own parser splits the text, so that nothing can hide behind a parenthesis, a quote or a comment.
    """
    try:
        statements = connection.extract_statements(query)
    except _duckdb.Error as error:
        raise refusal(said(error), query) from None
    if not statements:
        raise QueryRefused("the query is empty")
    if len(statements) > 1:
        line = query[: len(statements[0].query)].count("\n") + 1
        raise QueryRefused("a model is one SELECT statement; here a second one follows", line, 1)
    kind = statements[0].type.name
    if kind == "MULTI":
        raise QueryRefused("a PIVOT here needs its values written out: … ON column IN (value, …)")
    if kind != "SELECT":
        raise QueryRefused(f"a model is one SELECT statement, not {kind}")
    return statements[0]


def without_end(query: str) -> str:
    """A query without the semicolons and comments that end it; everything else keeps its offset."""
    tokens = [(start, kind.name) for start, kind in _duckdb.tokenize(query)]
    data = query.encode()
    while tokens and (tokens[-1][1] == "comment" or data[tokens[-1][0] : tokens[-1][0] + 1] == b";"):
        start, kind = tokens.pop()
        if kind != "comment":
            # A space keeps the offsets of everything else, which errors are reported by.
            data = data[:start] + b" " + data[start + 1 :]
    return data.decode()


def named_columns(columns: Sequence[str], query: str, known: Set[str] = frozenset()) -> None:
    """Refuse results whose columns have no name of their own, or the same one twice. Raises `QueryRefused`."""
    seen: set[str] = set()
    for number, name in enumerate(columns, start=1):
        # DuckDB names an expression by its text. A name that is no plain word must therefore stand quoted in the query,
        # or be the name of an input's column, which a star brings along.
        if _WORD.fullmatch(name) is None and name not in known and quoted(name) not in query:
            raise QueryRefused(f"column {number} of the result has no name: write `{name} AS …`")
        if name.lower() in seen:
            raise QueryRefused(f"two columns of the result are called `{name}`")
        seen.add(name.lower())
