"""The form of a text that proves something, the same for tokens and sessions: `<prefix><id>_<secret><checksum>`.

The id is public. The secret has 256 bits from the system's source of randomness. The checksum, over all before it as in the
tokens of code forges, lets scanners find a text that leaked, and tells a mistyped one from a wrong one without asking anybody.
"""

import re
import secrets
import zlib

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ID = 12
_SECRET = 43  # digits of base 62 hold 256 bits
_CHECKSUM = 6
_FORM = re.compile(rf"([0-9A-Za-z]{{{_ID}}})_([0-9A-Za-z]{{{_SECRET}}})([0-9A-Za-z]{{{_CHECKSUM}}})", re.ASCII)


def drawn() -> tuple[str, str]:
    """A new id and a new secret."""
    return _random(_ID), _random(_SECRET)


def written(prefix: str, id_: str, secret: str) -> str:
    """The text that whoever holds it presents."""
    body = f"{prefix}{id_}_{secret}"
    return body + _checksum(body)


def parts(prefix: str, text: str) -> tuple[str, str] | None:
    """The id and the secret of a text; None when it is none of this prefix, or was mistyped."""
    found = _FORM.fullmatch(text, len(prefix)) if text.startswith(prefix) else None
    if found is None or _checksum(text[:-_CHECKSUM]) != found[3]:
        return None
    return found[1], found[2]


def _random(digits: int) -> str:
    return "".join(secrets.choice(_DIGITS) for _ in range(digits))


def _checksum(body: str) -> str:
    value, digits = zlib.crc32(body.encode()), ""
    for _ in range(_CHECKSUM):
        value, digit = divmod(value, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits
