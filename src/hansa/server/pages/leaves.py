"""Pages of long lists: what stands on the one that is asked for, and where the next ones are."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from hansa.frozen import dataclass

Item = TypeVar("Item")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Leaf(Generic[Item]):
    """One page of a list. `before` and `after` are the addresses of those beside it, where somebody said how they are called."""

    items: Sequence[Item]
    number: int
    pages: int
    total: int
    before: str = ""
    after: str = ""

    def of(self, items: Sequence[Made]) -> "Leaf[Made]":
        """The same page, with what was made of each of its things."""
        return Leaf(items, self.number, self.pages, self.total, self.before, self.after)


def leaf(found: Sequence[Item], number: int, each: int, address: Callable[[int], str] | None = None) -> Leaf[Item]:
    """A page by its number; one that there is not is the nearest one that there is."""
    pages = max(1, -(-len(found) // each))
    number = min(max(number, 1), pages)
    before = address(number - 1) if address is not None and number > 1 else ""
    after = address(number + 1) if address is not None and number < pages else ""
    return Leaf(found[(number - 1) * each : number * each], number, pages, len(found), before, after)
