"""What is asked for and granted, checked against the port; and the terms of use that a producer sets."""

import datetime as dt
import hashlib
from collections.abc import Collection
from dataclasses import replace

from hansa.access.rows import checked_predicate
from hansa.frozen import dataclass
from hansa.model import Consumer, OutputPort, Terms
from hansa.trouble import Trouble, TroubleError, did_you_mean, one_of


@dataclass(frozen=True, slots=True)
class TermsOfUse:
    """A text, or the address of one, that whoever asks for access has to accept. `fingerprint` says which text it was."""

    text: str

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


def terms_of_use(port: OutputPort) -> TermsOfUse | None:
    """The terms that the port's contract sets (`termsOfUse`, a custom property of ours or an authoritative definition)."""
    text = port.contract.terms_of_use.strip()
    return TermsOfUse(text) if text else None


def checked(terms: Terms, port: OutputPort) -> Terms:
    """The terms with columns in the port's own spelling, each once. Raises TroubleError for what the port cannot give."""
    names = port.schema.names
    columns = tuple(dict.fromkeys(_spelled(c, names, port) for c in terms.columns))
    unmasked = tuple(dict.fromkeys(_spelled(c, columns or names, port) for c in terms.unmasked))
    wrong = checked_predicate(terms.row_filter, port.schema) if terms.row_filter else ()
    if wrong:
        raise TroubleError(*wrong)
    return replace(terms, columns=columns, unmasked=unmasked)


def narrowed(asked: Terms, said: Terms, *, first: bool = True, masked: bool = False) -> Terms:
    """What is granted of what was asked for. The approver may leave out columns and rows and set the end, never give more.

    The first approver sets the end, whichever it is; those after may only bring it forward. `masked` grants nothing unmasked,
    which no empty list could say, since what an approver does not name is as it was asked for. Raises TroubleError when the
    approver says more than was asked for, or than those before have left of it.
    """
    more = [c for c in said.columns if asked.columns and c not in asked.columns]
    more += [c for c in said.unmasked if c not in asked.unmasked]
    if more:
        summary = f"this would grant more than was asked for: {one_of(more)}"
        raise TroubleError(Trouble("H755", summary, mend="grant what was asked for or less; for more, the consumer asks anew"))
    columns = said.columns or asked.columns
    unmasked = () if masked else said.unmasked or asked.unmasked
    filters = list(dict.fromkeys(f for f in (asked.row_filter, said.row_filter) if f))
    ends = [e for e in (said.expires, asked.expires) if e is not None]
    return Terms(
        columns=columns,
        unmasked=tuple(c for c in unmasked if not columns or c in columns),
        row_filter=" AND ".join(f"({f})" for f in filters) if len(filters) > 1 else "".join(filters),
        expires=next(iter(ends), None) if first else min(ends, default=None),
    )


def checked_end(expires: dt.datetime | None, consumer: Consumer, now: dt.datetime) -> None:
    """Raises TroubleError for an end that is past, or a consumer that has ended."""
    if expires is not None and expires <= now:
        summary = f"access up to {last_moment(expires)} would be over before it begins"
        raise TroubleError(Trouble("H759", summary, mend="name a later end, with --days or --until"))
    if consumer.ends is not None and consumer.ends < now.date():
        mend = "its owner can prolong it: `ends` where it is declared" if consumer.place is None else f"see {consumer.place}"
        raise TroubleError(Trouble("H761", f"the use case `{consumer.name}` ended on {consumer.ends}", mend=mend))


def last_moment(expires: dt.datetime) -> str:
    """An end as people say it: the last day, when it ends with the day; else the moment."""
    at = expires.astimezone(dt.UTC)
    if at.time() == dt.time():
        return (at.date() - dt.timedelta(days=1)).isoformat()
    return at.strftime("%Y-%m-%d %H:%M UTC")


def includes(granted: Terms, asked: Terms) -> bool:
    """Whether what was granted already gives all that is asked for, for as long."""
    columns = not granted.columns or (bool(asked.columns) and set(asked.columns) <= set(granted.columns))
    rows = granted.row_filter in ("", asked.row_filter)
    long = granted.expires is None or (asked.expires is not None and asked.expires <= granted.expires)
    return columns and rows and long and set(asked.unmasked) <= set(granted.unmasked)


def _spelled(column: str, names: Collection[str], port: OutputPort) -> str:
    found = next((n for n in names if n.lower() == column.strip().lower()), None)
    if found is None:
        mend = did_you_mean(column, names) or f"columns: {one_of(names)}"
        raise TroubleError(Trouble("H755", f"{port.pinned} has no column `{column[:60]}` to give", mend=mend))
    return found
