"""How something stands, as a badge: a word, an icon and a tone, with the reason. Never a colour alone."""

from hansa.catalog import ProductState
from hansa.catalog.search.ranking import CERTIFIED, certification
from hansa.catalog.states import strictest
from hansa.frozen import dataclass
from hansa.model import CheckResult, CheckStatus, ColumnEffect, Product
from hansa.server.pages.rendering import plural, span


@dataclass(frozen=True, slots=True)
class Badge:
    """`tone` is good, warn, bad or calm; `why` is one line for people."""

    word: str
    icon: str
    tone: str
    why: str = ""


_STATES = {
    "published": ("published", "check", "good"),
    "declared": ("not published yet", "clock", "calm"),
    "failed": ("last run failed", "cross", "bad"),
    "held": ("held back", "pause", "warn"),
    "blocked": ("blocked", "pause", "warn"),
    "in trouble": ("in trouble", "cross", "bad"),
    "orphaned": ("orphaned", "warn", "warn"),
}
_EFFECTS = {
    ColumnEffect.CLEAR: ("clear", "eye", "good"),
    ColumnEffect.MASKED: ("masked", "mask", "warn"),
    ColumnEffect.HIDDEN: ("hidden", "lock", "calm"),
}
VERDICTS = {
    CheckStatus.PASS: ("pass", "check", "good"),
    CheckStatus.FAIL: ("fail", "cross", "bad"),
    CheckStatus.WARN: ("warn", "warn", "warn"),
    CheckStatus.ERROR: ("error", "cross", "bad"),
    CheckStatus.SKIP: ("skip", "pause", "calm"),
}
_BECAME = {
    CheckStatus.PASS: "passed",
    CheckStatus.FAIL: "failed",
    CheckStatus.WARN: "with a warning",
    CheckStatus.ERROR: "could not be evaluated",
    CheckStatus.SKIP: "skipped",
}
_LIFE = {"active": "good", "deprecated": "warn", "retired": "bad"}


def status(state: ProductState) -> Badge:
    """Whether it is published, and what became of it last."""
    word, drawn, tone = _STATES.get(state.state, (state.state, "unknown", "calm"))
    why = state.note or (f"version {state.version}" if state.version is not None else "")
    return Badge(word, drawn, tone, why if why != word else "")


def life(product: Product) -> Badge | None:
    """What its owner says of it: `active`, `draft`, `deprecated`."""
    if not product.status:
        return None
    tone = _LIFE.get(product.status.lower(), "calm")
    return Badge(
        product.status, {"good": "check", "warn": "warn", "bad": "cross"}.get(tone, "clock"), tone, "status by its owner"
    )


def certified(product: Product) -> Badge | None:
    if certification(product) != CERTIFIED:
        return None
    return Badge("certified", "star", "good", "its owner says so; the product's page says whether it holds")


def quality(state: ProductState) -> Badge | None:
    """The verdicts on what is published; None when nothing is, or nothing was checked."""
    counts = state.checks or {}
    total = sum(counts.values())
    if not total:
        return None
    bad, warned = counts.get("fail", 0) + counts.get("error", 0), counts.get("warn", 0)
    if state.failures:
        why = f"newer data was refused: {plural(len(state.failures), 'check')} failed; readers keep version {state.version}"
        return Badge("newer data refused", "cross", "bad", why)
    said = ", ".join(f"{n} {_BECAME[CheckStatus(status)]}" for status, n in counts.items() if n)
    if bad:
        return Badge(f"{plural(bad, 'check')} failed", "cross", "bad", said)
    if warned:
        return Badge(plural(warned, "warning"), "warn", "warn", said)
    return Badge(f"{plural(counts.get('pass', 0), 'check')} passed", "check", "good", said)


def freshness(state: ProductState, product: Product | None) -> Badge | None:
    """Against the strictest promise of any of its contracts; None when nothing is published."""
    if state.age is None:
        return None
    old = f"{span(state.age)} old"
    promised = strictest(product.outputs) if product is not None else None
    if promised is None:
        return Badge(old, "clock", "calm", "no contract promises how fresh it is")
    if state.freshness == "stale":
        return Badge(f"stale, {old}", "clock", "bad", f"promised within {span(promised)}")
    return Badge("fresh", "clock", "good", f"{old}; promised within {span(promised)}")


def effect(seen: ColumnEffect, why: str = "") -> Badge:
    """What the viewer gets of a column."""
    return Badge(*_EFFECTS[seen], why)


def verdict(result: CheckResult) -> Badge:
    return Badge(*VERDICTS[result.status], result.message)


def unhealthy(state: ProductState) -> Badge | None:
    """What should worry whoever rests on a product; None when nothing should."""
    if state.state in ("failed", "held", "blocked", "in trouble", "orphaned"):
        return status(state)
    if (state.checks or {}).get("fail") or (state.checks or {}).get("error"):
        return quality(state)
    if state.freshness == "stale" and state.age is not None:
        return Badge("stale", "clock", "bad", f"published {span(state.age)} ago, which is longer than its contract promises")
    return None
