"""Whatever is asked of them, all ledgers answer alike."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.behaviour.ledgers.records import (
    HISTORY,
    NOW,
    OPENERS,
    PROFILES,
    a_publication,
    a_read,
    a_run,
    a_step,
    a_token,
    check,
    decision,
    everything,
    later,
    said,
)

from hansa.ledger import (
    AccessStepped,
    Change,
    ChecksRecorded,
    Condition,
    Conflict,
    FeedbackStepped,
    InvitationGood,
    InvitationUsed,
    Invited,
    LastFeedbackStepIs,
    LastStepIs,
    LeaseHeld,
    Ledger,
    PointerIs,
    PointerMoved,
    PoliciesDecided,
    ProductFinished,
    PublicationKept,
    PublicationsForgotten,
    Published,
    ReadsRecorded,
    RunEnded,
    RunStarted,
    SessionOpened,
    SessionsEnded,
    SessionsSwept,
    SessionUsed,
    TokenKept,
    TokenUsed,
    Unpointed,
    UserKept,
)
from hansa.model import (
    FeedbackStepKind,
    Invitation,
    ProductRun,
    ProductStatus,
    PublicationId,
    RunId,
    RunStatus,
    SessionRecord,
    StepKind,
    UserRecord,
)

_products = st.sampled_from([PROFILES, HISTORY])
_environments = st.sampled_from(["prod", "pr-17"])
_runs = st.sampled_from(["r0", "r1", "r2"])  # all started before the first random call
_ids = st.integers(1, 4).map(PublicationId)
_moments = st.integers(-50, 50).map(later)
_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
_measured = st.none() | st.integers() | st.floats(allow_nan=False) | _texts
_published: st.SearchStrategy[Change] = st.builds(
    lambda *a: Published(a_publication(*a)), _products, _environments, _runs, st.integers(0, 2)
)
_moved: st.SearchStrategy[Change] = st.builds(PointerMoved, _products, _environments, st.none() | _ids, _moments, _texts, _texts)
_forgotten: st.SearchStrategy[Change] = st.builds(PublicationsForgotten, st.lists(_ids, max_size=2).map(tuple))
_told: st.SearchStrategy[Change] = st.one_of(
    st.builds(RunStarted, st.builds(a_run, st.sampled_from(["r2", "r3"]), _environments)),
    st.builds(RunEnded, _runs.map(RunId), st.sampled_from(RunStatus), _moments),
    st.builds(
        lambda run, product, status, text: ProductFinished(ProductRun(RunId(run), product, status, text)),
        _runs,
        _products,
        st.sampled_from(ProductStatus),
        _texts,
    ),
    st.builds(
        lambda run, product, values: ChecksRecorded(RunId(run), product, tuple(check("c", v) for v in values)),
        _runs,
        _products,
        st.lists(_measured, max_size=3),
    ),
)
_decided: st.SearchStrategy[Change] = st.builds(
    lambda run, texts, product: PoliciesDecided(RunId(run), tuple(decision(t, product) for t in texts)),
    _runs,
    st.lists(_texts, max_size=2),
    st.none() | _products,
)
_requests = st.sampled_from(["q1", "q2"])
_stepped: st.SearchStrategy[Change] = st.builds(
    lambda kind, request, text: AccessStepped(replace(a_step(kind, request), reason=text)),
    st.sampled_from(StepKind),
    _requests | st.just(""),
    _texts,
)
_spoken: st.SearchStrategy[Change] = st.builds(
    lambda kind, number, text: FeedbackStepped(replace(said(kind, number), text=text, run="", version=0)),
    st.sampled_from(FeedbackStepKind),
    st.sampled_from(["f1", "f2", ""]),
    _texts,
)
_identified: st.SearchStrategy[Change] = st.one_of(
    st.builds(lambda name, title: UserKept(UserRecord(name, title=title)), st.sampled_from(["ada", "bob"]), _texts),
    st.builds(lambda id_, at: TokenKept(replace(a_token(id_), revoked=at)), st.sampled_from(["t1", "t2"]), st.none() | _moments),
)
_session = st.builds(
    lambda id_, user, used: SessionRecord(id_, "0" * 64, user, NOW, later(40), used, token="t1"),
    st.sampled_from(["s1", "s2", "s3"]),
    st.sampled_from(["ada", "bob"]),
    _moments,
)
_signed: st.SearchStrategy[Change] = st.one_of(
    st.builds(SessionOpened, _session),
    st.builds(SessionUsed, st.sampled_from(["s1", "s2"]), _moments),
    st.builds(SessionsEnded, st.lists(st.sampled_from(["s1", "s3"]), max_size=2).map(tuple)),
    st.builds(SessionsSwept, _moments, _moments, st.integers(0, 2)),
    st.builds(lambda h, at, keep: Invited(Invitation(h, "ada", at), keep), st.sampled_from("hi"), _moments, st.integers(0, 2)),
    st.builds(InvitationUsed, st.sampled_from("hi")),
    st.builds(TokenUsed, st.sampled_from(["t0", "t1"]), _moments),
)
_read: st.SearchStrategy[Change] = st.builds(
    lambda texts, at, seconds: ReadsRecorded(
        (*(a_read(text, reason=text, seconds=seconds) for text in texts), replace(a_read(), at=at))
    ),
    st.lists(_texts | st.just("\0\ud800"), max_size=2),
    _moments,
    st.floats(0, 1e6),
)
_changes = st.lists(
    st.one_of(_published, _published, _moved, _forgotten, _told, _decided, _stepped, _spoken, _identified, _signed, _read),
    max_size=3,
)
_conditions: st.SearchStrategy[Condition] = st.one_of(
    st.builds(PointerIs, _products, _environments, st.none() | _ids),
    st.builds(PublicationKept, _ids),
    st.builds(Unpointed, _ids),
    st.builds(InvitationGood, st.sampled_from("hi"), _moments),
    st.builds(LastStepIs, _requests, st.none() | st.integers(1, 3)),
    st.builds(LastFeedbackStepIs, st.sampled_from(["f1", "f2"]), st.none() | st.integers(1, 3)),
)
_calls: st.SearchStrategy[tuple[Any, ...]] = st.one_of(
    st.tuples(st.just("apply"), _changes, st.just([])),
    st.tuples(st.just("apply"), _changes, st.lists(_conditions, max_size=1)),
    st.tuples(st.just("acquire"), st.sampled_from("kl"), st.sampled_from("ab"), _moments, st.integers(1, 40)),
    st.tuples(st.just("renew"), st.integers(0, 3), _moments, st.integers(1, 40)),
    st.tuples(st.just("release"), st.integers(0, 3)),
    st.tuples(st.just("write under a lease"), st.integers(0, 3), _moments, _changes),
)
# What every sequence begins with, since most calls need runs and leases.
_BEGINNING: list[tuple[Any, ...]] = [
    ("apply", [RunStarted(a_run(id_, env)) for id_, env in [("r0", "prod"), ("r1", "prod"), ("r2", "pr-17")]], []),
    ("apply", [Published(a_publication()), Published(a_publication(HISTORY)), Published(a_publication())], []),
    ("acquire", "k", "a", NOW, 30),
    ("acquire", "l", "a", later(-50), 10),
]


def answer(ledger: Ledger, call: tuple[Any, ...], leases: list[Any]) -> object:
    """Make a call; what it answered or how it refused. `leases` are those got so far, to be used again, be they lost or not."""
    try:
        match call:
            case ("apply", changes, conditions):
                return ledger.apply(changes, conditions)
            case ("acquire", key, holder, now, seconds):
                lease = ledger.acquire(key, holder, now=now, seconds=seconds)
                leases.extend([lease] if lease is not None else [])
                return lease
            case ("renew", number, now, seconds):
                return ledger.renew(leases[-1 - number % len(leases)], now=now, seconds=seconds)
            case ("release", number):
                ledger.release(leases[-1 - number % len(leases)])
                return None
            case ("write under a lease", number, now, changes):
                return ledger.apply(changes, [LeaseHeld(leases[-1 - number % len(leases)], now)])
            case _:
                raise AssertionError(call)
    except Conflict as conflict:
        return "conflict", conflict.condition, conflict.found
    except ValueError as error:
        return "refused", str(error)


KINDS = pytest.mark.parametrize("kind", [kind for kind in OPENERS if kind != "memory"])
CALLS = st.lists(_calls, min_size=8, max_size=20)


@KINDS
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(calls=CALLS)
def test_a_sequence_of_calls_leaves_every_ledger_with_the_same_reads(
    fresh: Callable[[str], Ledger], kind: str, calls: Sequence[tuple[Any, ...]]
) -> None:
    leaves_the_same(fresh, kind, calls)


@pytest.mark.slow
@KINDS
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(calls=CALLS)
def test_any_sequence_of_calls_does(fresh: Callable[[str], Ledger], kind: str, calls: Sequence[tuple[Any, ...]]) -> None:
    leaves_the_same(fresh, kind, calls)


def leaves_the_same(fresh: Callable[[str], Ledger], kind: str, calls: Sequence[tuple[Any, ...]]) -> None:
    with contextlib.closing(fresh("memory")) as memory, contextlib.closing(fresh(kind)) as other:
        ours: list[Any] = []
        theirs: list[Any] = []
        for call in [*_BEGINNING, *calls]:
            assert answer(memory, call, ours) == answer(other, call, theirs)
        assert everything(memory) == everything(other)
