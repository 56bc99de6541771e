"""What stands in a text: queries, which the gateway takes, and the commands of a session, of which clients send many.

A text is split by DuckDB's own tokeniser, so that what is taken for a query is what the gateway's parser will see. A command is
known by its first word; whatever is no command is asked of the gateway, which takes a SELECT and refuses the rest, on record.
"""

from collections.abc import Callable, Sequence

from hansa.frozen import dataclass
from hansa.gateway.postgres.troubles import WithState, not_offered
from hansa.gateway.tokens import Token, tokens_of
from hansa.gateway.tree import LONGEST
from hansa.trouble import Trouble

MOST = 1000
"""Statements in one text."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A query."""

    text: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """A text without a statement."""


@dataclass(frozen=True, slots=True)
class Begin:
    tag: str


@dataclass(frozen=True, slots=True)
class End:
    """The end of a transaction; `commits` when what was done in it should last."""

    commits: bool


@dataclass(frozen=True, slots=True)
class Assign:
    """Sets a setting for the session; None gives it its default back. A name of `all` is all of them."""

    name: str
    value: str | None
    tag: str = "SET"


@dataclass(frozen=True, slots=True)
class Show:
    name: str


@dataclass(frozen=True, slots=True)
class Forget:
    """Prepared statements that are not needed any more; an empty name is all of them."""

    name: str


@dataclass(frozen=True, slots=True)
class Tagged:
    """A command that has nothing to do here, and is answered as if it had. `mends` a failed transaction, as going back does."""

    tag: str
    mends: bool = False


Statement = Ask | Nothing | Begin | End | Assign | Show | Forget | Tagged

_Words = tuple[str, ...]


def statements_of(text: str) -> list[Statement]:
    """The statements of a text, in their order. Raises TroubleError for a command that is not known."""
    if len(text) > LONGEST or "\0" in text:
        return [Ask(text)]  # the gateway says what is wrong with it
    data = text.encode(errors="replace")
    found: list[Statement] = []
    start, begun = 0, list[Token]()
    for token in tokens_of(text):
        if token.text == ";" and token.kind == "operator":
            if begun:
                found.append(_statement(data[start : token.start].decode(errors="replace"), begun))
            start, begun = token.stop, []
        else:
            begun.append(token)
        if len(found) > MOST:
            raise WithState(
                "54000", Trouble("H702", f"more than {MOST} statements at once", mend="send them one after the other")
            )
    if begun:
        found.append(_statement(data[start:].decode(errors="replace"), begun))
    return found or [Nothing()]


def _statement(text: str, tokens: Sequence[Token]) -> Statement:
    words = tuple(token.text.upper() for token in tokens[:6])
    made = _COMMANDS.get(words[0])
    return made(words, tokens) if made is not None else Ask(text)


def _begin(words: _Words, _: Sequence[Token]) -> Statement:
    return Begin("START TRANSACTION" if words[0] == "START" else "BEGIN")


def _rollback(words: _Words, _: Sequence[Token]) -> Statement:
    return Tagged("ROLLBACK", mends=True) if "TO" in words else End(commits=False)


def _set(words: _Words, tokens: Sequence[Token]) -> Statement:
    rest = list(tokens[1:])
    if rest and words[1] in ("SESSION", "LOCAL") and len(rest) > 1 and words[2] not in ("=", "TO"):
        rest = rest[1:]
    named = [token.text.upper() for token in rest]
    if named[:1] == ["CHARACTERISTICS"] or named[:1] == ["TRANSACTION"]:
        return Tagged("SET")  # whatever it asks for, nothing is written, and each query reads at one moment
    if named[:2] == ["TIME", "ZONE"]:
        return Assign("timezone", _value(rest[2:]))
    if named[:1] == ["NAMES"]:
        return Assign("client_encoding", _value(rest[1:]))
    at = next((n for n, word in enumerate(named) if word in ("=", "TO")), 0)
    if not at or at + 1 >= len(rest):
        raise WithState("42601", Trouble("H701", "a setting is set as in SET name = value"))
    return Assign(_name(rest[:at]), _value(rest[at + 1 :]))


def _reset(_: _Words, tokens: Sequence[Token]) -> Statement:
    return Assign(_name(tokens[1:]), None, "RESET")


def _show(words: _Words, tokens: Sequence[Token]) -> Statement:
    if words[1:] == ("TRANSACTION", "ISOLATION", "LEVEL"):
        return Show("transaction_isolation")
    if words[1:] == ("TIME", "ZONE"):
        return Show("timezone")
    return Show(_name(tokens[1:]))


def _discard(words: _Words, _: Sequence[Token]) -> Statement:
    return Forget("") if words[1:2] != ("ALL",) else Assign("all", None, "DISCARD ALL")


def _deallocate(words: _Words, tokens: Sequence[Token]) -> Statement:
    name = tokens[2:] if words[1:2] == ("PREPARE",) else tokens[1:]
    return Forget("" if [t.text.upper() for t in name] == ["ALL"] else _plain(name[0]) if name else "")


def _refused(what: str) -> Callable[[_Words, Sequence[Token]], Statement]:
    def refuse(_: _Words, __: Sequence[Token]) -> Statement:
        raise not_offered(what)

    return refuse


def _name(tokens: Sequence[Token]) -> str:
    return "".join(_plain(token) for token in tokens).lower()


def _value(tokens: Sequence[Token]) -> str | None:
    """The value of a setting; None for DEFAULT."""
    if [token.text.upper() for token in tokens] == ["DEFAULT"]:
        return None
    return "".join(f"{_plain(token)} " if token.text == "," else _plain(token) for token in tokens)


def _plain(token: Token) -> str:
    """A word or text without its quotes."""
    text = token.text
    for quote in ("'", '"'):
        if len(text) > 1 and text[0] == text[-1] == quote:
            return text[1:-1].replace(quote * 2, quote)
    return text


_COMMANDS: dict[str, Callable[[_Words, Sequence[Token]], Statement]] = {
    "BEGIN": _begin,
    "START": _begin,
    "COMMIT": lambda *_: End(commits=True),
    "END": lambda *_: End(commits=True),
    "ROLLBACK": _rollback,
    "ABORT": lambda *_: End(commits=False),
    "SAVEPOINT": lambda *_: Tagged("SAVEPOINT"),
    "RELEASE": lambda *_: Tagged("RELEASE"),
    "SET": _set,
    "RESET": _reset,
    "SHOW": _show,
    "DISCARD": _discard,
    "DEALLOCATE": _deallocate,
    "CLOSE": lambda *_: Tagged("CLOSE CURSOR ALL"),
    "UNLISTEN": lambda *_: Tagged("UNLISTEN"),
    "COPY": _refused("COPY"),
    "DECLARE": _refused("cursors of SQL"),
    "FETCH": _refused("cursors of SQL"),
    "MOVE": _refused("cursors of SQL"),
    "LISTEN": _refused("LISTEN"),
    "NOTIFY": _refused("NOTIFY"),
    "PREPARE": _refused("PREPARE"),
    "EXECUTE": _refused("EXECUTE"),
}
