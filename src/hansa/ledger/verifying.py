"""Looks through the whole audit log for what was done to it: the first entry that is not as it was written, and what is wrong.

What the chain itself shows is any edit, deletion, insertion and reordering that leaves later entries as they were. Whoever cuts
off the end, or writes everything anew from some entry on, leaves a chain that is whole; that is found by what is known besides:
the head that the ledger keeps in a row of its own, and heads that were noted elsewhere, at earlier verifications or by hand.
"""

from collections.abc import Iterable, Iterator

from hansa.frozen import dataclass
from hansa.ledger.chain import GENESIS, link, record_of
from hansa.ledger.protocol import Ledger, WrittenEntry
from hansa.ledger.times import micros

PAGE = 5_000  # entries that are held in memory at once


@dataclass(frozen=True, slots=True, order=True)
class Head:
    """An entry that is known to have been in the log."""

    serial: int
    hash: str


NO_HEAD = Head(0, GENESIS)


@dataclass(frozen=True, slots=True)
class Verification:
    """How many entries hang together as a chain, from the first on, and the last of them.

    `broken` is the serial of the first that is not, with what is wrong with it as `reason`; 0 when all are. `unknown` are hashes
    that were looked for and are not in the log: it was written anew, or cut off before them.
    """

    entries: int
    head: Head
    broken: int = 0
    reason: str = ""
    unknown: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        return not self.broken and not self.unknown


def verify(ledger: Ledger, noted: Iterable[Head] = (), hashes: Iterable[str] = ()) -> Verification:
    """Verify the log in bounded memory, while others may go on writing. Raises `LedgerGone`.

    `noted` are heads that it once had, by serial; `hashes` are heads of which only the hash is known.
    """
    known = {head.serial: head.hash for head in noted if head.serial}
    wanted = dict.fromkeys(h.lower() for h in hashes if h != GENESIS)
    head = NO_HEAD
    for entry in _entries(ledger):
        reason = _fault(entry, head) or _rewritten(entry, known)
        if reason:
            return Verification(head.serial, head, head.serial + 1, reason, tuple(wanted))
        head = Head(entry.serial, entry.hash)
        known.pop(head.serial, None)
        wanted.pop(head.hash, None)
    broken, reason = _cut_off(head, known) or _unlike(head, ledger) or (0, "")
    return Verification(head.serial, head, broken, reason, tuple(wanted))


def _entries(ledger: Ledger) -> Iterator[WrittenEntry]:
    """All entries by serial. Those that nobody can have written, with a serial under 1, come first."""
    after = -(2**63)
    while page := ledger.written_entries(after=after, limit=PAGE):
        yield from page
        after = page[-1].serial


def _fault(entry: WrittenEntry, before: Head) -> str:
    """What is wrong with an entry behind another; empty when nothing is."""
    expected = before.serial + 1
    if entry.serial != expected:
        missing = f"entry {expected} is" if entry.serial == expected + 1 else f"entries {expected} to {entry.serial - 1} are"
        return f"{missing} missing" if entry.serial > expected else f"entry {entry.serial} was inserted"
    if link(entry.previous, entry.text) != entry.hash:
        return "it was edited: its text and its hash do not belong together"
    if entry.previous != before.hash:
        return "it does not follow the entry before it: an entry was put in another's place, or the order was changed"
    try:
        at = micros(record_of(entry.text).at)
    except ValueError:
        return "it is not a record that Hansa wrote"
    return "" if at == entry.at else "it was edited: it is filed under another time than its own"


def _rewritten(entry: WrittenEntry, known: dict[int, str]) -> str:
    if known.get(entry.serial, entry.hash) == entry.hash:
        return ""
    return "it is another one than was noted at an earlier verification: the log was written anew, up to here or before"


def _cut_off(head: Head, known: dict[int, str]) -> tuple[int, str] | None:
    last = max(known, default=0)
    if last <= head.serial:
        return None
    return head.serial + 1, f"the end was cut off: an earlier verification noted {last} entries"


def _unlike(head: Head, ledger: Ledger) -> tuple[int, str] | None:
    """What the row tells that the ledger keeps of its newest entry. Read last, since others may have written on meanwhile."""
    remembered = Head(*ledger.audit_head())
    newer = ledger.written_entries(after=head.serial, limit=max(remembered.serial - head.serial, 0))
    last = Head(newer[-1].serial, newer[-1].hash) if newer else head
    if last.serial > remembered.serial:
        return remembered.serial + 1, f"it was added: the ledger remembers to have written {remembered.serial} entries"
    if last.serial < remembered.serial:
        return last.serial + 1, f"the end was cut off: the ledger remembers to have written {remembered.serial} entries"
    if last.hash != remembered.hash:
        return last.serial, "it is not the newest entry that the ledger remembers to have written"
    return None
