"""Moving pointers over data that is there already: rollback, promotion, withdrawal. No data is written or copied."""

import datetime as dt

from hansa.frozen import dataclass
from hansa.lake import Lake
from hansa.ledger import Conflict, Ledger, PointerIs, PointerMoved
from hansa.model import DEFAULT_ENVIRONMENT, Publication
from hansa.names import ProductName
from hansa.publish.heads import follow
from hansa.publish.visible import all_visible
from hansa.trouble import Trouble, TroubleError

ROLLBACK = "rollback"
PROMOTION = "promotion"
WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True)
class Move:
    """One pointer moved: from the publication that was seen to the one that is seen now."""

    product: ProductName
    environment: str
    before: Publication | None
    after: Publication | None


def rollback(
    product: ProductName, version: int | None, *, environment: str, ledger: Ledger, lake: Lake, now: dt.datetime, actor: str
) -> Move:
    """Point an environment back to an earlier version of a product: the one before the current unless a version is named."""
    current = ledger.current(product, environment)
    if current is None:
        raise TroubleError(
            Trouble(
                "H471",
                f"{product} has never been published in {environment}, so there is nothing to roll back",
                mend="`hansa status` lists what is published; `--env` names another environment",
            )
        )
    target = _target(product, current, version, ledger, environment)
    move = Move(product, environment, current, target)
    _apply([move], ledger=ledger, lake=lake, now=now, reason=ROLLBACK, actor=actor)
    return move


def promote(source: str, *, ledger: Ledger, lake: Lake, now: dt.datetime, actor: str) -> tuple[Move, ...]:
    """Point the default environment to everything that another one published itself, all in one transaction."""
    candidates = ledger.currents(source)
    if source == DEFAULT_ENVIRONMENT or not candidates:
        known = [e for e in ledger.environments() if e != DEFAULT_ENVIRONMENT]
        raise TroubleError(
            Trouble(
                "H472",
                f"there is nothing to promote from the environment `{source}`",
                mend=f"environments with publications: {', '.join(known)}" if known else "run with --env NAME first",
            )
        )
    shown = all_visible(ledger, DEFAULT_ENVIRONMENT)
    moves = [Move(c.product, DEFAULT_ENVIRONMENT, shown.get(c.product), c) for c in candidates]
    moves = [m for m in moves if m.before is None or m.after is None or m.before.id != m.after.id]
    # Ids grow in the order of publishing; clocks may step back.
    overtaken = [m for m in moves if m.before and m.after and m.before.id > m.after.id]
    if overtaken:
        names = ", ".join(str(m.product) for m in overtaken)
        raise TroubleError(
            Trouble(
                "H473",
                f"{DEFAULT_ENVIRONMENT} has published {names} since `{source}` did; promoting would lose that",
                mend=f"`hansa run --env {source} --force {' '.join(str(m.product) for m in overtaken)}`, then promote again",
            )
        )
    _apply(moves, ledger=ledger, lake=lake, now=now, reason=PROMOTION, actor=actor)
    return tuple(moves)


def withdraw(product: ProductName, *, environment: str, ledger: Ledger, lake: Lake, now: dt.datetime, actor: str) -> Move:
    """Take a product's published version away from an environment; `gc` may remove its data afterwards."""
    current = ledger.current(product, environment)
    if current is None:
        raise TroubleError(Trouble("H471", f"{product} is not published in {environment}", mend="see `hansa status`"))
    move = Move(product, environment, current, None)
    _apply([move], ledger=ledger, lake=lake, now=now, reason=WITHDRAWAL, actor=actor)
    return move


def _target(product: ProductName, current: Publication, version: int | None, ledger: Ledger, environment: str) -> Publication:
    history = [p for p in _once_shown(product, ledger, environment) if p.id != current.id]
    if version is None:
        earlier = [p for p in history if p.id < current.id]
    else:
        # Promoted versions were counted elsewhere; where a number stands twice, the environment's own is meant.
        earlier = sorted((p for p in history if p.version == version), key=lambda p: p.environment != environment)
    if not earlier:
        known = ", ".join(str(p.version) for p in history) or "none"
        wanted = "earlier version" if version is None else f"version {version}"
        raise TroubleError(
            Trouble(
                "H474",
                f"{product} has no {wanted} to roll back to; {environment} shows version {current.version}",
                mend=f"other versions that are still there: {known}",
            )
        )
    return earlier[0]


def _once_shown(product: ProductName, ledger: Ledger, environment: str) -> list[Publication]:
    """What an environment has published or taken over by promotion and is still there, newest first."""
    shown = {m.after for m in ledger.moves(product, environment)}
    return [p for p in ledger.history(product) if p.environment == environment or p.id in shown]


def _apply(moves: list[Move], *, ledger: Ledger, lake: Lake, now: dt.datetime, reason: str, actor: str) -> None:
    changes = [PointerMoved(m.product, m.environment, m.after.id if m.after else None, now, reason, actor) for m in moves]
    conditions = [PointerIs(m.product, m.environment, m.before.id if m.before else None) for m in moves]
    try:
        ledger.apply(changes, conditions)
    except Conflict as conflict:
        raise TroubleError(
            Trouble(
                "H475",
                f"somebody published {conflict.condition.product} meanwhile, so nothing was moved"
                if isinstance(conflict.condition, PointerIs)
                else "nothing was moved",
                mend="look at `hansa status` and decide again",
            )
        ) from conflict
    try:
        for move in moves:
            follow(move.product, move.environment, move.before, ledger=ledger, lake=lake)
    except TroubleError as failure:
        raise TroubleError(_heads_behind(failure.troubles[0])) from failure


def _heads_behind(cause: Trouble) -> Trouble:
    return Trouble(
        "H476",
        f"the pointers have moved, but the branch heads of the Iceberg tables could not follow: {cause.summary}",
        cause.places,
        "do not repeat the move: readers through Hansa see it already; `hansa gc` puts the heads right",
    )
