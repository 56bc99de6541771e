"""How data is used, from the record of reads: counted once as it is written, and gone on with from where the last look ended.

The newest entries are counted at once, those before in a thread of its own, so that no page waits for a long record.
"""

import datetime as dt
import threading
from collections.abc import Iterable
from dataclasses import field

from hansa.frozen import dataclass
from hansa.ledger import Ledger, LedgerGone
from hansa.model import AuditEntry, ReadOutcome
from hansa.names import PortMajor, PortName, ProductName

WEEKS = 12
"""How far back it is counted."""
MOST = 200_000
"""Entries of the record that are looked at on the way back; `Use.since` says how far they reached."""
_PAGE = 2_000
_LATELY = 4  # weeks within which somebody counts as a reader of now


@dataclass(frozen=True, slots=True)
class LastRead:
    """When something was last read, and how often within the weeks that are counted."""

    last: dt.datetime | None = None
    reads: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """How a product was read: queries in each week, the oldest first, and by whom lately: (consumer, or else person, queries)."""

    weeks: tuple[int, ...]
    begins: tuple[dt.date, ...]
    readers: tuple[tuple[str, int], ...]
    last: dt.datetime | None
    since: dt.date

    @property
    def total(self) -> int:
        return sum(self.weeks)


@dataclass(slots=True)
class _Counted:
    """One reader's reads of one port: how many in each week, and the last."""

    weeks: dict[dt.date, int] = field(default_factory=dict)
    last: dt.datetime | None = None


_Reader = tuple[str, str, str]  # consumer, purpose, and the person where there is no consumer


class Reads:
    """Counts a ledger's record of reads. Safe in many threads."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._counted: dict[PortName, dict[tuple[int, _Reader], _Counted]] = {}
        self._people: set[tuple[str, ProductName]] = set()
        self._newest, self._oldest, self._looked = 0, 0, 0
        self._since: dt.datetime | None = None

    def of_grant(self, port: PortMajor, consumer: str, purpose: str) -> LastRead:
        """What a consumer read for a purpose of a port, at this major and those after it."""
        with self._lock:
            found = [
                c
                for (major, reader), c in self._counted.get(port.name, {}).items()
                if major >= port.major and reader[:2] == (consumer, purpose)
            ]
            last = max((c.last for c in found if c.last is not None), default=None)
            return LastRead(last, sum(sum(c.weeks.values()) for c in found))

    def of_product(self, product: ProductName, now: dt.datetime) -> Use:
        """How the ports of a product were read."""
        begins = tuple(_week(now) - dt.timedelta(weeks=n) for n in reversed(range(WEEKS)))
        weeks, readers, last = dict.fromkeys(begins, 0), dict[str, int](), None
        with self._lock:
            for name, counted in self._counted.items():
                if name.of_product != product:
                    continue
                for (_, reader), c in counted.items():
                    for week, reads in c.weeks.items():
                        if week in weeks:
                            weeks[week] += reads
                    lately = sum(n for w, n in c.weeks.items() if w >= begins[-_LATELY])
                    if lately:
                        who = reader[0] or reader[2]
                        readers[who] = readers.get(who, 0) + lately
                    last = max((at for at in (c.last, last) if at is not None), default=None)
            since = self._since.date() if self._since is not None else begins[0]
        ranked = tuple(sorted(readers.items(), key=lambda r: (-r[1], r[0])))
        return Use(tuple(weeks.values()), begins, ranked, last, max(since, begins[0]))

    def by_product(self) -> dict[str, int]:
        """How often each product was read, by address, as far as it was counted: one query of two of its ports counts twice."""
        with self._lock:
            found: dict[str, int] = {}
            for port, counted in self._counted.items():
                name = str(port.of_product)
                found[name] = found.get(name, 0) + sum(sum(c.weeks.values()) for c in counted.values())
            return found

    def has_read(self, person: str, product: ProductName) -> bool:
        """Whether somebody began to read something of a product, for whomever, as far back as it was counted so far."""
        with self._lock:
            return (person, product) in self._people

    @property
    def since(self) -> dt.datetime | None:
        """How far back it was counted so far; None for as far as it ever is."""
        return self._since

    def refresh(self, now: dt.datetime) -> None:
        """Count what was written since the last look. Raises `LedgerGone`."""
        with self._lock:
            if not self._looked:
                self._begin(now)
                return
            while page := self._ledger.audit_log(after=self._newest, limit=_PAGE):
                self._count(page)
                self._newest = page[-1].serial
                if len(page) < _PAGE:
                    return

    def _begin(self, now: dt.datetime) -> None:
        page = self._ledger.audit_log(limit=_PAGE, newest=True)
        self._looked = max(1, len(page))
        if not page:
            return
        self._count(page)
        self._newest, self._oldest = page[0].serial, page[-1].serial
        if len(page) == _PAGE:
            self._since = page[-1].record.at
            threading.Thread(
                target=self._go_back, args=(now - dt.timedelta(weeks=WEEKS),), name="hansa-reads", daemon=True
            ).start()

    def _go_back(self, until: dt.datetime) -> None:
        """What lies before, in pieces, so that nobody waits for long."""
        while self._looked < MOST:
            try:
                page = self._ledger.audit_log(before=self._oldest, limit=_PAGE, since=until, newest=True)
            except LedgerGone:
                return  # what was counted so far stays, and `since` says how far that is
            with self._lock:
                self._count(page)
                self._looked += len(page)
                if len(page) < _PAGE:
                    self._since = None
                    return
                self._oldest, self._since = page[-1].serial, page[-1].record.at

    def _count(self, page: Iterable[AuditEntry]) -> None:
        """A query counts when it began; one that failed before its first row was no read."""
        for record in (entry.record for entry in page):
            if record.outcome is ReadOutcome.BEGUN:
                counts = 1
            elif record.outcome is ReadOutcome.FAILED and not record.rows:
                counts = -1
            else:
                continue
            reader = (record.consumer, record.purpose, "" if record.consumer else record.principal)
            if counts > 0:
                self._people.update((record.principal, read.port.name.of_product) for read in record.ports)
            for port in dict.fromkeys(read.port for read in record.ports):
                known = self._counted.setdefault(port.name, {}).setdefault((port.major, reader), _Counted())
                week = _week(record.at)
                known.weeks[week] = known.weeks.get(week, 0) + counts
                if counts > 0 and (known.last is None or record.at > known.last):
                    known.last = record.at


def _week(at: dt.datetime) -> dt.date:
    """The Monday of a time's week."""
    day = at.astimezone(dt.UTC).date()
    return day - dt.timedelta(days=day.weekday())
