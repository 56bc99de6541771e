"""Lineage: what flows from where to where, as a drawing that the server lays out, and as tables that say the same."""

from dataclasses import replace
from functools import partial
from typing import Any

from starlette.responses import Response

from hansa.catalog import ProductState
from hansa.frozen import dataclass
from hansa.names import ProductName
from hansa.server.pages.leaves import leaf
from hansa.server.pages.lineage.asked import Asked, End, asked
from hansa.server.pages.lineage.boxes import Boxes, boxes
from hansa.server.pages.lineage.columns import Way, way
from hansa.server.pages.lineage.drawn import scene
from hansa.server.pages.lineage.faces import Facing, faces, hues_of
from hansa.server.pages.lineage.scene import Scene
from hansa.server.pages.lineage.seen import Reached, Seen
from hansa.server.pages.lineage.start import Trade, domains, trades
from hansa.server.pages.lineage.states import states_of
from hansa.server.pages.lineage.tables import flow_rows, read_rows, state_rows
from hansa.server.pages.rendering import query
from hansa.server.pages.routing import Page
from hansa.server.pages.visit import Visit

SMALL = 24
"""A mesh of so many products is drawn whole before anything is asked."""
MOST_LIT = 24
"""Products on the way of a column that are drawn one by one."""
DEPTHS = (1, 2, 3, 5, None)
PER_PAGE = 40
"""Pairs of domains in the table of who supplies whom."""
MOST_OFFERED = 200
"""Products that are offered while somebody types one."""
_TRADES = "trades"


@dataclass(frozen=True, slots=True)
class _Trades:
    """Which domains supply which, as one viewer may know it."""

    found: tuple[Trade, ...]


def lineage(visit: Visit) -> Response:
    """The lineage of a product, source or column; where to start when the address names none."""
    seen = Seen(visit.catalogue.graph(), visit.sight)
    wanted = asked(visit, seen.graph)
    if wanted.about is not None:
        return _about(visit, seen, wanted, wanted.about)
    known = [p.address for p in visit.sight.products]
    if known and len(known) <= SMALL and visit.asked("view") != "domains":
        reached = seen.all(known)
        return _page(visit, seen, wanted, reached, dict.fromkeys(reached.far), None)
    found = _trades(visit)
    drawn = domains(visit, _hues(visit), list(found))
    return visit.page(
        "lineage_start.html", scene=drawn, trades=leaf(found, visit.number(), PER_PAGE, partial(_pairs, visit)),
        titles=_titles(visit), products=known[:MOST_OFFERED], small=len(known) <= SMALL,
    )  # fmt: skip


def _pairs(visit: Visit, page: int) -> str:
    """The address of a page of the pairs of domains."""
    return f"/lineage{query(view=visit.asked('view'), page=page)}#trades"


def _trades(visit: Visit) -> tuple[Trade, ...]:
    """Kept with the viewer's sight, on which alone it rests: it is asked of every product of the mesh."""
    kept = visit.sight.kept.get(_TRADES)
    if not isinstance(kept, _Trades):
        kept = visit.sight.kept[_TRADES] = _Trades(tuple(trades(visit)))
    return kept.found


def neighbourhood(visit: Visit, product: ProductName) -> tuple[Scene, list[End]]:
    """The small drawing on a product's own page, one step up and down; and what it reads."""
    seen, wanted = Seen(visit.catalogue.graph(), visit.sight), Asked(product, depth=1)
    reached = seen.walk(product, 1, up=True, down=True)
    boxed = boxes(reached, {product: None}, {})
    drawn = _scene(visit, seen, wanted, boxed, None, states_of(visit, boxed))
    return drawn, sorted((f.source for f in reached.flows.values() if f.target == product), key=str)


def _about(visit: Visit, seen: Seen, wanted: Asked, about: End) -> Response:
    reached = seen.walk(about, wanted.depth, up=wanted.direction != "down", down=wanted.direction != "up")
    of_column = way(seen, wanted.column, wanted.direction) if wanted.column is not None else None
    if of_column is not None:
        seen.connect(reached, of_column.far.items())
    return _page(visit, seen, wanted, reached, _singled(wanted, about, of_column, reached), of_column)


def _page(visit: Visit, seen: Seen, wanted: Asked, reached: Reached, singled: dict[End, None], of_column: Way | None) -> Response:
    boxed = boxes(reached, singled, wanted.groups)
    states = states_of(visit, boxed)
    drawn = _scene(visit, seen, wanted, boxed, of_column, states)
    return visit.page(
        "lineage.html",
        asked=wanted,
        **_subject(visit, wanted),
        scene=drawn,
        way=of_column,
        flows=flow_rows(seen, reached, wanted),
        reads=read_rows(drawn.edges, wanted),
        states=state_rows(seen, reached, boxed, states),
        more=reached.more or (of_column is not None and of_column.more),
        directions=[(name, _with(wanted, direction=name), name == wanted.direction) for name in ("both", "up", "down")],
        depths=[(depth, _with(wanted, depth=depth), depth == wanted.depth) for depth in DEPTHS],
    )


def _scene(
    visit: Visit, seen: Seen, wanted: Asked, boxed: Boxes, of_column: Way | None, states: dict[str, ProductState]
) -> Scene:
    facing = Facing(seen, wanted, of_column, states, _hues(visit), _titles(visit))
    return scene(seen, boxed, faces(facing, boxed), wanted.opened, of_column)


def _subject(visit: Visit, wanted: Asked) -> dict[str, Any]:
    about = wanted.about
    product = visit.sight.product(about) if isinstance(about, ProductName) else None
    title = (product.title if product is not None else "") or str(about or "").removeprefix("source:")
    whole = Asked(about, direction=wanted.direction, depth=wanted.depth).address
    return {"about": about, "product": product, "title": title, "whole": whole}


def _singled(wanted: Asked, about: End, of_column: Way | None, reached: Reached) -> dict[End, None]:
    """What has a box of its own, whatever else there is: what was asked for, what is open, and the nearest on the way."""
    lit = sorted(of_column.far, key=lambda e: (abs(of_column.far[e]), str(e))) if of_column is not None else []
    opened = [e for e in reached.far if str(e) in wanted.opened] if wanted.opened else []
    return dict.fromkeys((about, *opened, *lit[:MOST_LIT]))


def _with(wanted: Asked, **changed: Any) -> str:
    return replace(wanted, **{"rows": 1, "reads": 1, "groups": {}, **changed}).address


def _hues(visit: Visit) -> dict[str, int]:
    return hues_of(str(d.name) for d in visit.sight.domains)


def _titles(visit: Visit) -> dict[str, str]:
    return {str(d.name): d.title or str(d.name) for d in visit.sight.domains}


PAGES = (Page("/lineage", lineage),)
