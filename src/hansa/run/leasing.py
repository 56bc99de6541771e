"""Leases of a run: taken before work on a product begins, kept alive while it lasts, given back at the end."""

import contextlib
import datetime as dt
import threading
from collections.abc import Callable, Iterator

from hansa.ledger import Ledger, LedgerGone
from hansa.model import Lease, RunId
from hansa.names import ProductName
from hansa.run.holder import SECONDS, Holder

Clock = Callable[[], dt.datetime]


def product_key(product: ProductName, environment: str) -> str:
    return f"publish:{environment}:{product}"


def run_key(run: RunId) -> str:
    return f"run:{run}"


def take(ledger: Ledger, key: str, holder: Holder, now: dt.datetime) -> Lease | Holder | None:
    """The lease, or who holds it instead (None: somebody whom we cannot name).

    A lease of a process that died on this host is taken over at once. If two take it over together, the ledger gives it to one.
    """
    lease = ledger.acquire(key, str(holder), now=now, seconds=SECONDS)
    if lease is not None:
        return lease
    other = ledger.holder(key, now=now)
    if other is None:
        return ledger.acquire(key, str(holder), now=now, seconds=SECONDS)
    process = Holder.parse(other.holder)
    if process is not None and process.is_dead:
        ledger.release(other)
        return ledger.acquire(key, str(holder), now=now, seconds=SECONDS)
    return process


class Heartbeat:
    """Renews leases from a thread of its own until closed. A lease that was lost stays lost; publishing then conflicts."""

    def __init__(self, ledger: Ledger, clock: Clock, holder: Holder) -> None:
        self._ledger = ledger
        self._clock = clock
        self._lock = threading.Lock()
        self._leases: dict[str, Lease] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=holder.heartbeat, daemon=True)
        self._thread.start()

    @contextlib.contextmanager
    def keeping(self, lease: Lease) -> Iterator[None]:
        """Keep a lease alive within the block and give it back after."""
        with self._lock:
            self._leases[lease.key] = lease
        try:
            yield
        finally:
            with self._lock:
                latest = self._leases.pop(lease.key, lease)
            # The database may be what failed; the lease then runs out by itself.
            with contextlib.suppress(LedgerGone):
                self._ledger.release(latest)

    def current(self, lease: Lease) -> Lease:
        """The lease as last renewed."""
        with self._lock:
            return self._leases.get(lease.key, lease)

    def close(self) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    def _beat(self) -> None:
        while not self._stop.wait(SECONDS / 4):
            with self._lock:
                leases = list(self._leases.values())
            for lease in leases:
                with contextlib.suppress(LedgerGone):
                    renewed = self._ledger.renew(lease, now=self._clock(), seconds=SECONDS)
                    with self._lock:
                        if renewed is not None and lease.key in self._leases:
                            self._leases[lease.key] = renewed
