"""Plain queries, told by their tokens: most models of a large mesh, and most of their text is a long select list.

A plain query is one SELECT of tables that are joined by conditions, in which every column is mentioned with its table's name. So
an item of its select list means the same wherever it stands, and what it reads follows from its shape: from the words of the
item, with the columns left out. Promises: for a plain query the parser is asked for each shape once, not for each item; what is
found is what the whole tree tells. Every other query is left to the parser.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import cast

from sqlglot import Dialect, Token, TokenType, exp

from hansa.compile.lineage import lineage_of
from hansa.compile.lineage.shapes import MAKES_ROWS, placeholder, ways_of
from hansa.frozen import dataclass
from hansa.model import ColumnLineage, ColumnRead, Learnt, Lineage, Subtype
from hansa.records import maker

Mentioned = tuple[str, str]
"""A column as a query mentions it, in small letters: the name of its source, and its own."""
Spelled = Mapping[str, str]

_VAR, _DOT, _NUMBER, _STRING = TokenType.VAR, TokenType.DOT, TokenType.NUMBER, TokenType.STRING
_SELECT, _FROM, _COMMA, _IDENTIFIER = TokenType.SELECT, TokenType.FROM, TokenType.COMMA, TokenType.IDENTIFIER
_AFTER_AN_ITEM = frozenset({",", "from", "as"})
_JOINING = frozenset({"left", "right", "full", "inner", "outer", "cross", "join"})
_AFTER_A_CONDITION = _JOINING | {"where"}
_GOES_ON = frozenset(".([{")
_WORDS = frozenset(
    {
        *("+", "-", "/", "%", "(", ")", ",", "||", "=", "<>", "!=", "<", ">", "<=", ">=", "::", "case", "when", "then", "else"),
        *("end", "and", "or", "not", "null", "is", "true", "false", "in", "between", "like", "ilike", "over", "partition by"),
        *("order by", "asc", "desc", "distinct"),
    }
)

_NAMES = Dialect.get_or_raise("duckdb").parser_class.ID_VAR_TOKENS
"""Words that may be names although they mean something elsewhere."""

_HANDED_ON = ((0, Subtype.IDENTITY),)


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a select list: its name, empty for a column that keeps its own; the columns in it, each once; how they take
    part; and its first token and the one after its last."""

    name: str
    mentioned: tuple[Mentioned, ...]
    ways: tuple[tuple[int, Subtype], ...]
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class PlainQuery:
    """The items of a plain query, its tables by the names of its sources in small letters, and its first token of FROM."""

    items: tuple[Item, ...]
    sources: Mapping[str, str]
    from_: int

    def only(self, tokens: Sequence[Token], names: Collection[str] = ()) -> list[Token]:
        """The tokens of the same query with the items of some names alone; with the first one, if none has."""
        wanted = {name.lower() for name in names}
        kept = [i for i in self.items if (i.name.lower() or i.mentioned[0][1]) in wanted] or [self.items[0]]
        found = [tokens[0]]
        for item in kept:
            found += tokens[item.begin : item.end]
            found.append(tokens[item.end])
        return [*found[:-1], *tokens[self.from_ :]]

    def lineage(self, short: exp.Query, columns: Mapping[str, Sequence[str]]) -> Lineage | None:
        """The lineage of the query; `short` is the tree of its first item, which tells how its rows come about. None when it
        mentions a column that its tables do not have."""
        rows = lineage_of(short, columns)
        tables = {name.lower(): (name, {c.lower(): c for c in listed}) for name, listed in columns.items()}
        if rows.unresolved or not tables.keys() >= {*self.sources.values()}:
            return None
        sources = {name: tables[table] for name, table in self.sources.items()}
        try:
            return Lineage(tuple(_followed(self.items, sources)), rows.rows)
        except KeyError:
            return None


# Quicker than what dataclasses do, which counts for the million columns of a large mesh.
_read: Callable[..., ColumnRead] = cast("Callable[..., ColumnRead]", maker(ColumnRead))
_lineage: Callable[..., ColumnLineage] = cast("Callable[..., ColumnLineage]", maker(ColumnLineage))
_item: Callable[..., Item] = cast("Callable[..., Item]", maker(Item))


def _followed(items: Sequence[Item], sources: Mapping[str, tuple[str, Spelled]]) -> Iterator[ColumnLineage]:
    """The lineage of each item. Raises `KeyError` for a column that is not there."""
    for item in items:
        if len(item.ways) == 1 and len(item.mentioned) == 1:
            source, low = item.mentioned[0]
            table, spelled = sources[source]
            column = spelled[low]
            yield _lineage(item.name or column, (_read(table, column, item.ways[0][1], Learnt.PARSED),))
            continue
        found = [(table, spelled[low]) for source, low in item.mentioned for table, spelled in [sources[source]]]
        reads = sorted({(*found[number], way) for number, way in item.ways})
        yield _lineage(item.name, tuple([_read(*read, Learnt.PARSED) for read in reads]))


def plain_query(text: str, tokens: Sequence[Token]) -> PlainQuery | None:
    """The plain query that a text is; None for any other, and for one with anything in it that may not be understood."""
    if len(tokens) < 4 or tokens[0].token_type is not _SELECT:
        return None
    try:
        return _Reading(text, tokens).query()
    except _Otherwise:
        return None


class _Otherwise(Exception):
    """The query is not plain."""


