"""Prepared statements and tickets: what the gateway remembers for a client between two calls."""

from dataclasses import dataclass

from hansa.gateway.asking import Parameters, Prepared, Query
from hansa.gateway.flight.calls import Caller
from hansa.gateway.flight.parameters import fits


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that was prepared, and the values that were bound since."""

    text: str
    prepared: Prepared
    bound: Parameters = ()

    def query(self, caller: Caller) -> Query:
        """The query for a caller. Raises TroubleError H735 when values are missing."""
        fits(self.bound, self.prepared.parameters)
        return query_of(self.text, caller, self.bound)


def query_of(text: str, caller: Caller, parameters: Parameters = ()) -> Query:
    return Query(text, caller.reader, caller.way, caller.environment, parameters, caller.rows)
