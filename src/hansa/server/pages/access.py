"""Access: what waits for the viewer's word, what they asked for, and who reads what by which grant."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hansa.access.history import AccessRequest, Status
from hansa.access.requests import AccessDesk
from hansa.access.terms import last_moment
from hansa.frozen import dataclass
from hansa.model import AccessStep
from hansa.server.pages import deciding, explaining
from hansa.server.pages.deciding import LENGTHS, Said
from hansa.server.pages.holding import STATES, GrantLine, grant_lines
from hansa.server.pages.home import RequestLine
from hansa.server.pages.leaves import Leaf, leaf
from hansa.server.pages.rendering import query
from hansa.server.pages.requested import Sheet, decides, may_see, owns, sheet
from hansa.server.pages.routing import Page
from hansa.server.pages.visit import Visit

PER_PAGE = 50
PER_INBOX = 30
PARTS = (
    ("", "Waits for you"),
    ("mine", "My requests"),
    ("readers", "Readers of my products"),
    ("held", "What my use cases read"),
    ("history", "History"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter of a list: its name in the address, what it is called, its values, and the one that is chosen."""

    name: str
    label: str
    values: tuple[str, ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class Happened:
    """A step with the request that it is of."""

    step: AccessStep
    request: AccessRequest


def access(visit: Visit) -> Response:
    """The part that the address names."""
    name = visit.asked("show")
    show = _SHOWS.get(name)
    if show is None:
        raise HTTPException(404)
    visit.catalogue.reads.refresh(visit.now)
    desk = visit.catalogue.desk()
    known = desk.all()
    waiting = [r for r in reversed(known) if decides(visit, desk, r)]
    done = _done(visit, desk, known)
    return show(visit, desk, known, {"part": name, "parts_of": PARTS, "waiting": len(waiting), "done": done}, waiting)


def mine(visit: Visit) -> Response:
    """The address that requests had before they shared a page with grants."""
    desk = visit.catalogue.desk()
    known = desk.all()
    waiting = sum(decides(visit, desk, r) for r in known)
    return _mine(visit, desk, known, {"part": "mine", "parts_of": PARTS, "waiting": waiting, "done": None}, [])


_Shown = dict[str, Any]
_Known = Sequence[AccessRequest]


def _inbox(visit: Visit, desk: AccessDesk, known: _Known, head: _Shown, waiting: list[AccessRequest]) -> Response:
    """What waits, and the first of it, or the one that was chosen, in full."""
    choices, found = _chosen(visit, waiting, _REQUESTS)
    page = _leaf(visit, "", choices, found, PER_INBOX)
    chosen = next((r for r in found if r.id == visit.asked("request")), None)
    first: AccessRequest | None = chosen or next(iter(page.items), None)
    opened: Sheet | None = sheet(visit, desk, first) if first is not None else None
    return visit.page(
        "access.html", **head, keep=False, choices=choices, page=page, sheet=opened, said=Said(), saying="", troubles=(),
        lengths=LENGTHS, inbox=True, last_moment=last_moment, owner=_owner(visit),
    )  # fmt: skip


def _mine(visit: Visit, desk: AccessDesk, known: _Known, head: _Shown, _: list[AccessRequest]) -> Response:
    own = [r for r in reversed(known) if desk.concerns(visit.principal, r)]
    choices, found = _chosen(visit, own, _REQUESTS)
    page = _leaf(visit, "mine", choices, found)
    lines = [RequestLine(r, r.status(visit.now), desk.awaits(r)) for r in page.items]
    return visit.page("access_mine.html", **head, choices=choices, page=page, lines=lines, any=bool(own), last_moment=last_moment)


def _readers(visit: Visit, desk: AccessDesk, known: _Known, head: _Shown, _: list[AccessRequest]) -> Response:
    given, _held = grant_lines(visit)
    return _grants(visit, head, given, giving=True)


def _held(visit: Visit, desk: AccessDesk, known: _Known, head: _Shown, _: list[AccessRequest]) -> Response:
    _given, held = grant_lines(visit)
    return _grants(visit, head, held, giving=False)


def _grants(visit: Visit, head: _Shown, lines: list[GrantLine], *, giving: bool) -> Response:
    choices, found = _chosen(visit, lines, _GRANTS)
    since = visit.catalogue.reads.since
    return visit.page(
        "access_grants.html", **head, choices=choices, page=_leaf(visit, head["part"], choices, found), giving=giving,
        any=bool(lines), owner=_owner(visit), since=since,
    )  # fmt: skip


def _history(visit: Visit, desk: AccessDesk, known: _Known, head: _Shown, _: list[AccessRequest]) -> Response:
    about = [r for r in known if desk.concerns(visit.principal, r) or _of_mine(visit, r)]
    choices, found = _chosen(visit, about, _REQUESTS)
    steps = sorted((Happened(s, r) for r in found for s in r.steps), key=lambda h: h.step.serial, reverse=True)
    return visit.page(
        "access_history.html", **head, choices=choices, page=_leaf(visit, "history", choices, steps), any=bool(about),
        last_moment=last_moment,
    )  # fmt: skip


def _done(visit: Visit, desk: AccessDesk, known: _Known) -> RequestLine | None:
    """The request that the viewer has just said a word about."""
    found = next((r for r in known if r.id == visit.asked("done")), None)
    if found is None or not may_see(visit, desk, found):
        return None
    return RequestLine(found, found.status(visit.now), desk.awaits(found))


def _owner(visit: Visit) -> bool:
    """Whether a request may ever wait for the viewer; for the words of an empty page only."""
    teams, mesh = set(visit.principal.teams), visit.sight.mesh
    owners = (o for p in mesh.products for o in (p.owner, p.team.name if p.team is not None else ""))
    return visit.principal.administrator or not teams.isdisjoint(owners) or any(d.owner in teams for d in mesh.domains)


def _of_mine(visit: Visit, found: AccessRequest) -> bool:
    product = visit.sight.mesh.product(found.port.name.of_product)
    return product is not None and owns(visit, product)


_Row = TypeVar("_Row")
_Filter = tuple[str, str, Callable[[Visit, Any], str], tuple[str, ...]]
_REQUESTS: tuple[_Filter, ...] = (
    ("state", "State", lambda v, r: str(r.status(v.now)), tuple(str(s) for s in Status)),
    ("product", "Product", lambda _, r: str(r.port.name.of_product), ()),
    ("consumer", "Consumer", lambda _, r: r.consumer, ()),
)
_GRANTS: tuple[_Filter, ...] = (
    ("state", "State", lambda _, g: g.state, STATES),
    ("product", "Product", lambda _, g: str(g.grant.port.name.of_product), ()),
    ("consumer", "Consumer", lambda _, g: g.grant.consumer, ()),
)


def _chosen(visit: Visit, rows: Iterable[_Row], filters: tuple[_Filter, ...]) -> tuple[list[Choice], list[_Row]]:
    """The filters with the values that there are, and what passes all that were chosen. What nothing has passes nothing."""
    found, choices = list(rows), []
    passing = found
    for name, label, of, order in filters:
        values = {of(visit, row) for row in found}
        chosen = visit.asked(name)
        ordered = tuple(v for v in order if v in values) or tuple(sorted(values))
        choices.append(Choice(name, label, ordered if chosen in ("", *ordered) else (*ordered, chosen), chosen))
        if chosen:
            passing = [row for row in passing if of(visit, row) == chosen]
    return choices, passing


def _leaf(visit: Visit, show: str, choices: Iterable[Choice], rows: Sequence[_Row], each: int = PER_PAGE) -> Leaf[_Row]:
    """A page of a part, narrowed as it is."""
    kept = {c.name: c.chosen for c in choices}
    return leaf(rows, visit.number(), each, lambda page: f"/access{query(show=show, **kept, page=page)}")


_SHOWS: Mapping[str, Callable[[Visit, AccessDesk, _Known, _Shown, list[AccessRequest]], Response]] = {
    "": _inbox,
    "mine": _mine,
    "readers": _readers,
    "held": _held,
    "history": _history,
}

PAGES: tuple[Page, ...] = (
    Page("/access", access),
    Page("/requests", mine),
    *explaining.PAGES,
    *deciding.PAGES,
)
