"""One SQL statement as people wrote it: parsed once, with the position of everything in it."""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import field

from sqlglot import Dialect, ParseError, Token, TokenError, TokenType, exp
from sqlglot.errors import SqlglotError

from hansa.compile.plain import PlainQuery, plain_query
from hansa.frozen import dataclass

DIALECT = "duckdb"

_VAR, _IDENTIFIER, _STRING = TokenType.VAR, TokenType.IDENTIFIER, TokenType.STRING
OPENING = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE}
CLOSING = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE}
_ITEM_ENDS = {
    *(TokenType.COMMA, TokenType.ALIAS, TokenType.FROM, TokenType.WHERE, TokenType.GROUP_BY, TokenType.ORDER_BY, TokenType.LIMIT),
    *(TokenType.UNION, TokenType.INTERSECT, TokenType.EXCEPT),
}
_ITEM_STARTS = {TokenType.SELECT, TokenType.COMMA, TokenType.DISTINCT}
# Statements that return rows and that SQLGlot does not count among the queries; `SELECT * FROM (…)` around one is the same query.
_TABLES = (exp.Pivot, exp.Values)
_NOTABLE = (exp.Table, exp.DML, exp.Placeholder, exp.Parameter)
# Words that begin a statement which SQLGlot passes on unread, with a line in the log that nobody here wants.
_UNREAD = {TokenType.COMMAND, TokenType.EXECUTE, TokenType.LOAD}


@dataclass(frozen=True, slots=True)
class SqlFault:
    """Why a text is not one query: a one-line reason and its position, both from 1."""

    reason: str
    line: int = 1
    column: int = 1
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A query: its text without a closing semicolon, and its tokens.

    `short` is its tree, which is never changed; of a `plain` query it has only the first of the items that are selected. `tables`
    are those that the tree names anywhere, and `parametrised` says whether it has placeholders: found in one walk.
    """

    text: str
    short: exp.Query
    tokens: tuple[Token, ...]
    tables: tuple[exp.Table, ...]
    parametrised: bool = False
    plain: PlainQuery | None = None
    _whole: list[exp.Query] = field(default_factory=list, repr=False, compare=False)

    @property
    def tree(self) -> exp.Query:
        """The whole tree. Of a plain query it is made when somebody asks, which is seldom: where there is something to tell."""
        if self.plain is None:
            return self.short
        if not self._whole:
            self._whole.append(self._tree_of(self.tokens))
        return self._whole[0]

    def tree_with(self, names: Collection[str]) -> exp.Query:
        """The tree with at least the selected items of some names. What it says of them is what the whole says."""
        return self.short if self.plain is None else self._tree_of(self.plain.only(self.tokens, names))

    def _tree_of(self, tokens: Sequence[Token]) -> exp.Query:
        """Should the parser refuse what is plain, nothing but the first item is known, and all others are assumed."""
        try:
            tree = _parsed(Dialect.get_or_raise(DIALECT), self.text, list(tokens))
        except SqlglotError:
            return self.short
        return tree if isinstance(tree, exp.Query) else self.short

    @property
    def canonical(self) -> str:
        """The text without comments, layout and the case of keywords: equal for queries that differ in nothing else.

        It is made of tokens rather than of SQLGlot's tree, so that no two different queries can share it.
        """
        words: list[str] = []
        for token in self.tokens:
            kind, text = token.token_type, token.text
            if kind is _VAR:
                words.append(f"VAR:{text}")
            elif kind is _IDENTIFIER:
                words.append(f"IDENTIFIER:{text}")
            else:
                words.append(f"STRING:{text}" if kind is _STRING else text.upper())
        return "\n".join(words)

    def position(self, node: exp.Expr) -> tuple[int, int]:
        """Line and column, from 1, at which a part of the tree begins; the statement's beginning when it is not known."""
        starts = list(_starts(node))
        return self.at(min(starts)) if starts else self.beginning

    def item_position(self, item: exp.Expr) -> tuple[int, int]:
        """The position of an item of a select list, with what stands before its first name: `cast(`, `case`, `-`."""
        number = self._item_begin(item)
        return self.beginning if number is None else self.at(self.tokens[number].start)

    def item_text(self, item: exp.Expr) -> str:
        """The expression of a select item as written, without its alias; empty when it is not known where it stands."""
        number = self._item_begin(item)
        if number is None:
            return ""
        depth, kept = 0, list[Token]()
        for token in (self.tokens[n] for n in range(number, len(self.tokens))):
            depth += (token.token_type in OPENING) - (token.token_type in CLOSING)
            if depth < 0 or (depth == 0 and token.token_type in _ITEM_ENDS):
                break
            kept.append(token)
        if isinstance(item, exp.Alias) and len(kept) > 1 and kept[-1].text.lower() == item.alias.lower():
            kept.pop()  # an alias without AS
        return self.text[kept[0].start : kept[-1].end + 1] if kept else ""

    def _item_begin(self, item: exp.Expr) -> int | None:
        """The number of an item's first token; None when it is not known where it stands."""
        first = min(_starts(item), default=None)
        if first is None:
            return None
        number = max(0, bisect_right(self.tokens, first, key=lambda token: token.start) - 1)
        while number and self.tokens[number - 1].token_type not in _ITEM_STARTS:
            number -= 1
        return number

    @property
    def beginning(self) -> tuple[int, int]:
        return self.at(self.tokens[0].start) if self.tokens else (1, 1)

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of an offset into the text."""
        return self.text.count("\n", 0, offset) + 1, offset - (self.text.rfind("\n", 0, offset) + 1) + 1


def read_statement(text: str) -> Statement | SqlFault:
    """Parse a text that must be exactly one query in DuckDB's dialect: SELECT, WITH, FROM or a set operation."""
    dialect = Dialect.get_or_raise(DIALECT)
    try:
        tokens = dialect.tokenize(text)
    except TokenError as error:
        return fault_of(text, error)
    ends = [t for t in tokens if t.token_type is TokenType.SEMICOLON] if ";" in text else []
    while tokens and tokens[-1].token_type is TokenType.SEMICOLON:
        text = text[: tokens.pop().start]
    if not tokens:
        return SqlFault("the file holds no query", mend="write one SELECT statement")
    inner = [e for e in ends if e.start < tokens[-1].start]
    if inner:
        after = next(t for t in tokens if t.start > inner[0].start)
        where = Statement(text, exp.Select(), (), ()).at(after.start)
        return SqlFault(
            "a model is one query, and here a second statement begins", *where, mend="keep one SELECT; use WITH for steps"
        )
    plain = plain_query(text, tokens)
    try:
        tree = _parsed(dialect, text, tokens if plain is None else plain.only(tokens))
    except RecursionError:
        return SqlFault("the query is nested too deeply", mend="split it into steps with WITH")
    except SqlglotError as error:
        return fault_of(text, error)
    if not isinstance(tree, exp.Query) or isinstance(tree, exp.Table):
        return _no_query(text, tokens[0])
    found = [node for node in tree.walk() if isinstance(node, _NOTABLE)]
    changing = next((node for node in found if isinstance(node, exp.DML)), None)
    if changing is not None:
        return _no_query(text, _first_token(changing, tokens))
    tables = tuple(node for node in found if isinstance(node, exp.Table))
    return Statement(text, tree, tuple(tokens), tables, len(tables) < len(found), plain)


