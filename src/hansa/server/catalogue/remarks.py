"""What was said of a product, as one viewer may see it: pages, the API and agents show the same."""

import datetime as dt
from collections.abc import Iterable

from hansa.access import Action
from hansa.access.identity import good_for
from hansa.feedback import (
    NO_RATINGS,
    Feedback,
    FeedbackStatus,
    Ratings,
    barred,
    counted,
    ground_of,
    major_of,
    owns,
    ratings_of,
    sees,
)
from hansa.frozen import dataclass
from hansa.model import FeedbackGround, FeedbackKind, FeedbackStep, FeedbackStepKind, Product
from hansa.server.catalogue.catalogue import Catalogue
from hansa.server.sight import Sight
from hansa.trouble import Trouble

LEFT = "somebody who left"
_WORDS = {
    "change": FeedbackStepKind.CHANGED,
    "withdraw": FeedbackStepKind.WITHDRAWN,
    "answer": FeedbackStepKind.ANSWERED,
    "resolve": FeedbackStepKind.RESOLVED,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What an owner said to it."""

    kind: FeedbackStepKind
    at: dt.datetime
    who: str
    text: str
    run: str
    version: int


@dataclass(frozen=True, slots=True)
class Remark:
    """A piece of feedback. `who` is its author's name, or that they left; `may` are the words that the viewer may say now.

    `replaced` is a rating in whose place its author gave another.
    """

    found: Feedback
    who: str
    has_read: bool
    counts: bool
    replaced: bool
    own: bool
    may: frozenset[str]
    replies: tuple[Reply, ...]


@dataclass(frozen=True, slots=True)
class Remarks:
    """All that a viewer may see of one product, the newest first, and what its ratings come to.

    `waiting` are questions and problems that no owner has said a word to, `problems` those that are not resolved.
    """

    remarks: tuple[Remark, ...]
    ratings: Ratings

    @property
    def waiting(self) -> tuple[Remark, ...]:
        return tuple(r for r in self.remarks if r.found.waits)

    @property
    def problems(self) -> tuple[Remark, ...]:
        return tuple(r for r in self.remarks if r.found.kind is FeedbackKind.PROBLEM and r.found.unsettled)


def heard_of(catalogue: Catalogue, sight: Sight, product: Product) -> Remarks:
    """What the viewer may see of what was said of a product."""
    said = catalogue.heard.of_product(product.address)
    if not said:
        return Remarks((), NO_RATINGS)
    counts = {f.id for f in counted(said)}
    shown = [f for f in reversed(said) if f.status is not FeedbackStatus.WITHDRAWN and visible(sight, product, f)]
    remarks = _remarks(catalogue, sight, product, shown, counts)
    return Remarks(tuple(r for r in remarks if not r.replaced), ratings_of(said, major_of(product)))


def visible(sight: Sight, product: Product, found: Feedback) -> bool:
    """Whether what was said of a product is for the viewer's eyes."""
    return sees(sight.principal, found, sight.described, owner=owns(sight.principal, product, sight.mesh))


def remark_of(catalogue: Catalogue, sight: Sight, product: Product, found: Feedback) -> Remark:
    """One piece of feedback as the viewer sees it; withdrawn or not."""
    counts = {f.id for f in counted(catalogue.heard.of_product(product.address))}
    return next(iter(_remarks(catalogue, sight, product, (found,), counts)))


def answerable(sight: Sight, product: Product) -> bool:
    """Whether the viewer may answer for a product, with the credential that they came with."""
    return owns(sight.principal, product, sight.mesh) and good_for(sight.principal, Action.APPROVE)


def rating_barred(catalogue: Catalogue, sight: Sight, product: Product, now: dt.datetime) -> Trouble | None:
    """Why the viewer may not rate a product; None when they may."""
    catalogue.reads.refresh(now)
    has_read, decider = catalogue.reads.has_read, catalogue.backing.decider
    ground = ground_of(sight.principal, product, sight.mesh, decider, catalogue.grants(), now, has_read)
    return barred(sight.principal, product, sight.mesh, ground)


def _remarks(
    catalogue: Catalogue, sight: Sight, product: Product, found: Iterable[Feedback], counts: set[str]
) -> Iterable[Remark]:
    catalogue.reads.refresh(catalogue.now())
    answers, speaks = answerable(sight, product), good_for(sight.principal, Action.REQUEST)
    for f in found:
        own = f.author == sight.principal.name
        words = {w for w, k in _WORDS.items() if f.allows(k) and (own and speaks if w in ("change", "withdraw") else answers)}
        rated = f.kind is FeedbackKind.RATING and f.status is not FeedbackStatus.WITHDRAWN
        yield Remark(
            found=f,
            who=_who(catalogue, f.author),
            has_read=f.ground is FeedbackGround.READ or catalogue.reads.has_read(f.author, product.address),
            counts=f.id in counts,
            replaced=rated and f.id not in counts and f.ground is not FeedbackGround.DISCOVERY,
            own=own,
            may=frozenset(words),
            replies=tuple(_reply(catalogue, s) for s in f.replies),
        )


def _reply(catalogue: Catalogue, step: FeedbackStep) -> Reply:
    return Reply(step.kind, step.at, _who(catalogue, step.actor), step.text, step.run, step.version)


def _who(catalogue: Catalogue, name: str) -> str:
    return LEFT if catalogue.backing.authenticator.left(name) else name
