"""Filters of a port's data: one SQL predicate over its columns.

Safety does not rest on this: the whole query goes through the gateway, which governs whatever stands in it. It is looked at so
that a filter stays a filter, and pages and entity tags are about the port that the address names.
"""

import re

from hansa.trouble import Trouble, TroubleError

MOST = 20_000  # characters
_TOKEN = re.compile(
    r"""(?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*")|(?P<open>[(\[{])|(?P<close>[)\]}])
      |(?P<odd>--|/\*|;|\$\w*\$|'|")|(?P<word>[^\W\d]\w*)|.""",
    re.VERBOSE | re.DOTALL,
)
_PAIRS = {")": "(", "]": "[", "}": "{"}
_OTHER = frozenset({"select", "from", "with", "union", "table", "values", "pivot", "unpivot", "summarize", "describe"})


def predicate(text: str) -> str:
    """A filter as it is put behind WHERE. Raises TroubleError for what is more than one predicate."""
    if len(text) > MOST:
        raise _wrong(f"the filter has more than {MOST:,} characters")
    open_: list[str] = []
    for token in _TOKEN.finditer(text):
        match token.lastgroup:
            case "open":
                open_.append(token[0])
            case "close" if not open_ or open_.pop() != _PAIRS[token[0]]:
                raise _wrong(f"`{token[0]}` closes what was not opened")
            case "odd":
                raise _wrong(f"`{token[0]}` has no place in a filter")
            case "word" if token[0].lower() in _OTHER and not _is_function_word(text, token):
                raise _wrong(f"`{token[0]}` begins another query")
            case _:
                pass
    if open_ or not text.strip():
        raise _wrong(f"`{open_[-1]}` is not closed" if open_ else "the filter is empty")
    return f"({text})"


def _is_function_word(text: str, token: "re.Match[str]") -> bool:
    """`a IS DISTINCT FROM b` and `extract(year FROM day)`, `trim(x FROM y)`, are predicates with a FROM."""
    return token[0].lower() == "from" and bool(
        re.search(
            r"(\bdistinct|\b(extract|trim|substring|position|overlay)\s*\([^()]*)\s*$", text[: token.start()], re.IGNORECASE
        )
    )


def _wrong(summary: str) -> TroubleError:
    mend = "filter by the port's columns, as in `where=born >= DATE '1990-01-01'`; POST /api/v1/query answers whole queries"
    return TroubleError(Trouble("H744", summary, mend=mend))
