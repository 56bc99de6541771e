"""From troubles to the errors of PostgreSQL: the right SQLSTATE for programs, our text for people, and never a stack trace.

The codes are those of https://www.postgresql.org/docs/current/errcodes-appendix.html. Our own code stands in the field of the
routine, where `\\set VERBOSITY verbose` of psql and the diagnostics of drivers show it.
"""

import logging
import re
import secrets
from collections.abc import Mapping

from hansa.engines import Cancelled, EngineFailed, QueryRefused
from hansa.gateway.asking import STOPPED, Refused
from hansa.gateway.postgres.messages import Garbled
from hansa.ledger import LedgerGone
from hansa.trouble import Trouble, TroubleError

_log = logging.getLogger(__name__)

DENIED, READ_ONLY, NOT_OFFERED, STATE_FAILED = "42501", "25006", "0A000", "25P02"
PROTOCOL, UNKNOWN, TOO_MANY, SHUTDOWN, IDLE = "08P01", "28P01", "53300", "57P01", "57P05"

_STATES: Mapping[str, str] = {
    "H701": "42601", "H702": READ_ONLY, "H703": "42P01", "H704": "42P01", "H705": "42000", "H706": "22000", "H707": DENIED,
    "H708": NOT_OFFERED, "H709": "42601", "H710": "42P01", "H711": "53300", "H712": "57014", "H713": "54000", "H714": "57014",
    "H715": "57014", "H716": "22023", "H717": "53200", "H718": "58030", "H719": "54000", "H720": "54000", "H730": UNKNOWN,
    "H731": READ_ONLY, "H732": PROTOCOL, "H733": NOT_OFFERED, "H734": "26000", "H735": "22023", "H736": TOO_MANY,
    "H737": SHUTDOWN, "H738": "XX000",
}  # fmt: skip
_UNBOUND = (
    (re.compile(r"column.*(not found|does not have)", re.IGNORECASE), "42703"),
    (re.compile(r"Ambiguous", re.IGNORECASE), "42702"),
    (re.compile(r"function", re.IGNORECASE), "42883"),
    (re.compile(r"GROUP BY", re.IGNORECASE), "42803"),
    (re.compile(r"table.*not found", re.IGNORECASE), "42P01"),
    (re.compile(r"Cannot (compare|mix)", re.IGNORECASE), "42804"),
)


class WithState(TroubleError):
    """A trouble that is known by another SQLSTATE than its code says."""

    def __init__(self, state: str, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.state = state


def not_offered(what: str, mend: str = "ask with SELECT") -> WithState:
    return WithState(NOT_OFFERED, Trouble("H733", f"the gateway does not offer {what}", mend=mend))


def told(wrong: Exception, text: str = "", severity: str = "ERROR") -> dict[str, str]:
    """The fields of an error. `text` is the statement that it is about, in which its place is shown."""
    trouble = _trouble(wrong)
    state = wrong.state if isinstance(wrong, WithState) else _state(wrong, trouble)
    said = [f"{place}{f' ({place.note})' if place.note else ''}" for place in trouble.places if place.file != "query"]
    others = [other.summary for other in wrong.troubles[1:]] if isinstance(wrong, TroubleError) else []
    return {
        "S": severity,
        "V": severity,
        "C": state,
        "M": trouble.summary,
        "D": "\n".join([*said, *others, f"{trouble.code}: `hansa explain {trouble.code}` says more"]),
        "H": trouble.mend,
        "P": _position(trouble, text),
        "R": trouble.code,
    }


def noticed(text: str) -> dict[str, str]:
    """The fields of a notice."""
    return {"S": "NOTICE", "V": "NOTICE", "C": "00000", "M": text}


def _trouble(wrong: Exception) -> Trouble:
    match wrong:
        case TroubleError() if wrong.troubles:
            return wrong.troubles[0]
        case Cancelled():
            return STOPPED
        case Garbled():
            return Trouble("H732", f"the message cannot be read: {wrong}", mend="use a client of PostgreSQL's protocol 3.0")
        case QueryRefused() | EngineFailed():
            return Trouble("H706", f"the query could not be carried out: {wrong.reason}", mend="change the query")
        case _:
            number = secrets.token_hex(4)
            # It may hold anything, also values: it goes to the gateway's log, and the client gets a number to name.
            _log.error("unforeseen error %s", number, exc_info=wrong)
            summary = f"something went wrong that was not foreseen, number {number}"
            return Trouble("H738", summary, mend="ask again; tell the operator this number if it stays")


def _state(wrong: Exception, trouble: Trouble) -> str:
    if isinstance(wrong, Refused):
        return DENIED
    if isinstance(wrong, LedgerGone):
        return "58000"
    if re.fullmatch(r"H7[89]\d", trouble.code):
        return UNKNOWN
    if trouble.code == "H705":
        return next((state for pattern, state in _UNBOUND if pattern.search(trouble.summary)), _STATES["H705"])
    return _STATES.get(trouble.code, "XX000")


def _position(trouble: Trouble, text: str) -> str:
    """The place in a statement, as a number of characters; the place's column counts bytes or characters of its line."""
    place = next((p for p in trouble.places if p.file == "query" and p.line), None)
    if place is None or not text:
        return ""
    lines = text.split("\n")
    if place.line > len(lines):
        return ""
    before = sum(len(line) + 1 for line in lines[: place.line - 1])
    return str(min(before + max(place.column, 1), len(text) + 1))
