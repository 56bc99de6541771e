"""Where feedback is given, answered and taken back. Every step is a record of its own, in the name of whoever takes it.

A step is written on the condition that the feedback still stands where it was looked at, so of two at once one wins and the other
is told. What somebody may not discover is not there for them: neither a product, nor what was said of it.
"""

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import replace

from hansa.access import Decider
from hansa.access.grants import grants_of
from hansa.feedback.history import Feedback, feedback_of, feedbacks_of
from hansa.feedback.standing import HasRead, barred, describes, discovers, ground_of, major_of, owns, sees
from hansa.feedback.words import checked_stars, checked_text
from hansa.frozen import dataclass
from hansa.ledger import Conflict, FeedbackStepped, LastFeedbackStepIs, Ledger
from hansa.model import FeedbackGround, FeedbackKind, FeedbackStep, FeedbackStepKind, Mesh, Principal, Product, RunId
from hansa.names import PortMajor, ProductName
from hansa.trouble import Trouble, TroubleError, did_you_mean

MOST_AN_HOUR = 30
"""Steps that one person takes within an hour, at all products together and at all servers."""
_HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of a product. `port` is `port`, `port@2` or the whole address; empty for the product as a whole."""

    product: ProductName
    kind: FeedbackKind
    text: str = ""
    stars: int = 0
    port: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """What an owner's answer links to: a run by its id, a publication by its number; empty and 0 for none."""

    run: str = ""
    version: int = 0


NO_LINK = Link()


def fresh_id() -> str:
    return f"fb-{secrets.token_hex(5)}"


