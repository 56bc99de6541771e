"""Check digits: the arithmetic by which numbers that people type are told from numbers that only look like them."""

from collections.abc import Iterable

_VERHOEFF_PRODUCT = tuple(
    tuple((b + a) % 5 + 5 * (b >= 5) if a < 5 else (a - b) % 5 + 5 * (b < 5) for b in range(10)) for a in range(10)
)
_VERHOEFF_STEP = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def digits_of(text: str) -> list[int]:
    return [int(c) for c in text if c.isascii() and c.isdigit()]


def luhn(digits: list[int]) -> bool:
    """ISO/IEC 7812-1, annex B: cards, Swedish numbers."""
    doubled = (2 * d - 9 * (d > 4) for d in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def verhoeff(digits: list[int]) -> bool:
    """Verhoeff's dihedral check (1969): finds every swap of neighbours. Aadhaar."""
    check, steps = 0, list(range(10))
    for digit in reversed(digits):
        check = _VERHOEFF_PRODUCT[check][steps[digit]]
        steps = [_VERHOEFF_STEP[s] for s in steps]
    return check == 0


def mod_11_10(digits: list[int]) -> bool:
    """ISO 7064, MOD 11,10: the German tax number."""
    product = 10
    for digit in digits[:-1]:
        product = ((digit + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == digits[-1]


def weighted(digits: Iterable[int], weights: Iterable[int]) -> int:
    return sum(d * w for d, w in zip(digits, weights, strict=True))
