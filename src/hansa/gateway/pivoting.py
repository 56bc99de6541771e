"""PIVOT without a list of values: DuckDB makes two statements of it, which no tree can hold.

`PIVOT t ON x USING sum(y)` first asks for the values of `x`. Here the text gets a marker, `ON x IN ('…')`, so that DuckDB's
parser gives a tree; the gateway asks for the values itself, over the governed tables, and puts them where the marker stands.
"""

from collections.abc import Callable

from hansa.gateway.tokens import tokens_of

MARKER = "hansa: the values of this pivot"

_ENDS = frozenset({"using", "group", "order", "limit", "offset", "union", "except", "intersect", "join", "where", "qualify"})


def with_markers(text: str, parses: Callable[[str], bool]) -> str:
    """A text whose pivots all have a list of values: those without one have the marker. As it was, when that is not found."""
    data = text.encode()
    inserts = _candidates(data)
    marked = data
    # From the end, so that the offsets before stay right.
    for at in reversed(inserts):
        marked = marked[:at] + f" IN ('{MARKER}') ".encode() + marked[at:]
    result = marked.decode()
    return result if inserts and parses(result) else text


def _candidates(data: bytes) -> list[int]:
    """Byte offsets behind the expressions of ON in PIVOTs that have no IN of their own."""
    found: list[int] = []
    pivots: list[_Pivot] = []
    depth = 0
    end = 0
    for word, _, stop in _words(data):
        if pivots and pivots[-1].on and depth == pivots[-1].depth and (word in _ENDS or word in (",", ")", ";")):
            if not pivots[-1].listed:
                found.append(end)
            pivots[-1].listed = False
            if word != ",":
                pivots.pop()
        if word in ("(", "[", "{"):
            depth += 1
        elif word in (")", "]", "}"):
            depth -= 1
            while pivots and pivots[-1].depth > depth:
                pivots.pop()
        elif word in ("pivot", "pivot_wider"):
            pivots.append(_Pivot(depth))
        elif pivots and depth == pivots[-1].depth and word == "on" and not pivots[-1].on:
            pivots[-1].on = True
        elif pivots and depth == pivots[-1].depth and word == "in":
            pivots[-1].listed = True
        end = stop
    if pivots and pivots[-1].on and not pivots[-1].listed and depth == pivots[-1].depth:
        found.append(end)
    return found


class _Pivot:
    """A PIVOT that is being read: the depth of brackets it stands at, and whether its ON, and an IN, were seen."""

    __slots__ = ("depth", "listed", "on")

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.on = False
        self.listed = False


def _words(data: bytes) -> list[tuple[str, int, int]]:
    """The tokens of a text in lower case with their places; what is quoted is some value."""
    return [
        ("value" if t.kind == "string_const" or t.text.startswith('"') else t.text.lower(), t.start, t.stop)
        for t in tokens_of(data.decode())
    ]
