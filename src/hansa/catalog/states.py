"""How every product stands: what is published, how old, how good. Built from the mesh and the ledger, for people to read."""

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from hansa.frozen import dataclass
from hansa.ledger import Ledger
from hansa.model import (
    DEFAULT_ENVIRONMENT,
    CheckResult,
    CheckStatus,
    Mesh,
    OutputPort,
    Product,
    ProductRun,
    ProductStatus,
    Publication,
    ServiceLevel,
)
from hansa.names import ProductName
from hansa.publish import all_visible


@dataclass(frozen=True, slots=True)
class ProductState:
    """One product in one environment. `checks` counts the verdicts on what is published by status.

    `failures` are the checks for which the last run refused newer data.
    `freshness` is `fresh`, `stale` or `unknown` against the contract's latency or freshness service level, of which `promised`
    is the strictest.
    """

    name: str
    state: str
    owner: str = ""
    version: int | None = None
    published: dt.datetime | None = None
    age: dt.timedelta | None = None
    freshness: str = "unknown"
    rows: int = 0
    bytes: int = 0
    checks: dict[str, int] | None = None
    last_run: str = ""
    note: str = ""
    ports: tuple[tuple[str, str, int, int], ...] = ()
    failures: tuple[CheckResult, ...] = ()
    promised: dt.timedelta | None = None

    @property
    def quality(self) -> str:
        """The verdicts in a few characters: `37 pass`, `35 pass 2 warn`."""
        counts = self.checks or {}
        return " ".join(f"{n} {status}" for status, n in counts.items() if n)


def states(
    mesh: Mesh,
    ledger: Ledger,
    environment: str,
    now: dt.datetime,
    shown: Mapping[ProductName, Publication] | None = None,
) -> tuple[ProductState, ...]:
    """Every declared product and every published one that is declared no longer, by name. The ledger is read for all at once.

    `shown` is what the environment publishes, where that is known.
    """
    shown = all_visible(ledger, environment, declared=False) if shown is None else shown
    declared = {p.address: p for p in mesh.products}
    lasts = {**ledger.last_product_runs(DEFAULT_ENVIRONMENT), **ledger.last_product_runs(environment)}
    counted = {run: ledger.check_counts(run) for run in {p.run for p in shown.values()}}
    found = []
    for name in sorted(set(declared) | set(shown) | set(mesh.broken)):
        publication, last = shown.get(name), lasts.get(name)
        counts = counted[publication.run].get(name, {}) if publication is not None else {}
        found.append(_state(name, declared.get(name), publication, mesh, last, counts, _failures(ledger, last), now))
    return tuple(found)


def aged(found: Iterable[ProductState], now: dt.datetime) -> tuple[ProductState, ...]:
    """The same states at another moment, between which nothing was recorded."""
    return tuple(_aged(state, now) for state in found)


def _aged(state: ProductState, now: dt.datetime) -> ProductState:
    if state.published is None:
        return state
    age = now - state.published
    return replace(state, age=age, freshness=_freshness(state.promised, age))


def state_of(
    name: ProductName,
    product: Product | None,
    publication: Publication | None,
    mesh: Mesh,
    ledger: Ledger,
    environment: str,
    now: dt.datetime,
) -> ProductState:
    """How one product stands."""
    last = ledger.last_product_run(name, environment) or ledger.last_product_run(name, DEFAULT_ENVIRONMENT)
    verdicts = ledger.checks(publication.run, name) if publication is not None else ()
    return _state(name, product, publication, mesh, last, Counter(r.status for r in verdicts), _failures(ledger, last), now)


def _state(
    name: ProductName,
    product: Product | None,
    publication: Publication | None,
    mesh: Mesh,
    last: ProductRun | None,
    counts: Mapping[CheckStatus, int],
    failures: tuple[CheckResult, ...],
    now: dt.datetime,
) -> ProductState:
    owner = product.owner if product else ""
    run = str(last.run) if last else ""
    word, note = _word(name, product, publication, mesh, last)
    if publication is None:
        return ProductState(str(name), word, owner, last_run=run, note=note, failures=failures)
    age, promised = now - publication.created, strictest(product.outputs if product is not None else ())
    return ProductState(
        str(name),
        word,
        owner,
        publication.version,
        publication.created,
        age,
        _freshness(promised, age),
        sum(p.rows for p in publication.ports),
        sum(p.bytes for p in publication.ports),
        {str(s): counts.get(s, 0) for s in CheckStatus},
        run,
        note,
        tuple((str(p.port.name), str(p.contract_version), p.snapshot, p.rows) for p in publication.ports),
        failures,
        promised,
    )


def _failures(ledger: Ledger, last: ProductRun | None) -> tuple[CheckResult, ...]:
    """The checks that made the last run refuse a product's data; none when it failed for another reason."""
    if last is None or last.status is not ProductStatus.FAILED:
        return ()
    bad = (CheckStatus.FAIL, CheckStatus.ERROR)
    return tuple(r for r in ledger.checks(last.run, last.product) if r.status in bad)


def _word(
    name: ProductName, product: Product | None, publication: Publication | None, mesh: Mesh, last: ProductRun | None
) -> tuple[str, str]:
    if name in mesh.broken:
        return "in trouble", "`hansa check` says why"
    if product is None:
        return "orphaned", "declared no longer; its published data stays until `hansa withdraw`"
    if last is not None and last.status in (ProductStatus.FAILED, ProductStatus.HELD, ProductStatus.BLOCKED):
        return str(last.status), last.reason
    return ("published", "") if publication else ("declared", "not published yet")


UNITS = {"s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hr": 3600, "hour": 3600}
UNITS |= {"d": 86400, "day": 86400, "w": 604800, "week": 604800, "y": 31557600, "yr": 31557600, "year": 31557600}


def promised_age(level: ServiceLevel) -> dt.timedelta | None:
    """How old data may be by a service level; None for one about something else, or that says no number."""
    unit, said = level.unit.lower().rstrip("s") or "s", level.value
    if level.property.lower() not in ("latency", "ly", "freshness") or unit not in UNITS:
        return None
    if isinstance(said, bool) or not isinstance(said, int | float) or (isinstance(said, float) and math.isnan(said)):
        return None
    try:
        return dt.timedelta(seconds=float(said) * UNITS[unit])
    except OverflowError:
        return dt.timedelta.max if said > 0 else dt.timedelta.min


def strictest(ports: Iterable[OutputPort]) -> dt.timedelta | None:
    """How old data may be by the strictest promise of any of the ports' contracts."""
    return min((t for o in ports for s in o.contract.service_levels if (t := promised_age(s)) is not None), default=None)


def _freshness(promised: dt.timedelta | None, age: dt.timedelta) -> str:
    if promised is None:
        return "unknown"
    return "fresh" if age <= promised else "stale"
