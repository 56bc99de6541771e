"""What a source is, and how it fails."""

from pathlib import Path
from typing import Protocol

from hansa.model import Relation, Schema, Server
from hansa.trouble import Trouble, TroubleError


class SourceFailed(TroubleError):
    """A source could not be read, or does not hold what its contract says. Nothing was changed by trying."""


class Source(Protocol):
    """One table at one server. Every call may raise `SourceFailed`."""

    def version(self) -> str | None:
        """A token that changes when the data may have; None where only reading can tell. Cheap: no data is read."""
        ...

    def size(self) -> int | None:
        """The bytes that reading takes, as far as they can be told cheaply; None where they cannot."""
        ...

    def relation(self, landing: Path) -> Relation:
        """What an engine reads, compared with the contract. Data that no engine reads in place is put into `landing`.

        `landing` is this source's own folder; what an earlier call put there is replaced.
        """
        ...

    def describe(self) -> Schema | None:
        """The schema of what is really there, in the source's own names; None where it is not known before reading."""
        ...


def failed(code: str, summary: str, server: Server, mend: str) -> SourceFailed:
    """A failure at a server, placed where the server is declared."""
    places = (server.place.noted(f"server `{server.name}`"),) if server.place else ()
    return SourceFailed(Trouble(code, summary, places, mend))
