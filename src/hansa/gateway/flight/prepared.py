"""Prepared statements and tickets: what the gateway remembers for a client between two calls."""

from hansa.frozen import dataclass
from hansa.gateway.asking import Answering, Parameters, Prepared, Query
from hansa.gateway.flight.calls import Caller
from hansa.gateway.flight.parameters import fits
from hansa.trouble import TroubleError


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


def prepared(answering: Answering, query: Query) -> Prepared:
    """Understand a query. One that is refused is asked all the same, to be refused on record, once: preparing leaves none."""
    try:
        return answering.prepare(query)
    except TroubleError:
        answering.ask(query).reader.close()
        raise


def query_of(text: str, caller: Caller, parameters: Parameters = ()) -> Query:
    return Query(text, caller.reader, caller.way, caller.environment, parameters, caller.rows)
