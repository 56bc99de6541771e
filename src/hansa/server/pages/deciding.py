"""Saying a word about a request: approve, deny, withdraw, renew, revoke. Each is said in the viewer's own name, by the desk."""

import datetime as dt
from collections.abc import Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hansa.access import Action
from hansa.access.history import AccessRequest
from hansa.access.identity import good_for
from hansa.access.naming import inheriting_port
from hansa.access.requests import AccessDesk
from hansa.access.terms import last_moment
from hansa.frozen import dataclass
from hansa.ledger import LedgerGone
from hansa.model import Terms
from hansa.server.pages.requested import may_see, sheet
from hansa.server.pages.routing import Page
from hansa.server.pages.visit import Visit, onward
from hansa.server.transport import Answered
from hansa.server.transport.problems import status_of
from hansa.trouble import Trouble, TroubleError

LENGTHS = (14, 30, 90, 180, 365)


@dataclass(frozen=True, slots=True)
class Said:
    """What stands in the forms of a request: as it was asked for, or as the viewer filled it in."""

    columns: tuple[str, ...] | None = None
    unmasked: tuple[str, ...] | None = None
    where: str = ""
    days: str = ""
    reason: str = ""
    named: str = ""

    def keeps(self, column: str) -> bool:
        return self.columns is None or column in self.columns

    def clears(self, column: str) -> bool:
        return self.unmasked is None or column in self.unmasked


def found_request(visit: Visit, desk: AccessDesk) -> AccessRequest:
    """The request of the address. One that is none of the viewer's business is not there."""
    try:
        found = desk.find(visit.request.path_params["request_id"])
    except TroubleError:
        raise HTTPException(404) from None
    if not may_see(visit, desk, found):
        raise HTTPException(404)
    return found


def one(visit: Visit) -> Response:
    """One request with all its steps, and what the viewer may say about it."""
    desk = visit.catalogue.desk()
    return _page(visit, desk, found_request(visit, desk), Said(), (), 200)


def word(what: str) -> Callable[[Visit], Response]:
    """What a form of a request does. What is wrong is told on the request's own page, beside the form as it was filled in."""
    say, needs = _WORDS[what]

    def posted(visit: Visit) -> Response:
        desk = visit.catalogue.desk()
        found = found_request(visit, desk)
        said = _said(visit)
        try:
            _refuse_scope(visit, found, needs)
            _refuse_old(visit, found)
            after = say(visit, desk, found, said)
        except TroubleError as wrong:
            return _page(visit, desk, desk.find(found.id), said, wrong.troubles, beside_the_form(wrong), what)
        return onward(f"/access?done={after.id}" if visit.said("next") == "inbox" else f"/requests/{after.id}")

    return posted


def beside_the_form(wrong: TroubleError) -> int:
    """The status of a page that tells what is wrong with a form. A ledger that is gone is raised: no form mends it."""
    if isinstance(wrong, LedgerGone):
        raise wrong
    status = status_of(wrong)
    return status if 400 <= status < 500 else 422


def last_day(visit: Visit, days: str) -> dt.datetime | None:
    """The end of the last of so many days; None for no number. Raises TroubleError for what is none."""
    if not days:
        return None
    if not (days.isdecimal() and 0 < int(days[:6]) <= 36_500):
        raise TroubleError(Trouble("H824", "how long is a number of days", mend="write a whole number, or leave it out"))
    return dt.datetime.combine(visit.now.date() + dt.timedelta(days=int(days) + 1), dt.time(), dt.UTC)


def _approve(visit: Visit, desk: AccessDesk, found: AccessRequest, said: Said) -> AccessRequest:
    port = inheriting_port(found.port, visit.sight.mesh)
    asked = found.terms.columns or tuple(port.schema.names)
    columns, unmasked = found.terms.columns, found.terms.unmasked
    if said.named:
        columns = tuple(line.strip() for line in said.named.splitlines() if line.strip())
        unmasked = tuple(c for c in unmasked if c in columns)
    elif said.columns is not None:
        if not said.columns:
            mend = "leave a tick at what may be read, or deny it with a reason"
            raise Answered(Trouble("H830", "every column was taken out, which would grant nothing", mend=mend), 422)
        # All of all stays all: a column that is added to the port later is granted, too.
        columns = said.columns if set(said.columns) != set(asked) else found.terms.columns
        unmasked = tuple(c for c in said.unmasked or () if c in said.columns)
    terms = Terms(columns, unmasked, said.where, last_day(visit, said.days))
    return desk.approve(visit.principal, found.id, terms, said.reason, masked=not unmasked)


def _deny(visit: Visit, desk: AccessDesk, found: AccessRequest, said: Said) -> AccessRequest:
    return desk.deny(visit.principal, found.id, said.reason)


def _withdraw(visit: Visit, desk: AccessDesk, found: AccessRequest, said: Said) -> AccessRequest:
    return desk.withdraw(visit.principal, found.id, said.reason)


def _renew(visit: Visit, desk: AccessDesk, found: AccessRequest, said: Said) -> AccessRequest:
    return desk.renew(visit.principal, found.id, last_day(visit, said.days), said.reason)


def _revoke(visit: Visit, desk: AccessDesk, found: AccessRequest, said: Said) -> AccessRequest:
    return desk.revoke(visit.principal, found.id, said.reason)


_Word = Callable[[Visit, AccessDesk, AccessRequest, Said], AccessRequest]
_WORDS: Mapping[str, tuple[_Word, tuple[Action, ...]]] = {
    "approve": (_approve, (Action.APPROVE,)),
    "deny": (_deny, (Action.APPROVE,)),
    "withdraw": (_withdraw, (Action.REQUEST,)),
    "renew": (_renew, (Action.REQUEST, Action.APPROVE)),
    "revoke": (_revoke, (Action.REQUEST, Action.APPROVE)),
}


def _refuse_scope(visit: Visit, found: AccessRequest, needs: tuple[Action, ...]) -> None:
    """Raises Answered when the token is good for none of what the word needs."""
    if not any(good_for(visit.principal, action, found.consumer) for action in needs):
        wanted = " or ".join(f"`{a}`" for a in needs)
        raise Answered(Trouble("H752", f"your token is not good for {wanted}", mend="sign in with one that is"), 403)


def _refuse_old(visit: Visit, found: AccessRequest) -> None:
    """Raises Answered when the request went on since the viewer looked at it."""
    seen = visit.said("seen", 20)
    if seen != str(found.last.serial):
        last = found.last
        when = f"at {last.at:%H:%M} on {last.at:%Y-%m-%d} (UTC)"
        summary = f"{last.actor} was quicker: this was {last.kind} {when}, and your word was not recorded"
        mend = "look at it as it is now, and decide again if there is still something to decide"
        raise Answered(Trouble("H831", summary, mend=mend), 409)


def _said(visit: Visit) -> Said:
    """What was filled in. `columns` came along when the form had them, ticked or not."""
    listed = visit.said("listed", 3) == "yes"
    columns, unmasked = (visit.form.get(n, ()) if listed else None for n in ("columns", "unmasked"))
    return Said(
        columns, unmasked, visit.said("where"), visit.said("days", 10), visit.said("reason", 2000), visit.said("named", 60_000)
    )


def _page(
    visit: Visit,
    desk: AccessDesk,
    found: AccessRequest,
    said: Said,
    troubles: tuple[Trouble, ...],
    status: int,
    saying: str = "",
) -> Response:
    seen = sheet(visit, desk, found)
    return visit.page(
        "request.html", status=status, keep=False, sheet=seen, said=said, saying=saying, troubles=troubles, lengths=LENGTHS,
        inbox=False, last_moment=last_moment,
    )  # fmt: skip


PAGES = (
    Page("/requests/{request_id}", one),
    *(Page(f"/requests/{{request_id}}/{what}", word(what), posted=True) for what in _WORDS),
)
