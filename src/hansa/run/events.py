"""What a run tells while it works. A progress bar, a JSON line and a test read the same values.

Every step boundary is an event, and the event comes before the next step begins: whoever stops the process in a listener stops it
just there.
"""

import dataclasses
import sys
import threading
import traceback
from collections.abc import Callable

from hansa.frozen import dataclass
from hansa.model import CheckResult, ProductStatus, RunId, RunStatus
from hansa.names import ProductName


@dataclass(frozen=True, slots=True)
class RunBegan:
    run: RunId
    environment: str
    products: tuple[ProductName, ...]


@dataclass(frozen=True, slots=True)
class ProductBegan:
    product: ProductName
    reason: str


@dataclass(frozen=True, slots=True)
class StepBegan:
    """`step` is one of read, compute, audit, quarantine, commit, publish, show; `detail` names the port or input."""

    product: ProductName
    step: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StepEnded:
    product: ProductName
    step: str
    detail: str = ""
    seconds: float = 0.0
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class ChecksFailed:
    """The checks of a port or source that did not pass."""

    product: ProductName
    results: tuple[CheckResult, ...]


@dataclass(frozen=True, slots=True)
class ProductEnded:
    product: ProductName
    status: ProductStatus
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class RunFinished:
    run: RunId
    status: RunStatus
    seconds: float


Event = RunBegan | ProductBegan | StepBegan | StepEnded | ChecksFailed | ProductEnded | RunFinished
Listener = Callable[[Event], None]


def sturdy(tell: Listener) -> Listener:
    """The same listener until it fails: what reads our events stops no publication, whether it went away or has a fault."""
    gone = threading.Event()

    def heard(event: Event) -> None:
        if gone.is_set():
            return
        try:
            tell(event)
        except OSError:
            gone.set()  # Nobody reads any more, as with `| head`.
        except Exception:  # noqa: BLE001 - a fault of the reader, told where people look
            gone.set()
            sys.stderr.write("hansa: events are not shown any more, their listener failed\n" + traceback.format_exc())

    return heard


def both(first: Listener, second: Listener) -> Listener:
    """One listener out of two; each hears every event, the first one first."""

    def heard(event: Event) -> None:
        first(event)
        second(event)

    return heard


def to_json(event: Event) -> dict[str, object]:
    """One event as plain data: its kind and fields, addresses as text."""
    fields = {f.name: _plain(getattr(event, f.name)) for f in dataclasses.fields(event)}
    return {"event": type(event).__name__, **fields}


def _plain(value: object) -> object:
    match value:
        case tuple():
            return [_plain(v) for v in value]
        case None | bool() | int() | float():
            return value
        case CheckResult():
            return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        case _:
            return str(value)
