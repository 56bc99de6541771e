"""Quality rules that let no row through: for readers they are `required`, `enum` or `unique` in other words."""

import json
from collections.abc import Mapping

from hansa.plan.difference.normal import Data

_METRICS = ("nullValues", "missingValues", "invalidValues", "duplicateValues")
_NO_ERRORS = ("info", "warning", "warn", "low", "minor", "trivial")
_DESCRIBING = (
    *("id", "name", "description", "dimension", "method", "businessImpact", "schedule", "scheduler", "tags"),
    *("authoritativeDefinitions", "customProperties"),
)


def is_promise(rule: Data) -> bool:
    """Whether the rule, when it holds, keeps every single row from being what it counts."""
    if rule.get("metric") not in _METRICS or str(rule.get("severity", "")).lower() in _NO_ERRORS:
        return False
    return (
        rule.get("mustBe") == 0
        or rule.get("mustBeLessOrEqualTo") == 0
        or rule.get("mustBeLessThan") == 1
        or (rule.get("mustBeBetween") == [0, 0])
    )


def keeps(before: Data, after: Data) -> bool:
    """Whether what `before` kept from readers, if anything, is kept from them by `after` too."""
    if not is_promise(before):
        return True
    if not is_promise(after) or before.get("metric") != after.get("metric"):
        return False
    old, new = _arguments(before), _arguments(after)
    others = {k for k in (*old, *new) if k not in ("validValues", "missingValues")}
    if any(old.get(k) != new.get(k) for k in others):
        return False
    valid, missing = "validValues", "missingValues"
    return (valid not in old or (valid in new and _values(new[valid]) <= _values(old[valid]))) and (
        _values(old.get(missing)) <= _values(new.get(missing))
    )


def is_description(key: str) -> bool:
    """Whether a key of a rule changes nothing of what is measured and demanded."""
    return key in _DESCRIBING


def _arguments(rule: Data) -> Data:
    found = rule.get("arguments")
    return found if isinstance(found, Mapping) else {}


def _values(listed: object) -> frozenset[str]:
    return frozenset(json.dumps(each, default=str) for each in listed) if isinstance(listed, list) else frozenset()
