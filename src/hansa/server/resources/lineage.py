"""`/lineage`: where something comes from and where it goes. What lies behind something hidden is not reached through it."""

import enum
from typing import Annotated

from fastapi import APIRouter, Query

from hansa.catalog import LineageView, Link, Subject, column_by_column, find, lineage, nodes
from hansa.names import SourceColumn, SourceName
from hansa.server.api import Resource, Shown, Viewer, Viewing, example, refusals
from hansa.server.sight import knows, reached
from hansa.trouble import TroubleError

router = APIRouter(prefix="/lineage", tags=["lineage"], route_class=Resource)
MOST_LINKS = 5_000


class Direction(enum.StrEnum):
    UP = "up"
    DOWN = "down"
    BOTH = "both"


class NodeShown(Shown):
    """An end of a link: a product, a port, a column, or a source outside of the mesh. `owner` is a team."""

    name: str
    kind: str
    product: str | None
    port: str | None
    column: str | None
    owner: str | None


class LinkShown(Shown):
    """Something takes part in something else. `kind` is direct or indirect, `subtype` how a column does.

    `learnt` says how it is known, from the surest: parsed, declared, observed, assumed. Between ports and products `columns`
    counts what is used.
    """

    source: str
    target: str
    kind: str
    subtype: str | None
    learnt: str
    columns: int


class LineageShown(Shown):
    """What something is made of, and what is made of it, nearest first. `truncated`: there are more links."""

    model_config = example(
        about="orders.history", direction="up", depth=3, truncated=False,
        nodes=[
            {"name": "orders.history", "kind": "product", "product": "orders.history", "port": None, "column": None,
             "owner": "orders"},
            {"name": "orders.processing", "kind": "product", "product": "orders.processing", "port": None, "column": None,
             "owner": "orders"},
        ],
        up=[{"source": "orders.processing", "target": "orders.history", "kind": "direct", "subtype": None, "learnt": "parsed",
             "columns": 4}],
        down=[],
    )  # fmt: skip
    about: str
    direction: Direction
    depth: int
    nodes: list[NodeShown]
    up: list[LinkShown]
    down: list[LinkShown]
    truncated: bool


@router.get("", responses=refusals("H857"))
def one(
    viewer: Viewing,
    about: Annotated[str, Query(min_length=1, max_length=600, description="A product, port, column (`…#name`) or source.")],
    column: Annotated[str, Query(max_length=255, description="A column of the port that `about` names.")] = "",
    direction: Annotated[Direction, Query(description="Where from, where to, or both.")] = Direction.BOTH,
    depth: Annotated[int, Query(ge=1, le=100, description="The most steps.")] = 3,
) -> LineageShown:
    """The lineage of a product, port, column or source."""
    graph = viewer.catalogue.graph()
    of = _subject(viewer, f"{about}#{column}" if column else about)
    up, down = direction is not Direction.DOWN, direction is not Direction.UP
    found = lineage(graph, of, depth, up=up, down=down)
    above = tuple(link for link, _ in reached(viewer.sight, of, found.up, forward=False))
    below = tuple(link for link, _ in reached(viewer.sight, of, found.down, forward=True))
    cut = LineageView(of, above[:MOST_LINKS], below[:MOST_LINKS])
    told = column_by_column(cut, graph)
    ends = nodes(told, graph)
    return LineageShown(
        about=str(of),
        direction=direction,
        depth=depth,
        nodes=[
            NodeShown(
                name=n.name, kind=n.kind, product=n.product or None, port=n.port or None, column=n.column or None,
                owner=n.owner or None,
            )
            for n in ends
        ],
        up=[_link(link) for link in told.up],
        down=[_link(link) for link in told.down],
        truncated=len(above) > MOST_LINKS or len(below) > MOST_LINKS,
    )  # fmt: skip


def _subject(viewer: Viewer, text: str) -> Subject:
    """Raises the same trouble with 404 for what is not there and for what the caller may not know of."""
    try:
        found = find(viewer.catalogue.graph(), text)
    except TroubleError:
        viewer.nothing(text, "product")
    if not knows(viewer.sight, found) or not _source_known(viewer, found):
        viewer.nothing(text, "product")
    return found


def _source_known(viewer: Viewer, of: Subject) -> bool:
    """A source is known to whoever may know of something that reads it."""
    match of:
        case SourceName():
            source = of
        case SourceColumn():
            source = of.source
        case _:
            return True
    edges = viewer.catalogue.graph().consumers(source)
    return any(knows(viewer.sight, e.target) for e in edges)


def _link(link: Link) -> LinkShown:
    return LinkShown(
        source=str(link.source),
        target=str(link.target),
        kind=link.kind,
        subtype=link.subtype or None,
        learnt=link.learnt,
        columns=link.columns,
    )
