"""Answering one query: one consistent set of publications, the engine's stream, no copy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hansa.engines import Cancellation, Engine, EngineFailed, QueryRefused
from hansa.gateway.parsing import offset_of, place_at
from hansa.gateway.resolving import Resolved, resolve
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
        return Answer(engine.stream(resolved.text.new.strip().rstrip(";"), tables, cancellation), resolved.ports)
    except QueryRefused as refused:
        raise TroubleError(_refusal(refused, resolved)) from refused
    except EngineFailed as failed:
        raise TroubleError(broken(failed)) from failed


def broken(failed: EngineFailed) -> Trouble:
    """What is said when a query stops half-way, as a value does not convert or the memory is not enough."""
    return Trouble("H706", f"the query could not be carried out: {failed.reason}", mend="change the query, and ask again")


def _refusal(refused: QueryRefused, resolved: Resolved) -> Trouble:
    """The engine's refusal, at its place in the text that the reader wrote."""
    places: tuple[Place, ...] = ()
    text = resolved.text
    if refused.line:
        # White space before the query was stripped for the engine.
        offset = len(text.new) - len(text.new.lstrip()) + offset_of(text.new.lstrip(), refused.line, refused.column or 1)
        places = (place_at(text.old, text.back(offset)),)
    reason = refused.reason.replace('Values list "', 'Table "')
    for name in resolved.ports:
        reason = reason.replace(f'"{name}"', f"`{name}`")
    mend = f"candidates: {one_of(refused.candidates)}" if refused.candidates else ""
    return Trouble("H705", reason, places, mend)
