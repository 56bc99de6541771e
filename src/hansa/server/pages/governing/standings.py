"""How domains and products stand against the rules, now and at earlier moments."""

import datetime as dt
from collections.abc import Iterator, Mapping

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hansa.frozen import dataclass
from hansa.governance.scorecard import DomainStanding, Standing
from hansa.names import DomainName, ProductName, parse_product
from hansa.server.governing.ruled import Before
from hansa.server.governing.seen import Seen, counted
from hansa.server.pages.governing.showing import waiting
from hansa.server.pages.governing.sparkline import Sparkline, sparkline
from hansa.server.pages.visit import Visit
from hansa.trouble import Severity

Shares = Mapping[str, list[tuple[dt.datetime, float]]]


@dataclass(frozen=True, slots=True)
class StandingLine:
    """A domain or product with its share of the rules met, in percent; None when none counts. `line` goes up to now."""

    name: DomainName | ProductName
    title: str
    share: int | None
    standing: Standing
    errors: int
    line: Sparkline | None
    products: tuple["StandingLine", ...] = ()


def scorecards(visit: Visit) -> Response:
    """Every domain; with `?domain=` one of them with its products."""
    seen = visit.catalogue.rulings.seen(visit.sight)
    if seen is None:
        return waiting(visit)
    before = visit.catalogue.rulings.before()
    lines = standing_lines(visit, seen, before)
    chosen = visit.asked("domain", 100)
    if chosen:
        lines = [line for line in lines if str(line.name) == chosen]
        if not lines:
            raise HTTPException(404)
    return visit.page(
        "governance_scorecards.html",
        part="scorecards",
        lines=lines,
        chosen=chosen,
        counted=seen.ruled.card.counted,
        unjudged=[line.policy.id for line in seen.lines if line.problem],
        computing=before is None,
        moments=[at for at, _ in before.cards] if before is not None else [],
        at=seen.ruled.at,
    )


@dataclass(frozen=True, slots=True)
class DomainScore:
    """How one domain stands now, in few words: a share in percent, and what breaks its rules by severity."""

    share: int | None
    counts: Mapping[Severity, int]
    policies: tuple[str, ...]


def standing_of(visit: Visit, name: DomainName) -> DomainScore | None:
    """How a domain that may be known stands; None while policies are judged, for which nobody waits here."""
    seen = visit.catalogue.rulings.seen(visit.sight, patience=0)
    told = next((d for d in seen.ruled.card.domains if d.domain.name == str(name)), None) if seen is not None else None
    found = seen.of_domain(told) if seen is not None and told is not None else None
    if found is None:
        return None
    return DomainScore(_percent(found.domain), counted(found.domain.violated), found.domain.policies)


def _percent(standing: Standing) -> int | None:
    share = standing.score.share
    return None if share is None else int(share * 100)  # never 100 % while a rule is broken


def standing_lines(visit: Visit, seen: Seen, before: Before | None) -> list[StandingLine]:
    """The domains that may be known, each with its products."""
    titles = {str(p.address): p.title for p in visit.sight.products} | {str(d.name): d.title for d in visit.sight.domains}
    shares = _shares(seen, before)
    return [_domain(d, titles, shares) for d in seen.domains]


def _domain(told: DomainStanding, titles: Mapping[str, str], shares: Shares) -> StandingLine:
    products = tuple(_line(parse_product(p.name), p, titles, shares) for p in told.products)
    worst = sorted(products, key=lambda p: (p.share is None, p.share or 0, str(p.name)))
    return _line(DomainName(told.domain.name), told.domain, titles, shares, tuple(worst))


def _line(
    name: DomainName | ProductName,
    standing: Standing,
    titles: Mapping[str, str],
    shares: Shares,
    products: tuple[StandingLine, ...] = (),
) -> StandingLine:
    errors = counted(standing.violated)[Severity.ERROR]
    title = titles.get(str(name)) or str(name)
    return StandingLine(name, title, _percent(standing), standing, errors, sparkline(shares.get(str(name), [])), products)


def _shares(seen: Seen, before: Before | None) -> Shares:
    """The shares of earlier moments and of now, by address, of what may be known."""
    found: dict[str, list[tuple[dt.datetime, float]]] = {}
    for at, card in before.cards if before is not None else ():
        _add(found, at, (d for d in (seen.of_domain(told) for told in card.domains) if d is not None))
    if found:
        _add(found, seen.ruled.at, iter(seen.domains))
    return found


def _add(found: dict[str, list[tuple[dt.datetime, float]]], at: dt.datetime, domains: Iterator[DomainStanding]) -> None:
    for domain in domains:
        for standing in (domain.domain, *domain.products):
            if standing.score.share is not None:
                found.setdefault(standing.name, []).append((at, standing.score.share))
