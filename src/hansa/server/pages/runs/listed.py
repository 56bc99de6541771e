"""`/runs`: what runs now, and what ran, newest first, as far as the viewer may know of it."""

from collections import Counter
from itertools import islice

from starlette.responses import Response

from hansa.frozen import dataclass
from hansa.model import RunStatus
from hansa.server.pages.badges import Badge
from hansa.server.pages.rendering import query
from hansa.server.pages.runs.known import ORDER, KnownRun, lasting, product_badge, seen_run
from hansa.server.pages.visit import Visit

PER_PAGE = 20
MOST = 2_000
"""Runs that are looked through; older ones are found by their address, and by `hansa` itself."""


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run in the list, with what its products came to."""

    known: KnownRun
    took: str
    counts: tuple[tuple[Badge, int], ...]
    done: int


def show_list(visit: Visit) -> Response:
    asked = {name: visit.asked(name) for name in ("environment", "outcome", "product")}
    ledger = visit.catalogue.backing.ledger
    page = min(visit.number(), MOST // PER_PAGE)
    found = _newest(visit, asked, page * PER_PAGE + 1)
    here, more = found[(page - 1) * PER_PAGE : page * PER_PAGE], len(found) > page * PER_PAGE
    live = [k for r in ledger.unfinished_runs() if (k := seen_run(visit, r)) is not None and k.live]
    environments = sorted({visit.catalogue.environment, *ledger.environments(), *(k.run.environment for k in found)})
    return visit.page(
        "runs.html",
        lines=[_line(visit, k) for k in here],
        live=[_line(visit, k) for k in live],
        asked=asked,
        narrowed=any(asked.values()),
        environments=environments,
        outcomes=[str(s) for s in RunStatus],
        number=page,
        before=f"/runs{query(**asked, page=page - 1 if page > 2 else '')}" if page > 1 else "",
        after=f"/runs{query(**asked, page=page + 1)}" if more else "",
        last=ledger.last_event() if live else 0,
    )


def _newest(visit: Visit, asked: dict[str, str], most: int) -> list[KnownRun]:
    """The newest runs that are asked for. Each is told with all of its products, so that no more are read than have to be."""
    ledger, limit = visit.catalogue.backing.ledger, most
    while True:
        recorded = ledger.runs(environment=asked["environment"] or None, limit=limit)
        seen = (k for r in recorded if (k := seen_run(visit, r)) is not None and _wanted(k, asked))
        found = list(islice(seen, most))
        if len(found) == most or len(recorded) < limit or limit == MOST:
            return found
        limit = min(4 * limit, MOST)


def _line(visit: Visit, known: KnownRun) -> RunLine:
    """With what its products came to, as far as the viewer may know of them."""
    run, catalogue = known.run, visit.catalogue
    ended = run.ended is not None
    told = catalogue.statuses.of(run.id) if ended else catalogue.backing.ledger.product_statuses(run.id)
    seen = set(known.products)
    counts = Counter(status for product, status in told.items() if product in seen)
    badges = tuple((product_badge(status), counts[status]) for status in ORDER if counts[status])
    return RunLine(known, lasting(known.took(visit.now)), badges, counts.total())


def _wanted(known: KnownRun, asked: dict[str, str]) -> bool:
    if asked["outcome"] and known.status != asked["outcome"]:
        return False
    return not asked["product"] or any(asked["product"] in str(p) for p in known.products)
