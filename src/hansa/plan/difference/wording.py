"""How a change is called: its path, and one sentence for people."""

import difflib
import json
import re
from collections.abc import Iterable

from hansa.declare.odcs import SchemaObject, SchemaProperty
from hansa.model import ChangeKind
from hansa.plan.difference import stored
from hansa.plan.difference.normal import Data
from hansa.plan.difference.rules import Rule
from hansa.plan.difference.walk import Finding

_PLAIN = re.compile(r"[\w$-]+")
MOST_SHOWN = 60


def path(steps: Iterable[str]) -> str:
    """Names joined by dots; one that holds more than letters, digits, `_`, `-` and `$` stands in double quotes, as in JSON."""
    return ".".join(step if _PLAIN.fullmatch(step) else json.dumps(step, ensure_ascii=False) for step in steps)


def shown(value: object) -> str:
    """A value for people: texts as they are, nothing as `–`, an entry of a list by its names, all of it shortened."""
    match value:
        case None:
            return "–"
        case str():
            text = " ".join(value.split())
        case dict() if any(name in value for name in ("name", "value")):
            text = str(value.get("name", value.get("value")))
        case _:
            text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"


def summary(found: Finding, rule: Rule) -> str:
    """What changed and what that means, in one sentence."""
    what = _what(found)
    if found.kind is ChangeKind.CHANGE:
        said = f"{what} {shown(found.before)} → {shown(found.after)}"
        said = f"{what} is renamed to `{found.after}`" if found.key == "name" and rule.breaking else said
        return f"{said}: {rule.said}" if rule.said else said
    if rule.said.startswith("is "):
        return f"{what} {rule.said}{_maybe_renamed(found)}"
    verb = "is new" if found.kind is ChangeKind.ADD else "is removed"
    value = found.after if found.kind is ChangeKind.ADD else found.before
    if found.entry is None and value != found.steps[-1]:
        verb += f" ({shown(value)})"
    return f"{what} {verb}: {rule.said}" if rule.said else f"{what} {verb}"


def _what(found: Finding) -> str:
    """`orders.amount` for a column, `orders.amount` physicalType for something about it, else the path."""
    if found.entry is SchemaObject:
        return f"table `{found.steps[-1]}`"
    named = [p for p in found.around if p.record in (SchemaObject, SchemaProperty) and p.before.get("name")]
    name = ".".join(str(p.before["name"]) for p in named)
    if found.entry is SchemaProperty:
        return f"column `{name}.{found.steps[-1]}`"
    if not named:
        return f"`{path(found.steps)}`"
    rest = found.steps[named[-1].steps :]
    return f"`{name}`" if rest == ("name",) else f"`{name}` {path(rest)}"


def _maybe_renamed(found: Finding) -> str:
    """Without an id nobody knows; the same type at the same place under a similar name is worth a word."""
    if found.entry is not SchemaProperty:
        return ""
    gone = found.kind is ChangeKind.REMOVE
    mine = found.before if gone else found.after
    number = (found.at_before if gone else found.at_after)[-1]
    other = found.others.get(number) if isinstance(number, int) else None
    if other is None or not isinstance(mine, dict) or not _are_alike(mine, other):
        return ""
    return f"; maybe renamed {'to' if gone else 'from'} `{other.get('name')}`: an `id` on both would say so"


def _are_alike(one: Data, other: Data) -> bool:
    first, second = str(one.get("name", "")).lower(), str(other.get("name", "")).lower()
    near = first in second or second in first or difflib.SequenceMatcher(None, first, second).ratio() >= 0.5
    return near and stored.stored(one) == stored.stored(other)
