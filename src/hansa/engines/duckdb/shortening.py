"""Shorter queries for the type-checker: without the items of a select list that only hand on a column of a table.

`SELECT t.a, t.b, t.c + 1 AS d FROM t` has the columns a and b of t, in their types, whatever else it holds; to parse and bind
them costs as much as what is computed. Promises: where the shorter query is a good one, so is the whole, and the schema that is
put together from both parts is that of the whole. One item of each table stays, so that a table that cannot be seen, or an
aggregate beside bare columns, is met as in the whole query. Whatever is wrong, the whole query tells it. Only plain queries are
made shorter: one SELECT of tables joined by conditions, told apart by DuckDB's own tokens; all others are left as they are.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

import duckdb

from hansa.model import Column, Schema

FEWEST: Final = 16
"""Items from which it is worth while."""

_KEYWORD = duckdb.token_type.keyword
_IDENTIFIER = duckdb.token_type.identifier
_OPERATOR = duckdb.token_type.operator
_COMMENT = duckdb.token_type.comment
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PAIR = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\.([A-Za-z_][A-Za-z0-9_]*)")
_AFTER_A_TABLE = frozenset({"", "left", "right", "full", "inner", "cross", "join", "on", "where"})
_IN_CONDITIONS = ("outer", "and", "or", "not", "is", "null", "true", "false", "in", "between", "like", "ilike", "as")
_KNOWN = frozenset({*_AFTER_A_TABLE, *_IN_CONDITIONS})

Token = tuple[int, object]


@dataclass(frozen=True, slots=True)
class Shortened:
    """A query, and for each item of the whole one the column that it hands on; None for those that the query still has."""

    query: str
    handed_on: tuple[Column | None, ...]

    def whole(self, found: Schema) -> Schema | None:
        """The schema of the whole query by that of this one; None when items are not columns, as those of a star."""
        if len(found) != self.handed_on.count(None):
            return None
        columns = iter(found)
        return Schema(tuple(next(columns) if column is None else column for column in self.handed_on))


def shortened(query: str, tables: Mapping[str, Schema], keywords: Set[str]) -> Shortened | None:
    """The query without what it hands on; None for one that is not plain, or has little of it. `keywords` are DuckDB's."""
    if not query.isascii() or "$" in query or query.count(",") < FEWEST:
        return None
    tokens: list[Token] = [token for token in duckdb.tokenize(query) if token[1] is not _COMMENT]
    if len(tokens) < 4 or _word(query, tokens[0]) != "select" or _word(query, tokens[1]) in ("distinct", "all", "on"):
        return None
    split = _split(query, tokens)
    if split is None:
        return None
    starts, from_ = split
    sources = _sources(query, tokens[from_:], tables, keywords)
    if not sources:
        return None
    handed_on: list[Column | None] = []
    kept: list[str] = []
    shown: set[str] = set()
    for begin, end in zip(starts, [*starts[1:], from_ + 1], strict=True):
        column, source = _column(query, tokens[begin:end], sources)
        if column is None or source not in shown:
            shown.add(source)
            kept.append(query[tokens[begin][0] : tokens[end - 1][0]])
            column = None
        handed_on.append(column)
    if len(handed_on) - len(kept) < FEWEST // 2:
        return None
    return Shortened(f"SELECT {','.join(kept)}\n{query[tokens[from_][0] :]}", tuple(handed_on))


def _split(query: str, tokens: list[Token]) -> tuple[list[int], int] | None:
    """The first token of each item of the select list, and FROM."""
    depth, starts = 0, [1]
    for number, (at, kind) in enumerate(tokens):
        if kind is _OPERATOR:
            character = query[at]
            if character in "([{":
                depth += 1
            elif character in ")]}":
                depth -= 1
            elif character == "," and depth == 0:
                if starts[-1] == number:
                    return None
                starts.append(number + 1)
            elif character == ";":
                return None
        elif kind is _KEYWORD and depth == 0 and number and query[at : at + 4].lower() == "from":
            before = _word(query, tokens[number - 1])
            return None if before == "distinct" or starts[-1] == number else (starts, number)
    return None


def _sources(query: str, tokens: list[Token], tables: Mapping[str, Schema], keywords: Set[str]) -> dict[str, Schema] | None:
    """The tables of FROM by the names that columns are qualified with; None where it holds anything but tables and conditions."""
    known = {name.lower(): schema for name, schema in tables.items()}
    found: dict[str, Schema] = {}
    words = list(_words_at_top(query, tokens))
    if words.count("from") > 1:
        return None
    for number, word in enumerate(words):
        if word in ("from", "join"):
            table, alias, following = _named([*words[number + 1 : number + 5], "", "", ""])
            if table not in known or alias in found or not keywords.isdisjoint((table, alias)) or following not in _AFTER_A_TABLE:
                return None
            found[alias] = known[table]
        elif word in keywords and word not in _KNOWN:
            return None
    return found


def _named(words: Sequence[str]) -> tuple[str, str, str]:
    """A table, the name by which its columns are qualified, and what follows."""
    table, after = words[0], words[1]
    if after == "as":
        return table, words[2], words[3]
    return (table, table, after) if after in _AFTER_A_TABLE else (table, after, words[2])


def _words_at_top(query: str, tokens: list[Token]) -> Iterator[str]:
    """Words in small letters, and the other tokens' first characters, outside parentheses."""
    depth = 0
    for at, kind in tokens:
        character = query[at]
        if kind is _OPERATOR and character in "([{":
            depth += 1
            if depth == 1:
                yield character
        elif kind is _OPERATOR and character in ")]}":
            depth -= 1
        elif depth == 0:
            name = _NAME.match(query, at) if kind is _KEYWORD or kind is _IDENTIFIER else None
            yield name[0].lower() if name is not None else character


def _column(query: str, item: list[Token], sources: Mapping[str, Schema]) -> tuple[Column | None, str]:
    """The column that an item hands on, and the name of its table. `item` ends with the token after it."""
    if len(item) != 4 or item[0][1] is not _IDENTIFIER or item[2][1] is not _IDENTIFIER:
        return None, ""
    pair = _PAIR.match(query, item[0][0])
    if pair is None or pair.start(2) != item[2][0]:
        return None, ""
    source, name = pair[1].lower(), pair[2]
    column = sources[source].find(name) if source in sources else None
    # The result spells a column as its table does; where this is another spelling, that is left to DuckDB.
    return (Column(column.name, column.type), source) if column is not None and column.name == name else (None, "")


def _word(query: str, token: Token) -> str:
    name = _NAME.match(query, token[0])
    return name[0].lower() if name is not None else ""
