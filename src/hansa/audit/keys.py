"""Keys as one value that compares as the key does, for telling whether rows stand in its order."""

from collections.abc import Sequence

from hansa.audit.footers import Footers
from hansa.model import quoted

_ROOM = 2**62


def ordered_key(columns: Sequence[str], footers: Footers) -> str | None:
    """An SQL integer that orders rows as the key does, or None when the key has nulls, no integers or needs over 62 bits.

    Each column's least value is taken off and the next one is shifted in by its spread: the footers' bounds make that exact.
    """
    packed, room = "", 1
    for column in columns:
        facts = footers.of(column)
        if facts.nulls != 0 or type(facts.least) is not int or type(facts.greatest) is not int:
            return None
        spread = facts.greatest - facts.least + 1
        room *= spread
        if room > _ROOM or facts.least <= -_ROOM or facts.greatest >= _ROOM:
            return None
        part = f"(CAST({quoted(column)} AS BIGINT) - ({facts.least}))"
        packed = f"({packed} * {spread} + {part})" if packed else part
    return packed or None
