"""Feedback as the API shows it, and the bodies that say it."""

import datetime as dt
from typing import Literal

from pydantic import Field

from hansa.feedback import LONGEST, Ratings
from hansa.server.api import Listing, Shown, Strict, example
from hansa.server.catalogue import Remark


class RatingsShown(Shown):
    """What the stars of a product come to, at its major version: one rating of each person. `earlier` are those of majors before.

    `distribution` says how many gave one star, two, … five. `average` is null while nobody rated.
    """

    average: float | None
    count: int
    distribution: list[int]
    earlier: int


class ReplyShown(Shown):
    """What an owner said: answered, resolved. `run` and `version` are what it links to."""

    kind: str
    at: dt.datetime
    who: str
    text: str
    run: str | None
    version: int | None


class FeedbackShown(Shown):
    """What somebody said of a product, in plain text that others wrote.

    `kind` is rating, praise, question or problem; `status` is given, open, answered, resolved or withdrawn. `who` is a name, or
    `somebody who left`. `hasRead` says that the record of reads knows them as a reader of the product. `counts` says of a rating
    that it is among those that are counted. `may` are the words that the caller may say: change, withdraw, answer, resolve.
    """

    model_config = example(
        feedback="fb-8f3a2c1b0d", kind="problem", status="answered", product="customer.profiles", major=1,
        port="customer.profiles.profiles@1", column="born", stars=None, text="Some are born in 1900.", who="mia", has_read=True,
        counts=False, given="2026-11-22T09:00:00Z", changed=None, may=[],
        replies=[{"kind": "answered", "at": "2026-11-22T10:00:00Z", "who": "carla", "text": "A default of the source.",
                  "run": None, "version": 4}],
    )  # fmt: skip
    feedback: str
    kind: str
    status: str
    product: str
    major: int
    port: str | None
    column: str | None
    stars: int | None
    text: str
    who: str
    has_read: bool
    counts: bool
    given: dt.datetime
    changed: dt.datetime | None
    may: list[str]
    replies: list[ReplyShown]


class Feedbacks(Listing[FeedbackShown]):
    """A page of what was said of a product, the newest first; `ratings` are of all, on whichever page."""

    ratings: RatingsShown


class GiveBody(Strict):
    """A rating with `stars`, or praise, a question or a problem with a `text`; these perhaps of a port and a column of it."""

    kind: Literal["rating", "praise", "question", "problem"]
    text: str = Field(default="", max_length=LONGEST * 2)
    stars: int = Field(default=0, ge=0, le=5, description="1 to 5 of a rating.")
    port: str = Field(default="", max_length=300, description="As `port`, `port@2` or the whole address.")
    column: str = Field(default="", max_length=300)


class ChangeBody(Strict):
    """What it is to say from now on."""

    text: str = Field(default="", max_length=LONGEST * 2)
    stars: int = Field(default=0, ge=0, le=5)


class NoBody(Strict):
    """Nothing has to be said: `{}`."""


class ResolveBody(Strict):
    """A last word, if there is one; a run, or the number of a published version, that it links to."""

    text: str = Field(default="", max_length=LONGEST * 2)
    run: str = Field(default="", max_length=200)
    version: int = Field(default=0, ge=0, lt=2**62)


class AnswerBody(ResolveBody):
    """An answer, with what it links to."""

    text: str = Field(min_length=1, max_length=LONGEST * 2)


def ratings_shown(ratings: Ratings) -> RatingsShown:
    return RatingsShown(
        average=ratings.average, count=ratings.count, distribution=list(ratings.distribution), earlier=ratings.earlier
    )


def remark_shown(remark: Remark) -> FeedbackShown:
    found = remark.found
    return FeedbackShown(
        feedback=found.id,
        kind=str(found.kind),
        status=str(found.status),
        product=str(found.product),
        major=found.major,
        port=str(found.port) if found.port is not None else None,
        column=found.column or None,
        stars=found.stars or None,
        text=found.said.text,
        who=remark.who,
        has_read=remark.has_read,
        counts=remark.counts,
        given=found.first.at,
        changed=found.said.at if found.changed else None,
        may=sorted(remark.may),
        replies=[
            ReplyShown(kind=str(r.kind), at=r.at, who=r.who, text=r.text, run=r.run or None, version=r.version or None)
            for r in remark.replies
        ],
    )
