"""Reading a query's text: one SELECT, or a trouble with its place."""

import re

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from hansa.trouble import Place, Trouble, TroubleError

QUERY = "query"  # the file name of a text that stands in no file


def parse_query(text: str) -> exp.Query:
    """The one SELECT of a text. Raises TroubleError."""
    try:
        statements = [s for s in sqlglot.parse(text, dialect="duckdb") if s is not None]
    except ParseError as wrong:
        at = wrong.errors[0] if wrong.errors else {}
        place = Place(QUERY, at.get("line") or 1, _start(at), f"at `{at['highlight']}`" if at.get("highlight") else "here")
        raise TroubleError(Trouble("H701", f"the query is not SQL: {_reason(at, wrong)}", (place,))) from wrong
    except (TokenError, RecursionError) as wrong:
        reason = "it is nested too deeply" if isinstance(wrong, RecursionError) else str(wrong).split(" at ")[0]
        raise TroubleError(Trouble("H701", f"the query is not SQL: {reason}", (Place(QUERY, 1, 1),))) from wrong
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        summary = "the query is empty" if not statements else "a query is one SELECT: it reads and never writes"
        raise TroubleError(Trouble("H702", summary, (Place(QUERY, 1, 1),), "ask with SELECT … FROM …"))
    writing = statements[0].find(exp.Into, exp.DML, exp.DDL, exp.Command)
    if writing is not None and not isinstance(writing, exp.Query):
        raise TroubleError(
            Trouble("H702", "a query is one SELECT: it reads and never writes", (Place(QUERY, 1, 1),), "ask with SELECT … FROM …")
        )
    return statements[0]


def place_at(text: str, start: int) -> Place:
    """The place of a character of the query, counted from zero."""
    line = text.count("\n", 0, start) + 1
    return Place(QUERY, line, start - (text.rfind("\n", 0, start) + 1) + 1)


def offset_of(text: str, line: int, column: int) -> int:
    """The character at a line and column, both counted from one."""
    before = sum(len(each) for each in text.splitlines(keepends=True)[: line - 1])
    return before + column - 1


def _start(at: dict[str, object]) -> int:
    """SQLGlot counts to the end of the token that it stumbled over."""
    column, highlight = at.get("col"), at.get("highlight")
    return max(1, (column if isinstance(column, int) else 1) - max(len(str(highlight or "")) - 1, 0))


def _reason(at: dict[str, object], wrong: ParseError) -> str:
    text = str(at.get("description") or wrong)
    return re.sub(r"^Invalid expression / Unexpected token$", "something here is not expected", text)
