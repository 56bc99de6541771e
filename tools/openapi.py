"""What changed between two descriptions of the HTTP API, as far as it breaks those who call it.

A change breaks a caller when something that worked is refused, or something that was there is gone: a path, a method, a field of
an answer, a value of a parameter, a form of an answer; a parameter or a field of a body has to be there now; a type is narrower.
What is only added breaks nobody.
"""

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]
_NARROWING = ("maxLength", "maximum", "exclusiveMaximum", "maxItems")
_RAISING = ("minLength", "minimum", "exclusiveMinimum", "minItems")
_DEEPEST = 40


def breaking_changes(old: Document, new: Document) -> list[str]:
    """Every change that breaks a caller, in words that name it."""
    return list(dict.fromkeys(_paths(old, new)))


def _paths(old: Document, new: Document) -> Iterator[str]:
    for path, operations in old["paths"].items():
        if path not in new["paths"]:
            yield f"{path} is gone"
            continue
        for method, operation in operations.items():
            where = f"{method.upper()} {path}"
            if method not in new["paths"][path]:
                yield f"{where} is gone"
                continue
            yield from _operation(where, operation, new["paths"][path][method], old, new)


def _operation(where: str, before: Document, after: Document, old: Document, new: Document) -> Iterator[str]:
    yield from _parameters(where, before, after, old, new)
    yield from _body(where, before.get("requestBody", {}), after.get("requestBody", {}), old, new)
    for status, said in before["responses"].items():
        now = after["responses"].get(status)
        if now is None:
            if status.startswith("2"):
                yield f"{where}: the answer {status} is gone"
            continue
        for media_type, form in said.get("content", {}).items():
            if media_type not in now.get("content", {}):
                yield f"{where}: {status} is no longer given as {media_type}"
                continue
            given = now["content"][media_type].get("schema", {})
            yield from _answer(f"{where}: {status}", form.get("schema", {}), given, old, new, 0)


def _parameters(where: str, before: Document, after: Document, old: Document, new: Document) -> Iterator[str]:
    had = {(p["in"], p["name"]): p for p in before.get("parameters", ())}
    has = {(p["in"], p["name"]): p for p in after.get("parameters", ())}
    for key, parameter in had.items():
        if key not in has:
            yield f"{where}: the parameter `{key[1]}` is gone"
            continue
        if has[key].get("required") and not parameter.get("required"):
            yield f"{where}: the parameter `{key[1]}` has to be there now"
        yield from _taken(f"{where}: `{key[1]}`", parameter.get("schema", {}), has[key].get("schema", {}), old, new, 0)
    for key, parameter in has.items():
        if key not in had and parameter.get("required"):
            yield f"{where}: there is a new parameter `{key[1]}`, which has to be there"


def _body(where: str, before: Document, after: Document, old: Document, new: Document) -> Iterator[str]:
    if after.get("required") and not before.get("required"):
        yield f"{where}: a body has to be there now"
    for media_type, form in before.get("content", {}).items():
        if media_type not in after.get("content", {}):
            yield f"{where}: a body is no longer taken as {media_type}"
            continue
        taken = after["content"][media_type].get("schema", {})
        yield from _taken(f"{where}: the body", form.get("schema", {}), taken, old, new, 0)


def _taken(where: str, before: Any, after: Any, old: Document, new: Document, deep: int) -> Iterator[str]:
    """What a caller sends: whatever was taken has to be taken still."""
    before, after = _resolved(before, old), _resolved(after, new)
    if deep > _DEEPEST or not after:
        return
    gone = _types(before, old) - _types(after, new)
    if _types(after, new) and (gone or not _types(before, old)):
        yield f"{where} no longer takes {', '.join(sorted(gone)) or 'just anything'}"
    yield from _values(where, before, after)
    for word in _NARROWING:
        if word in after and after[word] < before.get(word, float("inf")):
            yield f"{where}: `{word}` is {after[word]} now"
    for word in _RAISING:
        if word in after and after[word] > before.get(word, float("-inf")):
            yield f"{where}: `{word}` is {after[word]} now"
    for name in after.get("required", ()):
        if name not in before.get("required", ()):
            yield f"{where}: `{name}` has to be there now"
    for name, part in before.get("properties", {}).items():
        if name in after.get("properties", {}):
            yield from _taken(f"{where}.{name}", part, after["properties"][name], old, new, deep + 1)
        elif after.get("additionalProperties") is False:
            yield f"{where}: `{name}` is no longer taken"
    if "items" in before and "items" in after:
        yield from _taken(f"{where}[]", before["items"], after["items"], old, new, deep + 1)


def _values(where: str, before: Document, after: Document) -> Iterator[str]:
    if "enum" not in after:
        return
    if "enum" not in before:
        yield f"{where} no longer takes every value"
    elif lost := set(map(str, before["enum"])) - set(map(str, after["enum"])):
        yield f"{where} no longer takes the value {', '.join(sorted(lost))}"


def _answer(where: str, before: Any, after: Any, old: Document, new: Document, deep: int) -> Iterator[str]:
    """What a caller gets: whatever was there has to be there still, and be nothing else."""
    if _nullable(after) and before and not _nullable(before):
        yield f"{where} may be null now"
    before, after = _resolved(before, old), _resolved(after, new)
    if deep > _DEEPEST or not before:
        return
    had, has = _types(before, old), _types(after, new)
    if had and (not has or has - had):
        yield f"{where} may be {', '.join(sorted(has - had)) or 'anything'} now, and was {', '.join(sorted(had))}"
    for name, part in before.get("properties", {}).items():
        if name not in after.get("properties", {}):
            yield f"{where}: the field `{name}` is gone"
            continue
        if name in before.get("required", ()) and name not in after.get("required", ()):
            yield f"{where}: the field `{name}` may be missing now"
        yield from _answer(f"{where}.{name}", part, after["properties"][name], old, new, deep + 1)
    lost = set(map(str, before.get("enum", ()))) - set(map(str, after.get("enum", ())))
    if lost and "enum" in after:
        yield f"{where}: the value {', '.join(sorted(lost))} is gone"
    for part in ("items", "additionalProperties"):
        if isinstance(before.get(part), dict) and isinstance(after.get(part), dict):
            yield from _answer(f"{where}[]", before[part], after[part], old, new, deep + 1)


def _resolved(schema: Any, document: Document) -> Document:
    """A schema with its reference followed; a choice with null is the other choice."""
    for _ in range(_DEEPEST):
        if not isinstance(schema, dict):
            return {}
        if "$ref" in schema:
            found: Any = document
            for word in schema["$ref"].removeprefix("#/").split("/"):
                found = found.get(word, {}) if isinstance(found, dict) else {}
            schema = found
            continue
        choices = [c for c in schema.get("anyOf", ()) if c.get("type") != "null"]
        if len(choices) != 1:
            return schema
        schema = choices[0]
    return {}


def _nullable(schema: Any) -> bool:
    return isinstance(schema, dict) and any(c.get("type") == "null" for c in schema.get("anyOf", ()))


def _types(schema: Document, document: Document) -> frozenset[str]:
    if "anyOf" in schema:
        return frozenset(t for choice in schema["anyOf"] for t in _types(_resolved(choice, document), document))
    said = schema.get("type")
    if said is None:
        return frozenset()
    return frozenset([said] if isinstance(said, str) else said)
