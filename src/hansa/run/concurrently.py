"""The ports of one product beside each other: one large port must not keep the others, and a whole machine, waiting."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def concurrently(work: Callable[[Item], Result], items: Sequence[Item], at_once: int) -> list[Result]:
    """The results in the order of the items. The first failure, in that order, is raised once nothing is under way any more."""
    if at_once <= 1 or len(items) <= 1:
        return [work(item) for item in items]
    with ThreadPoolExecutor(max_workers=min(at_once, len(items)), thread_name_prefix="hansa-port") as pool:
        return list(pool.map(work, items))