def _parsed(dialect: Dialect, text: str, tokens: list[Token]) -> exp.Expr | None:
    """The tree of a statement; None for what is no query at all. What stands around a PIVOT or VALUES has no text of its own."""
    if tokens[0].token_type in _UNREAD:
        return None
    tree = dialect.parser().parse(tokens, text)[0]
    if not isinstance(tree, _TABLES):
        return tree
    begin = tokens[0].start
    before, after = (
        [Token(t.token_type, t.text, start=begin, end=begin) for t in dialect.tokenize(part)] for part in ("SELECT * FROM (", ")")
    )
    return dialect.parser().parse([*before, *tokens, *after], text)[0]


def _no_query(text: str, token: Token) -> SqlFault:
    where = Statement(text, exp.Select(), (), ()).at(token.start)
    word = token.text.upper()
    return SqlFault(f"a model is a query, not {word}", *where, mend="write a SELECT; what it returns is what is stored")


def _first_token(changing: exp.Expr, tokens: list[Token]) -> Token:
    """The word with which a change begins that stands within a query: `with gone as (delete from …)`."""
    match changing:
        case exp.Insert():
            word = TokenType.INSERT
        case exp.Update():
            word = TokenType.UPDATE
        case exp.Delete():
            word = TokenType.DELETE
        case _:
            word = TokenType.MERGE
    return next((t for t in tokens if t.token_type is word), tokens[0])


def fault_of(text: str, error: SqlglotError) -> SqlFault:
    """What SQLGlot found wrong with a text, in people's words."""
    if isinstance(error, TokenError):
        reason = "a quote or a comment is not closed, or a sign stands here that is none of SQL's"
        return SqlFault(reason, *_token_error_position(text), mend="close every quote, comment and bracket")
    if not isinstance(error, ParseError):
        return SqlFault(_first_line(str(error)))
    first = error.errors[0] if error.errors else {}
    near = str(first.get("highlight") or "").strip()[:40]
    line, end = int(first.get("line") or 1), int(first.get("col") or 1)
    # SQLGlot counts the column of a token's last character; people look at its first.
    column = max(1, end - len(near) + 1) if near and "\n" not in near else end
    mend = "look for a comma, a parenthesis or a word too many or too few before this place"
    return SqlFault(_reason(str(first.get("description") or ""), near), line, column, mend)


def _reason(description: str, near: str) -> str:
    """SQLGlot's reason in people's words: its classes and tokens mean nothing to them."""
    if description.startswith("Invalid expression") and near:
        return f"`{near}` is not expected here"
    if description.startswith("Required keyword") and near:
        return f"something is missing at `{near}`"
    plain = description.split("<Token")[0].removesuffix(" but got ").strip().rstrip(".")
    said = plain[:1].lower() + plain[1:] if plain and "<class" not in plain else "this is no SQL"
    return f"{said}, near `{near}`" if near and near not in said else said


def _token_error_position(text: str) -> tuple[int, int]:
    """The last line that holds something; SQLGlot's tokenizer does not say where a quote was left open."""
    lines = text.rstrip().split("\n")
    return len(lines), 1


def _starts(node: exp.Expr) -> Iterator[int]:
    for part in node.walk():
        start = part.meta.get("start")
        if isinstance(start, int):
            yield start


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else ""
