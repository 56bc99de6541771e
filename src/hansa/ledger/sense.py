"""Refuses changes that make no sense, before any store is asked: the same answer from every ledger."""

import datetime as dt
from collections.abc import Iterable
from typing import assert_never

from hansa.ledger.protocol import (
    Change,
    ChecksRecorded,
    PointerMoved,
    PoliciesDecided,
    ProductFinished,
    PublicationsForgotten,
    Published,
    RunEnded,
    RunStarted,
)
from hansa.model import RunStatus


def refuse_nonsense(changes: Iterable[Change]) -> None:
    """Raise ValueError for a time without a zone and for a run that ends as running."""
    for change in changes:
        match change:
            case RunStarted(run):
                zoned(run.started)
                if run.ended is not None:
                    zoned(run.ended)
            case RunEnded(run_id, status, at):
                zoned(at)
                if status is RunStatus.RUNNING:
                    raise ValueError(f"run {run_id} cannot end as running")
            case Published(publication):
                zoned(publication.created)
            case PointerMoved():
                zoned(change.at)
            case ProductFinished() | ChecksRecorded() | PublicationsForgotten() | PoliciesDecided():
                pass
            case _:
                assert_never(change)


def zoned(at: dt.datetime) -> dt.datetime:
    """The same time, if it has a zone. Raises ValueError."""
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone: {at}")
    return at


def never_started(run: str) -> ValueError:
    return ValueError(f"run {run} was never started")


def started_already(run: str) -> ValueError:
    return ValueError(f"run {run} was started already")


def of_another_product(publication: int, product: object) -> ValueError:
    return ValueError(f"publication {publication} is not one of {product}")
