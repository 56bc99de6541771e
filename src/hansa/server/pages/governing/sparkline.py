"""A line of few numbers, drawn small, with the numbers as text for whoever does not see it."""

import datetime as dt
from collections.abc import Sequence

from hansa.frozen import dataclass

WIDTH, HEIGHT, PAD = 96, 24, 3


@dataclass(frozen=True, slots=True)
class Sparkline:
    """`points` are for an SVG of 96 by 24; `told` says the same in words. `last` is where the line ends."""

    points: str
    last: tuple[float, float]
    told: str
    trend: str


def sparkline(shares: Sequence[tuple[dt.datetime, float]]) -> Sparkline | None:
    """Shares between 0 and 1, oldest first; None for fewer than two, which are no line."""
    if len(shares) < 2:
        return None
    step = (WIDTH - 2 * PAD) / (len(shares) - 1)
    found = [(round(PAD + i * step, 1), round(PAD + (1 - share) * (HEIGHT - 2 * PAD), 1)) for i, (_, share) in enumerate(shares)]
    told = ", ".join(f"{share:.0%} on {at:%Y-%m-%d %H:%M}" for at, share in shares)
    change = shares[-1][1] - shares[0][1]
    trend = "as before" if abs(change) < 0.005 else f"{abs(change) * 100:.0f} points {'up' if change > 0 else 'down'}"
    return Sparkline(" ".join(f"{x},{y}" for x, y in found), found[-1], told, trend)
