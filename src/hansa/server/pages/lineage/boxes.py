"""Which boxes the drawing has: a product or source of its own, or a group of those that are equally far, by their domain."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from hansa.frozen import dataclass
from hansa.names import ProductName, SourceName
from hansa.server.pages.leaves import leaf
from hansa.server.pages.lineage.asked import End
from hansa.server.pages.lineage.seen import Flow, Reached, least_sure

MOST = 48
"""Boxes of a drawing: with their tables they are a page of less than 100 kB."""
FEW = 14
"""So many at one distance are drawn one by one."""
PER_PAGE = 20
SOURCES = "sources"


@dataclass(frozen=True, slots=True)
class Group:
    """Some of those at one distance, by the word that opens them. Of an open one, what is not on its `page` of `pages`."""

    key: str
    domain: str
    ends: tuple[End, ...]
    page: int = 0
    pages: int = 0


Member = ProductName | SourceName | Group


@dataclass(frozen=True, slots=True)
class Stream:
    """What flows between two boxes: one flow or many."""

    source: str
    target: str
    flows: tuple[Flow, ...]

    @property
    def direct(self) -> bool:
        return any(f.direct for f in self.flows)

    @property
    def learnt(self) -> str:
        return least_sure(f.learnt for f in self.flows)


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes by key, and what flows between them."""

    members: Mapping[str, Member]
    streams: tuple[Stream, ...]
    box_of: Mapping[End, str]


def boxes(reached: Reached, singled: Mapping[End, None], open_groups: Mapping[str, int]) -> Boxes:
    """Everything that was reached, in boxes. Those singled out are drawn one by one before others, as long as there is room."""
    levels: dict[int, list[End]] = defaultdict(list)
    for end, far in reached.far.items():
        levels[far].append(end)
    most = max(2, MOST // max(len(levels), 1))
    members: dict[str, Member] = {}
    box_of: dict[End, str] = {}
    for far, ends in sorted(levels.items()):
        for member in _level(f"{'d' if far > 0 else 'u'}{abs(far)}", ends, singled, open_groups, most):
            key = member.key if isinstance(member, Group) else str(member)
            members[key] = member
            box_of |= dict.fromkeys(member.ends if isinstance(member, Group) else (member,), key)
    streams: dict[tuple[str, str], list[Flow]] = defaultdict(list)
    for flow in reached.flows.values():
        source, target = box_of[flow.source], box_of[flow.target]
        if source != target:
            streams[source, target].append(flow)
    return Boxes(members, tuple(Stream(s, t, tuple(flows)) for (s, t), flows in streams.items()), box_of)


def _level(
    word: str, ends: list[End], singled: Mapping[End, None], open_groups: Mapping[str, int], most: int
) -> Iterable[Member]:
    """Those at one distance: all when they are few, else those singled out, then the domains, each a group or open."""
    if len(ends) <= min(FEW, most):
        return sorted(ends, key=str)
    own = [e for e in ends if e in singled][:most]
    taken = set(own)
    domains: dict[str, list[End]] = defaultdict(list)
    for end in ends:
        if end not in taken:
            domains[end.domain if isinstance(end, ProductName) else SOURCES].append(end)
    found: list[Member] = []
    for domain, of_domain in sorted(domains.items()):
        key = f"{word}.{domain}"
        if key in open_groups:
            found += _opened(key, domain, of_domain, open_groups[key])
        elif len(of_domain) > 2 or len(domains) > FEW:
            found.append(Group(key, domain, tuple(of_domain)))
        else:
            found += sorted(of_domain, key=str)
    room = max(most - len(own), 2)
    if len(found) > room + PER_PAGE:
        found = list(_together(word, found, open_groups.get(word, 1), room))
    return [*own, *found]


def _opened(key: str, domain: str, ends: list[End], page: int) -> list[Member]:
    """A page of a group, with what comes before and after it in a box each."""
    ordered = sorted(ends, key=str)
    shown = leaf(ordered, page, PER_PAGE)
    start = (shown.number - 1) * PER_PAGE
    rest = (*ordered[:start], *ordered[start + PER_PAGE :])
    return [*shown.items, *([Group(f"{key}.rest", domain, rest, shown.number, shown.pages)] if rest else [])]


def _together(word: str, members: list[Member], page: int, room: int) -> Iterable[Member]:
    """A page of boxes, where even the groups are too many; all others are one more box."""
    shown = leaf(members, page, room)
    others = [m for m in members if m not in shown.items]
    ends = tuple(e for m in others for e in (m.ends if isinstance(m, Group) else (m,)))
    return [*shown.items, *([Group(f"{word}.rest", "", ends, shown.number, shown.pages)] if ends else [])]
