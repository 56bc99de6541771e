"""Lineage as far as one viewer may know it: what lies behind something that is hidden is not reached through it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from hansa.catalog import Link, Subject
from hansa.names import ColumnName, PortMajor, ProductName, SourceColumn, SourceName
from hansa.server.sight.sight import Sight


def knows(sight: Sight, end: Subject) -> bool:
    """Whether the viewer may be told of an end of a link. A source is known by what reads it, which is asked of the other end."""
    match end:
        case ProductName():
            return sight.discovers(end)
        case PortMajor():
            return sight.described(end) and sight.described(end.name.of_product)
        case ColumnName():
            return sight.described(end.port.at(end.major or 0)) and sight.described(end.port.of_product)
        case SourceName() | SourceColumn():
            return True


def reached(sight: Sight, start: Subject, links: Iterable[Link], *, forward: bool) -> Iterator[tuple[Link, int]]:
    """The links that lead on from the start over ends that are known, nearest first, each with how many steps away it is."""
    leading: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        near, far = (link.source, link.target) if forward else (link.target, link.source)
        if knows(sight, near) and knows(sight, far):
            for name in dict.fromkeys((str(near), _all_of(near))):
                leading[name].append(link)
    seen, wave, steps = {str(start)}, [str(start), _all_of(start)], 0
    told: dict[Link, None] = {}
    while wave:
        steps += 1
        found = [link for name in dict.fromkeys(wave) for link in leading.get(name, ())]
        yield from ((link, steps) for link in dict.fromkeys(found) if link not in told)
        told |= dict.fromkeys(found)
        ends = dict.fromkeys(link.target if forward else link.source for link in found)
        wave = [name for end in ends if str(end) not in seen for name in (str(end), _all_of(end))]
        seen |= {str(end) for end in ends}


def _all_of(end: Subject) -> str:
    """A column may be led on from under the name of all columns of its port."""
    return f"{end.port.at(end.major or 0)}#*" if isinstance(end, ColumnName) else str(end)
