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
from functools import lru_cache
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
_NAMES = (_IDENTIFIER, _KEYWORD)
"""After a dot any word is a name, also one that means something elsewhere."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PAIR = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\.([A-Za-z_][A-Za-z0-9_]*)")
_AFTER_A_TABLE = frozenset({"", "left", "right", "full", "inner", "cross", "join", "on", "where"})
_IN_CONDITIONS = ("outer", "and", "or", "not", "is", "null", "true", "false", "in", "between", "like", "ilike", "as")
_KNOWN = frozenset({*_AFTER_A_TABLE, *_IN_CONDITIONS})

IN_ITEMS: Final = frozenset(
    {
        *("case", "when", "then", "else", "end", "and", "or", "not", "null", "is", "true", "false", "in", "between", "like"),
        *("ilike", "coalesce", "nullif", "distinct", "as"),
    }
)
"""Words of items that are no functions of their own."""
IN_JOINS: Final = _KNOWN | {"from"}
"""Words of joins and conditions."""
_NAMED = re.compile(r"(.*\S)\s+[aA][sS]\s+([A-Za-z_][A-Za-z0-9_]*)\s*", re.DOTALL)
_LEXEMES = re.compile(r"(?:\s|[-+*/%(),|<>=!]|'[^']*+'|[0-9]++(?:\.[0-9]++)?+(?![A-Za-z0-9_.])|[A-Za-z_][A-Za-z0-9_]*+)*+")
_WORDS = re.compile(r"'[^']*'|([A-Za-z_][A-Za-z0-9_]*)(\s*\()?")
_TEXTS = re.compile(r"('[^']*')")
_DECLARED = re.compile(
    r"\b(from|join)\s+[A-Za-z_][A-Za-z0-9_]*"
    rf"(?:\s+(?:as\s+)?(?!(?:{'|'.join(filter(None, sorted(_AFTER_A_TABLE)))})\b)[A-Za-z_][A-Za-z0-9_]*)?",
    re.IGNORECASE,
)
"""A table of FROM and the name that it is given; which they are is known."""
_GOES_ON = re.compile(r"\s*[.(\[:]")
"""After a column: it is a row of which a field, a method or an element is meant."""
_COMES_FROM = re.compile(r"[A-Za-z0-9_.'\"]$")
"""Before a column: it is only the end of what is meant."""
_OF_NAMES = re.compile(r"struct_\w+|row|columns|unnest|union_\w+|map\w*")
"""Functions whose result may be typed by the names of what they are given, or be several columns."""

_NOTHING: Mapping[str, Column] = {}

Token = tuple[int, object]
Shape = tuple[object, ...]
"""The words of an item, with types in the place of columns: of one shape, one type."""


@dataclass(frozen=True, slots=True)
class Shortened:
    """A query, and for each item of the whole one the column that it hands on, or the name of one that is made like another and
    the number of that one in the query; None for those that the query still has.

    `items` are these: the column that one hands on, or its name and shape; None for one without. `joins` is the shape of what
    stands from FROM on, if it has one.
    """

    query: str
    handed_on: tuple[Column | tuple[str, int] | None, ...]
    items: tuple[Column | tuple[str, Shape] | None, ...]
    joins: Shape | None

    @property
    def is_worthwhile(self) -> bool:
        """Whether it is so much shorter that it is bound sooner, also if the whole has to be bound after it."""
        return len(self.handed_on) - len(self.items) >= FEWEST // 2

    def part(self, found: Schema) -> Schema | None:
        """The schema of this query by that of the whole."""
        if len(found) != len(self.handed_on):
            return None
        return Schema(tuple(column for column, item in zip(found, self.handed_on, strict=True) if item is None))

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
    """The query without what it hands on; None for one that is not plain. `keywords` are DuckDB's."""
    if not query.isascii() or "$" in query:
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
    known = {f"{name}.": _plainly_named(schema) for name, schema in sources.items()}
    handed_on: list[Column | tuple[str, int] | None] = []
    kept: list[str] = []
    items: list[Column | tuple[str, Shape] | None] = []
    shown: set[str] = set()
    made: dict[Shape, int] = {}
    for begin, end in zip(starts, [*starts[1:], from_ + 1], strict=True):
        item = tokens[begin:end]
        column = None
        if len(item) == 4 and item[0][1] is _IDENTIFIER and item[2][1] in _NAMES:
            source = query[item[0][0] : item[2][0]].lower()
            # The result spells a column as its table does; where this is another spelling, that is left to DuckDB.
            column = known.get(source, _NOTHING).get(query[item[2][0] : item[3][0]].rstrip())
            if column is not None and column.required:
                column = Column(column.name, column.type)
            if column is not None and source in shown:
                handed_on.append(column)
                continue
            shown.add(source if column is not None else "")
        text = query[item[0][0] : item[-1][0]]
        shaped = _shape(text, known) if column is None else None
        like = made.setdefault(shaped[0], len(kept)) if shaped is not None else len(kept)
        if shaped is not None and like < len(kept):
            handed_on.append((shaped[1], like))
            continue
        handed_on.append(None)
        kept.append(text)
        items.append(column if shaped is None else (shaped[1], shaped[0]))
    rest = query[tokens[from_][0] :]
    return Shortened(f"SELECT {','.join(kept)}\n{rest}", tuple(handed_on), tuple(items), _joins(rest, list(sources), known))


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


