"""Resources as JSON-LD 1.1 (W3C Recommendation of 2020), written one by one: a context, and a flat graph.

The context stands in the document and is fetched from nowhere, so it says the same to everybody, without a network.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from hansa.catalog.exports.graph import Iri, Literal, Resource, Value, Word
from hansa.catalog.exports.vocabulary import PREFIXES


def json_ld(resources: Iterable[Resource], short: Mapping[str, str] | None = None) -> Iterator[str]:
    """The pieces of a document. `short` are short names for prefixed ones; with them `@id` and `@type` are `id` and `type`."""
    names = dict(short or {})
    context: dict[str, object] = dict(PREFIXES)
    if names:
        context |= {"id": "@id", "type": "@type"} | {name: word for word, name in sorted(names.items(), key=lambda n: n[1])}
    yield f'{{\n"@context": {written(context)},\n"@graph": ['
    before = "\n"
    for each in resources:
        yield before + written(_node(each, names))
        before = ",\n"
    yield "\n]\n}\n"


def written(value: object) -> str:
    """JSON on one line, which ends no script element of a page that it is put into."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _node(each: Resource, names: Mapping[str, str]) -> dict[str, object]:
    the_id, the_type = ("id", "type") if names else ("@id", "@type")
    types = [names.get(t.text, t.text) for t in each.types]
    node: dict[str, object] = {the_id: each.iri.text, the_type: types[0] if len(types) == 1 else types}
    for name, values in each.facts:
        said = [_value(v, the_id) for v in values]
        node[names.get(name, name)] = said[0] if len(said) == 1 else said
    return node


def _value(value: Value, the_id: str) -> object:
    match value:
        case Iri(text) | Word(text):
            return {the_id: text}
        case Literal(text, of):
            return text if of is None else {"@value": text, "@type": of.text}
        case _:
            assert_never(value)
