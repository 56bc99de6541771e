"""Answers to the queries of policies, kept while nothing that they look at changed.

A query looks at some columns of some relations, and each product brings rows of its own to them. After an edit the rows of the
few products that changed are compared with those that they brought before; where the columns that a query looks at hold the same,
so does its answer. What is told of it, places and owners and waivers, is made anew of the mesh as it is now.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from hansa.frozen import dataclass
from hansa.governance.asking import Answer, Part
from hansa.governance.facts import NO_FACTS
from hansa.governance.relations import rows_of
from hansa.model import Mesh, Product
from hansa.names import ProductName

LookedAt = Mapping[str, frozenset[str]]
"""Columns by relation."""

_OF_PEOPLE = frozenset({"teams", "people"})
"""What all products together say of who answers for them."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What the query of a policy yielded over declarations alone, and the columns of relations that it looked at."""

    sql: str
    looked_at: tuple[tuple[str, tuple[str, ...]], ...]
    answer: Answer


Kept = Mapping[str, KeptAnswer]
"""Answers by query."""
NOTHING_KNOWN: Kept = {}


def still_holding(kept: Iterable[KeptAnswer], before: Mesh, now: Mesh, today: dt.date) -> Kept:
    """Those of the answers about a mesh that are the answers about it as it is now.

    Both have the same governance and domains, and products that did not change are the same objects. The day is the one on which
    the answers were given.
    """
    kept = tuple(kept)
    old, new = before.by_name(), now.by_name()
    if not kept or before.broken != now.broken or old.keys() != new.keys():
        return {}
    changed = [a for a, product in new.items() if product is not old[a]]
    wanted: dict[str, set[str]] = {}
    for answer in kept:
        for relation, columns in answer.looked_at:
            wanted.setdefault(relation, set()).update(columns)
    altered = _altered(changed, wanted, before, now, today)
    return {a.sql: a for a in kept if not any((r, c) in altered for r, columns in a.looked_at for c in columns)}


def _altered(
    changed: Collection[ProductName], wanted: Mapping[str, Collection[str]], before: Mesh, now: Mesh, today: dt.date
) -> set[tuple[str, str]]:
    """The columns, by relation, that do not hold what they held."""
    found: set[tuple[str, str]] = set()
    for address in changed:
        old, new = before.by_name()[address], now.by_name()[address]
        was, is_ = (rows_of(_alone(mesh, product), NO_FACTS, today) for mesh, product in ((before, old), (now, new)))
        people = (old.owner, old.team) != (new.owner, new.team)
        for relation, columns in wanted.items():
            every = [name for name, _ in is_[relation].columns if name in columns]
            cells = (_cells(each[relation].produced(columns), len(every)) for each in (was, is_))
            for column, held, holds in zip(every, *cells, strict=True):
                if held != holds or (people and relation in _OF_PEOPLE):
                    found.add((relation, column))
    return found


def _alone(mesh: Mesh, product: Product) -> Mesh:
    """The mesh as if this were its only product."""
    domain = next(d for d in mesh.domains if d.name == product.address.in_domain)
    return replace(mesh, domains=(replace(domain, products=(product,)),))


def _cells(parts: Iterable[Part], width: int) -> list[list[object]]:
    """The cells of each column."""
    found: list[list[object]] = [[] for _ in range(width)]
    for part in parts:
        for cells, more in zip(found, part, strict=True):
            cells += more
    return found
