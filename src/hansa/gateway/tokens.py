"""A text as DuckDB's tokeniser splits it: for what is decided before there is a tree."""

import re
from collections.abc import Iterator

import duckdb

from hansa.frozen import dataclass

_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_QUALIFIED_STAR = re.compile(r"\.\s*\*")


@dataclass(frozen=True, slots=True)
class Token:
    """A token and its place, in bytes of the text's UTF-8 form. `kind` is DuckDB's name for it."""

    text: str
    kind: str
    start: int
    stop: int


def tokens_of(text: str) -> Iterator[Token]:
    """The tokens of a text, without comments."""
    data = text.encode()
    split = [(start, kind.name) for start, kind in duckdb.tokenize(text)]
    for number, (start, kind) in enumerate(split):
        stop = split[number + 1][0] if number + 1 < len(split) else len(data)
        raw = data[start:stop].rstrip()
        if kind != "comment":
            yield Token(raw.decode(errors="replace"), kind, start, start + len(raw))


def depth_of(text: str) -> int:
    """How deep brackets stand in brackets: DuckDB's parser takes minutes over thousands that are never closed."""
    if sum(map(text.count, _OPENING)) < 100:
        return 0
    depth = deepest = 0
    for token in tokens_of(text):
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        deepest = max(deepest, depth)
    return deepest


def with_short_stars(text: str) -> str:
    """A text with one word before each star: DuckDB's parser takes no `domain.product.*`, but `"domain.product".*`."""
    if _QUALIFIED_STAR.search(text) is None:
        return text
    tokens = list(tokens_of(text))
    data = text.encode()
    for at in range(len(tokens) - 1, 1, -1):
        if tokens[at].text != "*" or tokens[at - 1].text != ".":
            continue
        words, first = [_word(tokens[at - 2])], at - 2
        while first >= 2 and tokens[first - 1].text == ".":
            first -= 2
            words.insert(0, _word(tokens[first]))
        if len(words) > 1 and all(words):
            short = '"' + ".".join(words).replace('"', '""') + '"'
            data = data[: tokens[first].start] + short.encode() + data[tokens[at - 2].stop :]
    return data.decode()


def _word(token: Token) -> str:
    if token.text.startswith('"'):
        return token.text[1:-1].replace('""', '"')
    return token.text if token.text.isidentifier() else ""