class _Reading:
    """Reads a query token by token."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.at = 1

    def query(self) -> PlainQuery:
        items = [self._item()]
        while self.tokens[self.at].token_type is _COMMA:
            self.at += 1
            items.append(self._handed_on() or self._item())
        from_ = self.at
        sources = self._sources()
        if any(source not in sources for item in items for source, _ in item.mentioned):
            raise _Otherwise
        return PlainQuery(tuple(items), sources, from_)

    def _item(self) -> Item:
        begin = self.at
        shape, mentioned = self._expression(_AFTER_AN_ITEM)
        name = ""
        if self._word() == "as":
            token = self._name(self.at + 1)
            name = token.text
            self.at += 2
        elif shape != placeholder(0):
            raise _Otherwise
        if self._word() not in (",", "from"):
            raise _Otherwise
        ways = ways_of(shape)
        if ways is None:
            raise _Otherwise
        return Item(name, tuple(mentioned), ways, begin, self.at)

    def _handed_on(self) -> Item | None:
        """An item that is `table.column` and nothing else, as most are; None for any other."""
        at = self.at
        if at + 3 >= len(self.tokens):
            return None
        table, dot, column, after = self.tokens[at : at + 4]
        if table.token_type is not _VAR or dot.token_type is not _DOT or column.token_type is not _VAR:
            return None
        if after.token_type is not _COMMA and after.token_type is not _FROM:
            return None
        self.at = at + 3
        return _item("", ((table.text.lower(), column.text.lower()),), _HANDED_ON, at, at + 3)

    def _sources(self) -> dict[str, str]:
        """Tables by the names that columns are mentioned with, and the conditions between them, up to the query's end."""
        found: dict[str, str] = {}
        word = "from"
        while word:
            if word == "where":
                self.at += 1
                self._expression(frozenset())
                break
            while word in _JOINING and word != "join":
                self.at += 1
                word = self._word()
            if word not in ("from", "join"):
                raise _Otherwise
            self._source(found)
            if self._word() == "on":
                self.at += 1
                self._expression(_AFTER_A_CONDITION)
            word = self._word()
        return found

    def _source(self, found: dict[str, str]) -> None:
        name = table = self._plain_name(self.at + 1)
        self.at += 2
        if self._word() == "as":
            name = self._plain_name(self.at + 1)
            self.at += 2
        elif self.at < len(self.tokens) and self.tokens[self.at].token_type is _VAR:
            name = self._plain_name(self.at)
            self.at += 1
        if name in found:
            raise _Otherwise
        found[name] = table

    def _expression(self, ends: Collection[str]) -> tuple[str, dict[Mentioned, int]]:
        """The shape of an expression, up to a word that ends it, and the columns that it mentions by their numbers in it."""
        tokens, last = self.tokens, len(self.tokens)
        shape: list[str] = []
        mentioned: dict[Mentioned, int] = {}
        at, depth = self.at, 0
        while at < last:
            token = tokens[at]
            kind, word = token.token_type, token.text
            if kind is _VAR:
                following = tokens[at + 1].text if at + 1 < last else ""
                if following == "." and tokens[at + 1].token_type is _DOT:
                    name = self._name(at + 2).text
                    at += 3
                    if at < last and tokens[at].text in _GOES_ON:
                        raise _Otherwise  # a field, a method, an element
                    shape.append(placeholder(mentioned.setdefault((word.lower(), name.lower()), len(mentioned))))
                    continue
                called = following == "(" and tokens[at + 1].token_type is not _STRING
                if not (called or _types(shape, depth)) or (called and word.lower() in MAKES_ROWS):
                    raise _Otherwise
            elif kind is _NUMBER or kind is _STRING:
                word = self.text[token.start : token.end + 1]
            else:
                low = word.lower()
                if depth == 0 and low in ends:
                    break
                depth += (low == "(") - (low == ")")
                known = low in _WORDS or (low == "as" and depth > 0) or _types(shape, depth) or (low == "*" and _counts(shape))
                if depth < 0 or not known or token.end - token.start + 1 != len(word) or kind is _IDENTIFIER:
                    raise _Otherwise
            shape.append(word)
            at += 1
        if depth or not shape:
            raise _Otherwise
        self.at = at
        return " ".join(shape), mentioned

    def _word(self) -> str:
        """The word that stands next, in small letters; empty at the end, and for what is a literal or in quotes."""
        if self.at >= len(self.tokens):
            return ""
        token = self.tokens[self.at]
        if token.token_type is _STRING or token.token_type is _IDENTIFIER or token.end - token.start + 1 != len(token.text):
            raise _Otherwise
        return token.text.lower()

    def _plain_name(self, at: int) -> str:
        """A name that is no other word, in small letters."""
        if at >= len(self.tokens) or self.tokens[at].token_type is not _VAR:
            raise _Otherwise
        return self.tokens[at].text.lower()

    def _name(self, at: int) -> Token:
        """A name, as it is written without quotes."""
        token = self.tokens[at] if at < len(self.tokens) else None
        if token is None or not token.text.isidentifier() or token.end - token.start + 1 != len(token.text):
            raise _Otherwise
        kind = token.token_type
        if kind is not _VAR and kind not in _NAMES:
            raise _Otherwise
        return token


def _types(shape: Sequence[str], depth: int) -> bool:
    """Whether a type comes next: after `::`, or after AS in the parentheses of a cast."""
    return bool(shape) and (shape[-1] == "::" or (depth > 0 and shape[-1].lower() == "as"))


def _counts(shape: Sequence[str]) -> bool:
    """Whether a `*` that comes next multiplies, or is what `count(*)` counts, and stands for no columns."""
    if not shape or shape[-1] in (",", "||"):
        return False
    if shape[-1] == "(":
        return len(shape) > 1 and shape[-2].lower() == "count"
    return shape[-1] == ")" or shape[-1][0].isdigit() or shape[-1][0] == "'" or "." in shape[-1]
