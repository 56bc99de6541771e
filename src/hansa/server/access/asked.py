"""The bodies of the access workflow: what is asked for, granted, refused and prolonged."""

import datetime as dt

from pydantic import Field

from hansa.model import Terms
from hansa.server.api import Strict
from hansa.trouble import Trouble, TroubleError

_LONGEST = 10_000  # characters of a reason or a row filter


class TermsBody(Strict):
    """What is asked for, or granted. Without `columns` it is all of them."""

    columns: tuple[str, ...] = Field(default=(), max_length=10_000)
    unmasked: tuple[str, ...] = Field(default=(), max_length=10_000)
    rowFilter: str = Field(default="", max_length=_LONGEST)  # noqa: N815 - a key of JSON
    expires: str | None = Field(default=None, max_length=60, description="A time in ISO 8601 with its zone.")

    @property
    def terms(self) -> Terms:
        return Terms(self.columns, self.unmasked, self.rowFilter, moment(self.expires))


class AskBody(TermsBody):
    """A request for access to a port, in a consumer's name and for a purpose."""

    port: str = Field(max_length=300)
    consumer: str = Field(max_length=300)
    purpose: str = Field(default="", max_length=300)
    reason: str = Field(default="", max_length=_LONGEST)
    acceptTerms: bool = False  # noqa: N815 - it is called so in bodies


class ApproveBody(TermsBody):
    """An approval, perhaps for less than was asked for."""

    reason: str = Field(default="", max_length=_LONGEST)


class ReasonBody(Strict):
    reason: str = Field(default="", max_length=_LONGEST)


class RenewBody(ReasonBody):
    """Up to when a grant is to hold."""

    expires: str | None = Field(default=None, max_length=60, description="A time in ISO 8601 with its zone.")


def moment(text: str | None) -> dt.datetime | None:
    """A time with its zone, in UTC. Raises TroubleError for anything else."""
    if not text:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    raise TroubleError(Trouble("H740", f"`expires` is no time with a zone: `{text[:40]}`", mend="write it 2027-01-31T00:00:00Z"))
