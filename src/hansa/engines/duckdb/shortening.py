"""Shorter queries for the type-checker: without the items of a select list that tell no type which is not known.

`SELECT t.a, t.b, t.c + 1 AS d, t.e + 1 AS f FROM t` has the columns a and b of t, in their types, whatever else it holds; and
where c and e are of one type, f has that of d. To parse and bind such items costs as much as all others. Promises: where the
shorter query is a good one, so is the whole, and the schema that is put together from both parts is that of the whole. One item
of each table stays, so that a table that cannot be seen, or an aggregate beside bare columns, is met as in the whole query.
Whatever is wrong, the whole query tells it. Only plain queries are made shorter: one SELECT of tables joined by conditions, told
apart by DuckDB's own tokens; all others are left as they are.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Final

import _duckdb

from hansa.frozen import dataclass
from hansa.model import Column, Schema

FEWEST: Final = 16
"""Items from which it is worth while."""

_KEYWORD = _duckdb.token_type.keyword
_IDENTIFIER = _duckdb.token_type.identifier
_OPERATOR = _duckdb.token_type.operator
_COMMENT = _duckdb.token_type.comment
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PAIR = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\.([A-Za-z_][A-Za-z0-9_]*)")
_AFTER_A_TABLE = frozenset({"", "left", "right", "full", "inner", "cross", "join", "on", "where"})
_IN_CONDITIONS = ("outer", "and", "or", "not", "is", "null", "true", "false", "in", "between", "like", "ilike", "as")
_KNOWN = frozenset({*_AFTER_A_TABLE, *_IN_CONDITIONS})

_IN_ITEMS = frozenset(
    {
        *("case", "when", "then", "else", "end", "and", "or", "not", "null", "is", "true", "false", "in", "between", "like"),
        *("ilike", "coalesce", "nullif", "distinct", "as"),
    }
)
_IN_OPERATORS = frozenset("+-*/%(),|<>=!")
_OF_NAMES = re.compile(r"struct_\w+|row|columns|unnest|union_\w+|map\w*")
"""Functions whose result may be typed by the names of what they are given, or be several columns."""

Token = tuple[int, object]
Shape = tuple[object, ...]
"""The words of an item, with types in the place of columns: of one shape, one type."""


@dataclass(frozen=True, slots=True)
class Shortened:
    """A query, and for each item of the whole one the column that it hands on, or the name of one that is made like another and
    the number of that one in the query; None for those that the query still has."""

    query: str
    handed_on: tuple[Column | tuple[str, int] | None, ...]

    def whole(self, found: Schema) -> Schema | None:
        """The schema of the whole query by that of this one; None when items are not columns, as those of a star."""
        if len(found) != self.handed_on.count(None):
            return None
        columns = iter(found)
        made: list[Column] = []
        for item in self.handed_on:
            if item is None:
                made.append(next(columns))
            elif isinstance(item, tuple):
                made.append(Column(item[0], found.columns[item[1]].type))
            else:
                made.append(item)
        return Schema(tuple(made))


def shortened(query: str, tables: Mapping[str, Schema], keywords: Set[str]) -> Shortened | None:
    """The query without what it hands on; None for one that is not plain, or has little of it. `keywords` are DuckDB's."""
    if not query.isascii() or "$" in query or query.count(",") < FEWEST:
        return None
    tokens: list[Token] = [token for token in _duckdb.tokenize(query) if token[1] is not _COMMENT]
    if len(tokens) < 4 or _word(query, tokens[0]) != "select" or _word(query, tokens[1]) in ("distinct", "all", "on"):
        return None
    split = _split(query, tokens)
    if split is None:
        return None
    starts, from_ = split
    sources = _sources(query, tokens[from_:], tables, keywords)
    if not sources:
        return None
    handed_on: list[Column | tuple[str, int] | None] = []
    kept: list[str] = []
    shown: set[str] = set()
    made: dict[Shape, int] = {}
    for begin, end in zip(starts, [*starts[1:], from_ + 1], strict=True):
        item = tokens[begin:end]
        column, source = _column(query, item, sources)
        if column is not None and source in shown:
            handed_on.append(column)
            continue
        shown.add(source)
        shape = _shape(query, item, sources)
        like = made.setdefault(shape, len(kept)) if shape is not None else len(kept)
        if like < len(kept):
            handed_on.append((query[item[-2][0] : item[-1][0]].rstrip(), like))
            continue
        handed_on.append(None)
        kept.append(query[item[0][0] : item[-1][0]])
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


def _shape(query: str, item: list[Token], sources: Mapping[str, Schema]) -> Shape | None:
    """The shape of an item that ends with `AS name`; None when it holds anything whose type may hang on more than that."""
    alias = _NAME.match(query, item[-2][0]) if len(item) > 4 and item[-2][1] is _IDENTIFIER else None
    if alias is None or query[alias.end() : item[-1][0]].strip() or _word(query, item[-3]) != "as":
        return None
    shape: list[object] = []
    number, last = 0, len(item) - 3
    while number < last:
        at, kind = item[number]
        text = query[at : item[number + 1][0]].rstrip()
        if kind is _OPERATOR:
            if not _IN_OPERATORS.issuperset(text):
                return None
        elif kind is _KEYWORD:
            text = text.lower()
            if text not in _IN_ITEMS:
                return None
        elif kind is _IDENTIFIER:
            if query[item[number + 1][0]] == ".":
                column = _mentioned(query, item[number : number + 4], sources)
                if column is None:
                    return None
                shape.append(column.type)
                number += 3
                continue
            text = text.lower()
            if query[item[number + 1][0]] != "(" or _NAME.fullmatch(text) is None or _OF_NAMES.fullmatch(text):
                return None
        shape.append(text)
        number += 1
    return tuple(shape)


def _mentioned(query: str, part: list[Token], sources: Mapping[str, Schema]) -> Column | None:
    """The column that an expression mentions as `source.column`. `part` ends with the token after it."""
    pair = _PAIR.match(query, part[0][0])
    if pair is None or len(part) < 4 or part[2][1] is not _IDENTIFIER or pair.start(2) != part[2][0]:
        return None
    if query[part[3][0]] in ".([:":
        return None  # a field of it, a method, an element
    source = sources.get(pair[1].lower())
    return source.find(pair[2]) if source is not None else None


def _word(query: str, token: Token) -> str:
    name = _NAME.match(query, token[0])
    return name[0].lower() if name is not None else ""
