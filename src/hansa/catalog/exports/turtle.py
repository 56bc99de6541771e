"""Resources as Turtle (W3C Recommendation of 2014), written one by one."""

import re
from collections.abc import Iterable, Iterator
from typing import assert_never

from hansa.catalog.exports.graph import Iri, Literal, Resource, Value, Word
from hansa.catalog.exports.vocabulary import PREFIXES

# Quotes, backslashes and line breaks may not stand in a literal; other control signs may, but tear a terminal or a diff.
_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f-\x9f\u2028\u2029]')
_NAMED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def turtle(resources: Iterable[Resource]) -> Iterator[str]:
    """The pieces of a document: its prefixes, then a block for each resource."""
    yield "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    for each in resources:
        lines = [f"a {', '.join(t.text for t in each.types)}"]
        lines += [f"{name} {', '.join(map(_term, values))}" for name, values in each.facts]
        yield f"\n{_term(each.iri)} " + " ;\n    ".join(lines) + " .\n"


def _term(value: Value) -> str:
    match value:
        case Iri(text):
            return f"<{text}>"
        case Word(text):
            return text
        case Literal(text, of):
            quoted = '"' + _ESCAPED.sub(lambda m: _NAMED.get(m[0], f"\\u{ord(m[0]):04X}"), text) + '"'
            return quoted if of is None else f"{quoted}^^{of.text}"
        case _:
            assert_never(value)
