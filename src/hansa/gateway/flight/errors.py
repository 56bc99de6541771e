"""From troubles to the errors of Flight: the right code for programs, our text for people, and never a stack trace.

pyarrow appends the Python traceback to every error that is none of its own Flight errors, and has no Flight error for "not
found", "invalid argument" and "unimplemented". So the errors below are recognised where the traceback is formatted (`quiet`).
"""

import logging
import re
import secrets
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.flight as fl

from hansa.engines import Cancelled, EngineFailed, QueryRefused
from hansa.gateway.asking import Refused
from hansa.gateway.flight.wire import Garbled
from hansa.ledger import LedgerGone
from hansa.trouble import Trouble, TroubleError

_log = logging.getLogger(__name__)
# Too many, or not now: the same call may succeed later. All are UNAVAILABLE: Arrow's Flight sends no RESOURCE_EXHAUSTED.
_AGAIN = frozenset({"H711", "H736", "H737"})
_TOO_LONG = frozenset({"H712", "H715"})
_STOPPED = "H714"
_NOT_THERE = frozenset({"H703", "H704", "H710", "H734"})
_NOT_DONE = frozenset({"H731", "H733"})
_formatted: Callable[..., list[str]] = traceback.format_exception


class _Said:
    """Marks an error whose text is all that a client is told."""


class _Invalid(_Said, pa.ArrowInvalid):  # type: ignore[misc]  # pyarrow brings no types
    pass


class _NotFound(_Said, pa.ArrowKeyError):  # type: ignore[misc]  # pyarrow brings no types
    pass


class _NotOffered(_Said, pa.ArrowNotImplementedError):  # type: ignore[misc]  # pyarrow brings no types
    pass


def quiet() -> None:
    """From now on, errors of this module are formatted without a traceback. For the process that serves Flight."""

    def without(exc: object, /, *rest: object, **options: object) -> list[str]:
        value = rest[0] if rest else exc
        if isinstance(value, _Said | fl.FlightError):
            return ["see above"]
        return _formatted(exc, *rest, **options)

    setattr(traceback, "format_exception", without)  # noqa: B010 - a plain assignment is no assignment to mypy


@contextmanager
def told() -> Iterator[None]:
    """Whatever goes wrong within becomes an error of Flight."""
    try:
        yield
    except GeneratorExit:
        raise
    except Exception as wrong:  # noqa: BLE001 - nothing may leave with a traceback
        raise flight_error(wrong) from None


@contextmanager
def told_of_schema() -> Iterator[None]:
    """As `told`, for GetSchema, where pyarrow lets no Flight error leave with its code: there all are invalid arguments."""
    try:
        with told():
            yield
    except fl.FlightError as wrong:
        raise _Invalid(str(wrong)) from None


def flight_error(wrong: Exception) -> Any:
    """The error of Flight for something that went wrong."""
    match wrong:
        case fl.FlightError() | _Said():
            return wrong
        case TroubleError():
            return _of_trouble(wrong)
        case Cancelled():
            return fl.FlightCancelledError("the query was cancelled")
        case Garbled():
            reason = Trouble("H732", f"the message cannot be read: {wrong}", mend="use a Flight SQL client of Arrow 13 or later")
            return _Invalid(str(reason))
        case QueryRefused() | EngineFailed():
            return _Invalid(str(Trouble("H706", f"the query could not be carried out: {wrong.reason}", mend="change the query")))
        case _:
            return _unforeseen(wrong)


def _of_trouble(wrong: TroubleError) -> Any:
    text = str(wrong)
    code = wrong.troubles[0].code if wrong.troubles else ""
    if isinstance(wrong, Refused):
        return fl.FlightUnauthorizedError(text)
    if isinstance(wrong, LedgerGone) or code in _AGAIN:
        return fl.FlightUnavailableError(text)
    if code == "H730" or re.fullmatch(r"H7[89]\d", code):
        return fl.FlightUnauthenticatedError(text)
    if code in _TOO_LONG:
        return fl.FlightTimedOutError(text)
    if code == _STOPPED:
        return fl.FlightCancelledError(text)
    if code in _NOT_THERE:
        return _NotFound(text)
    if code in _NOT_DONE:
        return _NotOffered(text)
    return _Invalid(text)


def _unforeseen(wrong: Exception) -> Any:
    """What nobody foresaw may hold anything, also values: it goes to the gateway's log, and the client gets a number to name."""
    number = secrets.token_hex(4)
    _log.error("unforeseen error %s", number, exc_info=wrong)
    summary = f"something went wrong that was not foreseen, number {number}"
    return fl.FlightInternalError(str(Trouble("H738", summary, mend="ask again; tell the operator this number if it stays")))