class FeedbackDesk:
    """`has_read` looks into the record of reads; `clock` is the time that is recorded; `new_id` names what is given."""

    def __init__(
        self,
        mesh: Mesh,
        ledger: Ledger,
        decider: Decider,
        clock: Callable[[], dt.datetime],
        has_read: HasRead,
        new_id: Callable[[], str] = fresh_id,
    ) -> None:
        self._mesh, self._ledger, self._decider = mesh, ledger, decider
        self._clock, self._has_read, self._new_id = clock, has_read, new_id

    def of_product(self, product: ProductName) -> tuple[Feedback, ...]:
        """All that was said of a product, in the order in which it was given."""
        return feedbacks_of(self._ledger.feedback_steps(product=product))

    def find(self, feedback: str) -> Feedback:
        """A piece of feedback by its id. Raises TroubleError H881 when there is none."""
        try:
            return feedback_of(self._ledger.feedback_steps(feedback=feedback))
        except ValueError:
            raise _unknown(feedback) from None

    def give(self, principal: Principal, said: Said) -> Feedback:
        """Say something. A rating takes the place of the one that the same person gave to the same major before."""
        now = self._clock()
        product = self._product(principal, said.product, now)
        text = checked_text(said.text, needed=said.kind is not FeedbackKind.RATING)
        stars = checked_stars(said.kind, said.stars)
        port, column = self._about(principal, product, said, now)
        ground = self._ground(principal, product, said.kind, now)
        step = FeedbackStep(
            feedback=self._new_id(),
            kind=FeedbackStepKind.GIVEN,
            about=said.kind,
            product=product.address,
            major=major_of(product),
            at=now,
            actor=principal.name,
            text=text,
            stars=stars,
            port=port,
            column=column,
            ground=ground,
        )
        return self._write(principal, step, None)

    def change(self, principal: Principal, feedback: str, text: str, stars: int = 0) -> Feedback:
        """Say it otherwise. Only its author may; a question or problem waits anew."""
        now = self._clock()
        found, product = self._standing(principal, feedback, FeedbackStepKind.CHANGED, now)
        self._refuse_other(principal, found, "change")
        step = replace(
            _next(found, FeedbackStepKind.CHANGED, principal, now),
            text=checked_text(text, needed=found.kind is not FeedbackKind.RATING),
            stars=checked_stars(found.kind, stars),
            ground=self._ground(principal, product, found.kind, now),
        )
        return self._write(principal, step, found)

    def withdraw(self, principal: Principal, feedback: str) -> Feedback:
        """Take it back. Only its author may; it is shown and counted no more, and stays on record."""
        now = self._clock()
        found, _ = self._standing(principal, feedback, FeedbackStepKind.WITHDRAWN, now)
        self._refuse_other(principal, found, "withdraw")
        return self._write(principal, _next(found, FeedbackStepKind.WITHDRAWN, principal, now), found)

    def answer(self, principal: Principal, feedback: str, text: str, link: Link = NO_LINK) -> Feedback:
        """Answer as one of the owners."""
        return self._reply(principal, feedback, FeedbackStepKind.ANSWERED, text, link)

    def resolve(self, principal: Principal, feedback: str, text: str = "", link: Link = NO_LINK) -> Feedback:
        """Mark a question or a problem as resolved, as one of the owners."""
        return self._reply(principal, feedback, FeedbackStepKind.RESOLVED, text, link)

    def _reply(self, principal: Principal, feedback: str, kind: FeedbackStepKind, text: str, link: Link) -> Feedback:
        now = self._clock()
        found, product = self._standing(principal, feedback, kind, now)
        if not owns(principal, product, self._mesh):
            raise _may_not(
                f"{principal.name} does not answer for {product.address}", f"its owner does: {product.owner or 'nobody yet'}"
            )
        self._refuse_elsewhere(product, link)
        step = replace(
            _next(found, kind, principal, now),
            text=checked_text(text, needed=kind is FeedbackStepKind.ANSWERED),
            run=link.run,
            version=link.version,
        )
        return self._write(principal, step, found)

    def _product(self, principal: Principal, name: ProductName, now: dt.datetime) -> Product:
        product = self._mesh.product(name)
        if product is None or not discovers(self._decider, principal, name, now):
            mend = "`hansa search` finds products"
            raise TroubleError(Trouble("H881", f"there is no product {name}, or you may not know of it", mend=mend))
        return product

    def _about(self, principal: Principal, product: Product, said: Said, now: dt.datetime) -> tuple[PortMajor | None, str]:
        """The port and column that something is about. What may not be described is not there. Raises TroubleError H887."""
        if said.kind is FeedbackKind.RATING and (said.port or said.column):
            raise TroubleError(Trouble("H887", "a rating is of a product as a whole", mend="say more of a port beside it"))
        if not said.port:
            if said.column:
                raise TroubleError(Trouble("H887", "a column is one of a port", mend="say of which port it is"))
            return None, ""
        known = [o for o in product.outputs if describes(self._decider, principal, o.pinned, now)]
        named = [o for o in known if said.port in _calls(o.pinned)]
        if not named:
            mend = did_you_mean(said.port[:100], [str(o.pinned) for o in known]) or "choose one of its ports"
            raise TroubleError(Trouble("H887", f"{product.address} has no port `{said.port[:100]}`", mend=mend))
        port = max(named, key=lambda o: o.major)
        column = next((n for n in port.schema.names if n.lower() == said.column.lower()), "")
        if said.column and not column:
            mend = did_you_mean(said.column[:100], port.schema.names) or "choose one of its columns"
            raise TroubleError(Trouble("H887", f"{port.pinned} has no column `{said.column[:100]}`", mend=mend))
        return port.pinned, column

    def _ground(self, principal: Principal, product: Product, kind: FeedbackKind, now: dt.datetime) -> FeedbackGround:
        """Raises TroubleError H883 for a rating by whoever has no ground for one."""
        grants = grants_of(self._ledger.access_steps(), self._mesh.governance.agreements, self._mesh)
        found = ground_of(principal, product, self._mesh, self._decider, grants, now, self._has_read)
        refusal = barred(principal, product, self._mesh, found) if kind is FeedbackKind.RATING else None
        if refusal is not None:
            raise TroubleError(refusal)
        return found

    def _standing(
        self, principal: Principal, feedback: str, kind: FeedbackStepKind, now: dt.datetime
    ) -> tuple[Feedback, Product]:
        """What can go on with this step, and the product that it is about. Raises TroubleError H881, H884."""
        found = self.find(feedback)
        try:
            product = self._product(principal, found.product, now)
        except TroubleError:
            raise _unknown(feedback) from None
        owner = owns(principal, product, self._mesh)
        if not sees(principal, found, lambda about: describes(self._decider, principal, about, now), owner=owner):
            raise _unknown(feedback)
        if found.allows(kind):
            return found, product
        summary = f"{feedback} cannot be {kind}: it is a {found.kind} that is {found.status}"
        raise TroubleError(Trouble("H884", summary, mend="look at it again; say something new if there is more to say"))

    def _refuse_other(self, principal: Principal, found: Feedback, what: str) -> None:
        if found.author != principal.name:
            raise _may_not(f"only {found.author} may {what} {found.id}", "say something of your own")

    def _refuse_elsewhere(self, product: Product, link: Link) -> None:
        """Raises TroubleError H888 for a link to what is nothing of the product's."""
        run = self._ledger.run(RunId(link.run)) if link.run else None
        if link.run and (run is None or product.address not in run.products):
            raise TroubleError(
                Trouble(
                    "H888",
                    f"{product.address} had no run `{link.run[:60]}`",
                    mend="take it from the product's runs, or leave it out",
                )
            )
        if link.version and all(p.version != link.version for p in self._ledger.history(product.address)):
            mend = "its page says which there are, under Changes"
            raise TroubleError(Trouble("H888", f"{product.address} has no version {link.version}", mend=mend))

    def _write(self, principal: Principal, step: FeedbackStep, found: Feedback | None) -> Feedback:
        """Raises TroubleError H885 for whoever says too much, H886 when somebody was quicker."""
        lately = [s for s in self._ledger.feedback_steps(actor=principal.name) if s.at > step.at - _HOUR]
        if len(lately) >= MOST_AN_HOUR:
            wait = max(1, -(-int((lately[-MOST_AN_HOUR].at + _HOUR - step.at).total_seconds()) // 60))
            summary = f"you have said {len(lately)} things within an hour"
            raise TroubleError(Trouble("H885", summary, mend=f"wait {wait} min; one text may say several things"))
        condition = LastFeedbackStepIs(step.feedback, found.last.serial if found is not None else None)
        try:
            self._ledger.apply((FeedbackStepped(step),), (condition,))
        except Conflict:
            now = self.find(step.feedback)
            summary = f"{now.last.actor} was quicker: {now.id} was {now.last.kind} meanwhile, and nothing else was recorded"
            raise TroubleError(
                Trouble("H886", summary, mend="look at it as it is now, and say it again if it still holds")
            ) from None
        return self.find(step.feedback)


def _calls(port: PortMajor) -> tuple[str, ...]:
    """What a port may be called, with its product before it or not."""
    return (port.name.port, f"{port.name.port}@{port.major}", str(port.name), str(port))


def _next(found: Feedback, kind: FeedbackStepKind, principal: Principal, now: dt.datetime) -> FeedbackStep:
    """A step that repeats what the feedback is about. A clock that went back must not turn the order of the steps."""
    first = found.first
    return FeedbackStep(
        found.id, kind, first.about, first.product, first.major, max(now, found.last.at), principal.name,
        port=first.port, column=first.column,
    )  # fmt: skip


def _unknown(feedback: str) -> TroubleError:
    mend = "the product's page lists what was said of it"
    return TroubleError(Trouble("H881", f"there is no feedback `{feedback[:60]}`, or you may not know of it", mend=mend))


def _may_not(summary: str, mend: str) -> TroubleError:
    return TroubleError(Trouble("H883", summary, mend=mend))
