"""A statement as it is recorded: its text without literals and comments, and a fingerprint of that."""

import duckdb

from hansa.model.fingerprint import fingerprint

_LONGEST = 4_000


def without_literals(text: str) -> str:
    """The text in one line, each literal a `?`; of what is no SQL, nothing is kept."""
    try:
        tokens = [(start, kind.name) for start, kind in duckdb.tokenize(text)]
    except Exception:  # noqa: BLE001 - a text that cannot even be split has no statement to record
        return ""
    data = text.encode()
    words = []
    for number, (start, kind) in enumerate(tokens):
        stop = tokens[number + 1][0] if number + 1 < len(tokens) else len(data)
        word = data[start:stop].decode(errors="replace").strip()
        # DuckDB counts the point of a name among the numbers; a quote that is never closed begins a literal all the same.
        if "'" in word or (kind in ("string_const", "numeric_const") and word != "."):
            words.append("?")
        elif kind != "comment":
            words.append(word)
    return " ".join(words)[:_LONGEST]


def statement_fingerprint(statement: str) -> str:
    """The same for statements that differ in literals, white space and comments alone."""
    return str(fingerprint(statement)) if statement else ""
