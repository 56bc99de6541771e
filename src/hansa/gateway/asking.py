"""What is asked of the gateway and what it answers, whichever way a query came."""

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Protocol

from hansa.engines import Cancellation
from hansa.frozen import dataclass
from hansa.model import DEFAULT_ENVIRONMENT, Decision, PublishedPort, Reader, ReadRecord
from hansa.trouble import Trouble, TroubleError

if TYPE_CHECKING:
    import pyarrow as pa

STOPPED = Trouble("H714", "the query was stopped")
"""What a query says that was cancelled."""

Parameters = tuple[object, ...] | Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Query:
    """One query: its text, on whose behalf it is asked, the values of its parameters (by position or by name), and the way.

    `rows` is the most that the reader wants; 0 for as many as the gateway allows. `id` is what the query is called on
    record, where it has to be known before; otherwise the gateway makes one up.
    """

    text: str
    reader: Reader
    way: str = "cli"
    environment: str = DEFAULT_ENVIRONMENT
    parameters: Parameters = ()
    rows: int = 0
    id: str = ""


@dataclass(frozen=True, slots=True)
class GovernedAnswer:
    """The rows as a stream, and how they came to be: the decisions on each port, and what the reader should know.

    `ports` maps the text form of each port's major to what is published of it. `masked` is the mask of each masked column, by the
    port's major, where the decisions stayed in another process. The stream raises `TroubleError` when the query
    fails half-way, and ends early only so.
    """

    id: str
    schema: "pa.Schema"
    reader: "pa.RecordBatchReader"
    ports: Mapping[str, PublishedPort]
    decisions: tuple[Decision, ...] = ()
    notices: tuple[str, ...] = ()
    masked: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query that was understood and allowed, not run: the columns of its answer and of its parameters."""

    schema: "pa.Schema"
    parameters: "pa.Schema"
    decisions: tuple[Decision, ...] = ()
    notices: tuple[str, ...] = ()


class Refused(TroubleError):
    """The reader may not see what the query asks for. `decisions` are those that refused."""

    def __init__(self, trouble: Trouble, decisions: tuple[Decision, ...] = ()) -> None:
        super().__init__(trouble)
        self.decisions = decisions


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """What one query may use, and how many run at once. 0 and empty are defaults of the machine; `seconds` 0 is no limit.

    `seconds` are of computing; `stalled` are those without the reader taking anything, after which an answer is ended. A query
    that goes on computing for `stuck` seconds after it was stopped cannot be stopped.
    """

    memory: str = "1GB"
    threads: int = 0
    seconds: float = 300
    rows: int = 0
    running: int = 0
    waiting: int = 256
    per_principal: int = 16
    stalled: float = 300
    stuck: float = 10


class OnRecord(Protocol):
    """A beginning that was announced."""

    @property
    def settled(self) -> bool:
        """Whether waiting takes no time any more."""
        ...

    def wait(self) -> None:
        """Durable when this returns. Raises `LedgerGone`; nothing may be served then."""
        ...


class Recorder(Protocol):
    """Keeps the record of reads. What it could not keep did not happen: `begin` raises `LedgerGone` and nothing is served."""

    def begin(self, record: ReadRecord) -> None:
        """Durable when this returns."""
        ...

    def announce(self, record: ReadRecord) -> OnRecord:
        """Take a beginning that others may write along with theirs, while the reader waits for something else."""
        ...

    def end(self, record: ReadRecord) -> None:
        """Durable soon after, at the latest when `close` returns."""
        ...

    def close(self) -> None: ...


class Answering(Protocol):
    """The one function behind every way of reading. Safe to call from many threads."""

    def ask(self, query: Query, cancellation: Cancellation | None = None) -> GovernedAnswer:
        """Answer a query. Raises `Refused`, and `TroubleError` for what cannot be answered; both are on record by then."""
        ...

    def prepare(self, query: Query) -> Prepared:
        """Understand a query without running it; values for its parameters are not needed. It is not on record.

        Raises as `ask` does.
        """
        ...

    def close(self) -> None: ...
