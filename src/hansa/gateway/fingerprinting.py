"""A statement as it is recorded: its text without literals and comments, and a fingerprint of that."""

from functools import lru_cache

from hansa.gateway.tokens import tokens_of
from hansa.model.fingerprint import fingerprint

_LONGEST = 4_000
_LITERALS = frozenset({"string_const", "numeric_const"})


def without_literals(text: str) -> str:
    """The text in one line, each literal a `?`; of what is no SQL, nothing is kept."""
    return _split_once(text) if len(text) <= _LONGEST else _split(text)


def _split(text: str) -> str:
    try:
        tokens = list(tokens_of(text))
    except Exception:  # noqa: BLE001 - a text that cannot even be split has no statement to record
        return ""
    # DuckDB counts the point of a name among the numbers; a quote that is never closed begins a literal all the same.
    words = ("?" if "'" in t.text or (t.kind in _LITERALS and t.text != ".") else t.text for t in tokens)
    return " ".join(words)[:_LONGEST]


_split_once = lru_cache(maxsize=512)(_split)
"""Applications ask few texts again and again; long ones are not kept, so that nobody fills the memory with them."""


@lru_cache(maxsize=512)
def statement_fingerprint(statement: str) -> str:
    """The same for statements that differ in literals, white space and comments alone."""
    return str(fingerprint(statement)) if statement else ""
