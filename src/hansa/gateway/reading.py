"""Answering one query: one consistent set of publications, the engine's stream, no copy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hansa.engines import Cancellation, Engine, EngineFailed, QueryRefused
from hansa.gateway.resolving import QUERY, resolve
from hansa.lake import Lake
from hansa.ledger import Ledger
from hansa.model import PublishedPort, Relation
from hansa.publish import all_visible
from hansa.trouble import Place, Trouble, TroubleError, one_of

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows as a stream of Arrow batches, and the published ports that they come from."""

    reader: "pa.RecordBatchReader"
    ports: Mapping[str, PublishedPort]


def answer(
    text: str,
    *,
    environment: str,
    ledger: Ledger,
    lake: Lake,
    engine: Engine,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer a query over what an environment shows. Raises TroubleError for a query that cannot be answered."""
    resolved = resolve(text, all_visible(ledger, environment))
    tables: dict[str, Relation] = {name: lake.relation(port.port, port.snapshot) for name, port in resolved.ports.items()}
    try:
        return Answer(engine.stream(resolved.sql, tables, cancellation), resolved.ports)
    except QueryRefused as refused:
        # Positions are those of the rewritten text; on a line without a table name they are the reader's own.
        place = (Place(QUERY, refused.line, refused.column),) if refused.line else ()
        mend = f"candidates: {one_of(refused.candidates)}" if refused.candidates else ""
        raise TroubleError(Trouble("H705", refused.reason, place, mend)) from refused
    except EngineFailed as failed:
        raise TroubleError(Trouble("H706", f"the query could not be carried out: {failed.reason}")) from failed
