"""The placeholders of SQL rules: `{object}` and `{property}` of ODCS, and the older `${table}`, `{model}`, `{column}`."""

import re

from hansa.model import quoted
from hansa.trouble import Place, Trouble, did_you_mean, one_of

TABLE_WORDS = frozenset({"object", "table", "model"})
COLUMN_WORDS = frozenset({"property", "column", "field"})
# Texts and comments are passed over; a placeholder may stand bare or within double quotes.
_TOKEN = re.compile(
    r"(?P<kept>'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/)|(?P<quote>\"?)\$?\{\s*(?P<word>[A-Za-z_]\w*)\s*\}(?P=quote)", re.DOTALL
)


def filled(query: str, table: str, column: str, place: Place | None = None) -> str | Trouble:
    """The query with table and column put in as quoted identifiers, or the trouble of a placeholder that nobody knows."""
    known = TABLE_WORDS | (COLUMN_WORDS if column else frozenset())
    words = [m["word"] for m in _TOKEN.finditer(query) if m["word"]]
    unknown = [word for word in words if word.lower() not in known]
    if unknown:
        return _unknown(unknown[0], known, place)

    def put_in(match: re.Match[str]) -> str:
        if match["kept"]:
            return match["kept"]
        return quoted(table if match["word"].lower() in TABLE_WORDS else column)

    return _TOKEN.sub(put_in, query)


def _unknown(word: str, known: frozenset[str], place: Place | None) -> Trouble:
    at_table = word.lower() in COLUMN_WORDS
    why = "names a column, and the rule stands at the table" if at_table else "is not known"
    near = did_you_mean(word, known)
    mend = (near + " " if near and not at_table else "") + f"known here: {one_of('{' + k + '}' for k in known)}"
    return Trouble("H380", f"the placeholder {{{word}}} of an SQL rule {why}", (place,) if place else (), mend)
