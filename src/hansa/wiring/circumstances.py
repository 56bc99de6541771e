"""When and by whom a command is run."""

import datetime as dt
from collections.abc import Callable, Mapping

from hansa.trouble import Trouble, TroubleError


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def moment(environ: Mapping[str, str], clock: Callable[[], dt.datetime] = now) -> dt.datetime:
    """When decisions, waivers and grants that end are judged: now, or the same time of the later day that `HANSA_TODAY` names,
    to see what will have lapsed by then. An earlier day is passed over, since it would bring back what has lapsed.

    Raises TroubleError for what is no day.
    """
    at, told = clock(), environ.get("HANSA_TODAY", "")
    try:
        return max(at, dt.datetime.combine(dt.date.fromisoformat(told), at.timetz())) if told else at
    except ValueError:
        mend = "write it 2027-01-31, or leave it out"
        raise TroubleError(Trouble("H926", f"HANSA_TODAY is no day: `{told}`", mend=mend)) from None


def actor(environ: Mapping[str, str]) -> str:
    """Who acts, for the record: the name of the account on this machine."""
    return environ.get("HANSA_ACTOR") or environ.get("USER") or environ.get("LOGNAME") or ""