def _plainly_named(schema: Schema) -> Mapping[str, Column]:
    """Columns by names that need no quotes, as they are spelled."""
    return {c.name: c for c in schema if c.name.isidentifier()}


def _shape(item: str, known: Mapping[str, Mapping[str, Column]]) -> tuple[Shape, str] | None:
    """The shape of an item that ends with `AS name`, and the name; None when it holds anything whose type may hang on more."""
    named = _NAMED.fullmatch(item)
    if named is None or "--" in item or "/*" in item:
        return None
    parts: list[object] = _PAIR.split(named[1])
    words = [str(part) for part in parts[::3]]
    if not all(map(_is_plain, words)) or any(map(_GOES_ON.match, words[1:])) or any(map(_COMES_FROM.search, words[:-1])):
        return None
    for at in range(1, len(parts), 3):
        column = known.get(f"{parts[at]}.".lower(), _NOTHING).get(str(parts[at + 1]))
        if column is None:
            return None
        parts[at : at + 2] = "", column.type
    return tuple(parts), named[2]


def _joins(text: str, sources: Sequence[str], known: Mapping[str, Mapping[str, Column]]) -> Shape | None:
    """The shape of FROM and all after it: its words without the names of tables, and by number of table the types of the columns
    in its conditions. None when it holds anything that may hang on more."""
    parts: list[object] = _PAIR.split(text)
    words = [str(part) for part in parts[::3]]
    if "--" in text or "/*" in text or any(map(_GOES_ON.match, words[1:])) or any(map(_COMES_FROM.search, words[:-1])):
        return None
    for at in range(1, len(parts), 3):
        source = str(parts[at]).lower()
        column = known.get(f"{source}.", _NOTHING).get(str(parts[at + 1]))
        if column is None:
            return None
        parts[at : at + 2] = sources.index(source), column.type
    for at in range(0, len(parts), 3):
        spelt = _without_tables(str(parts[at]))
        if spelt is None:
            return None
        parts[at] = spelt
    return tuple(parts)


@lru_cache(maxsize=4096)
def _without_tables(text: str) -> str | None:
    """What stands between the columns of joins and conditions, with a sign in the place of each table and its name; None when it
    names anything else."""
    if _LEXEMES.fullmatch(text) is None:
        return None
    parts = _TEXTS.split(text)
    for at in range(0, len(parts), 2):
        parts[at] = " ".join(_DECLARED.sub(r"\1 #", parts[at]).lower().split())
        if not all(
            not word or word in IN_JOINS or (called and not _OF_NAMES.fullmatch(word))
            for word, called in _WORDS.findall(parts[at])
        ):
            return None
    return " ".join(parts)


@lru_cache(maxsize=4096)
def _is_plain(words: str) -> bool:
    """Whether what stands between columns is operators, numbers, texts and functions alone, whose types do not hang on names."""
    return _LEXEMES.fullmatch(words) is not None and all(
        not word or word.lower() in IN_ITEMS or (bool(called) and not _OF_NAMES.fullmatch(word.lower()))
        for word, called in _WORDS.findall(words)
    )


def _word(query: str, token: Token) -> str:
    name = _NAME.match(query, token[0])
    return name[0].lower() if name is not None else ""
