"""The tool `lineage`: what something is made of, and what is made of it, as far as the caller may know of it."""

from collections.abc import Iterable
from itertools import islice
from typing import Annotated, Literal

from pydantic import Field

from hansa.catalog import Link, Subject, lineage
from hansa.frozen import dataclass
from hansa.names import ColumnName, ProductName
from hansa.server.agents.asking import Asking
from hansa.server.sight import reached
from hansa.trouble import Trouble, TroubleError, did_you_mean

MOST = 500
"""Links that are told; a hub has thousands."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What to follow."""

    name: Annotated[str, Field(max_length=400, description="domain.product, domain.product.port, or either with #column.")]
    direction: Literal["up", "down", "both"] = "both"
    depth: Annotated[int, Field(ge=1, le=20, description="How many steps far.")] = 3


@dataclass(frozen=True, slots=True)
class LinkTold:
    source: str
    target: str
    kind: Annotated[str, Field(description="direct: values come from it; indirect: it filters, joins, sorts or groups.")]
    learnt: Annotated[str, Field(description="How it is known: parsed, declared, observed or assumed.")]
    distance: int


@dataclass(frozen=True, slots=True)
class Traced:
    of: str
    up: Annotated[list[LinkTold], Field(description="What it is made of, nearest first.")]
    down: Annotated[list[LinkTold], Field(description="What is made of it, nearest first.")]
    complete: Annotated[bool, Field(description=f"False when there is more than {MOST} links to tell.")]


def trace(asking: Asking, asked: Trace) -> Traced:
    subject = _subject(asking, asked.name)
    up, down = asked.direction != "down", asked.direction != "up"
    found = lineage(asking.catalogue.graph(), subject, asked.depth, up=up, down=down)
    above = _known(asking, subject, found.up, forward=False)
    below = _known(asking, subject, found.down, forward=True)
    complete = len(above) <= MOST and len(below) <= MOST
    return Traced(str(subject), above[:MOST], below[:MOST], complete)


def _subject(asking: Asking, name: str) -> Subject:
    """Raises TroubleError H865 for what is not there, and alike for what the caller may not know the making of."""
    body, mark, column = name.strip().partition("#")
    if not mark and isinstance(address := asking.address(body), ProductName):
        if not asking.sight.described(asking.product(body).address):
            raise asking.unknown(name)
        return address
    _, port = asking.port(body)
    if not mark:
        return port.pinned
    found = port.schema.find(column)
    if found is None:
        mend = did_you_mean(column[:100], port.schema.names) or f"`describe` {port.pinned} tells its columns"
        raise TroubleError(Trouble("H865", f"{port.pinned} has no column `{column[:100]}`", mend=mend))
    return ColumnName(port.address, found.name, port.major)


def _known(asking: Asking, start: Subject, links: Iterable[Link], *, forward: bool) -> list[LinkTold]:
    """The links that the caller may know of; one more than is told says that there are more."""
    found = islice(reached(asking.sight, start, links, forward=forward), MOST + 1)
    return [LinkTold(str(link.source), str(link.target), link.kind, link.learnt, steps) for link, steps in found]
