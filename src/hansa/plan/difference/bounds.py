"""Whether `logicalTypeOptions` let more values through than before."""

from hansa.plan.difference.normal import Data
from hansa.plan.difference.stored import Verdict
from hansa.plan.difference.walk import same

_LOWER = ("minLength", "minItems", "minProperties")
_UPPER = ("maxLength", "maxItems", "maxProperties")

Bound = tuple[object, bool]
"""A limit and whether it is itself left out."""


def compared(key: str, before: Data, after: Data) -> Verdict:
    """How the values that the option `key` lets through now lie to those before; None of an option lets all through."""
    if key in ("minimum", "exclusiveMinimum"):
        return _bounds(_bound(before, "Minimum", 1), _bound(after, "Minimum", 1), 1)
    if key in ("maximum", "exclusiveMaximum"):
        return _bounds(_bound(before, "Maximum", -1), _bound(after, "Maximum", -1), -1)
    old, new = before.get(key), after.get(key)
    if key in (*_LOWER, *_UPPER):
        return _bounds((old, False), (new, False), 1 if key in _LOWER else -1)
    if key == "multipleOf":
        return _steps(old, new)
    if key == "uniqueItems":
        return Verdict.NARROWER if new else Verdict.WIDER
    # A pattern, a format, keys that must be there: more of them is less; another one cannot be compared.
    return Verdict.NARROWER if old is None and new is not None else Verdict.WIDER


def _bound(options: Data, name: str, sign: int) -> Bound:
    """The stronger of the inclusive and the exclusive limit."""
    inclusive, exclusive = options.get(name.lower()), options.get(f"exclusive{name}")
    if inclusive is None or exclusive is None:
        return (inclusive, False) if exclusive is None else (exclusive, True)
    return (exclusive, True) if _order((inclusive, False), (exclusive, True), sign) >= 0 else (inclusive, False)


def _bounds(old: Bound, new: Bound, sign: int) -> Verdict:
    if new[0] is None:
        return Verdict.SAME if old[0] is None else Verdict.WIDER
    if old[0] is None:
        return Verdict.NARROWER
    order = _order(old, new, sign)
    return Verdict.SAME if order == 0 else Verdict.NARROWER if order > 0 else Verdict.WIDER


def _order(old: Bound, new: Bound, sign: int) -> int:
    """1 when `new` is stronger, 0 when both are equal, -1 when it is weaker or they cannot be compared."""
    (a, a_open), (b, b_open) = old, new
    if same(a, b):
        return int(b_open) - int(a_open)
    if isinstance(a, int | float) and isinstance(b, int | float):
        return 1 if (b - a) * sign > 0 else -1
    if isinstance(a, str) and isinstance(b, str) and len(a) == len(b):
        return 1 if (b > a) == (sign > 0) else -1  # dates and times as ISO 8601 writes them
    return -1


def _steps(old: object, new: object) -> Verdict:
    if old is None or new is None:
        return Verdict.NARROWER if old is None else Verdict.WIDER
    if isinstance(old, int | float) and isinstance(new, int | float) and old > 0 and new > 0:
        times = new / old
        return Verdict.NARROWER if abs(times - round(times)) < 1e-9 and round(times) >= 1 else Verdict.WIDER
    return Verdict.WIDER
