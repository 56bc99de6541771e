"""Why a database could not serve, told in one line: driver errors as `LedgerGone`.

Reasons name the file or the host, never the address as written, which may hold a password.
"""

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError, IntegrityError

from hansa.ledger.protocol import LedgerGone

# By the beginning of SQLite's own result codes (https://www.sqlite.org/rescode.html): code, what happened, mend.
_SQLITE: tuple[tuple[str, str, str, str], ...] = (
    ("SQLITE_BUSY", "H451", "is locked by another process", "wait until the other process is done, then try again"),
    ("SQLITE_LOCKED", "H451", "is locked by another process", "wait until the other process is done, then try again"),
    ("SQLITE_NOTADB", "H452", "is not a ledger", "name another file as the ledger, or restore this one from a backup"),
    ("SQLITE_CORRUPT", "H452", "is damaged", "restore it from a backup"),
    ("SQLITE_ERROR", "H452", "is not a ledger", "name another file as the ledger, or restore this one from a backup"),
    ("SQLITE_READONLY", "H454", "cannot be written", "give your user the right to write the file and its folder"),
    ("SQLITE_PERM", "H454", "cannot be written", "give your user the right to write the file and its folder"),
    ("SQLITE_FULL", "H455", "could not be written: no space is left", "make room on its disk, then run again"),
    ("SQLITE_IOERR_SHMSIZE", "H455", "could not be written: no space is left", "make room on its disk, then run again"),
    ("SQLITE_CANTOPEN", "H450", "cannot be opened", "check that its folder exists and that your user may write there"),
    ("SQLITE_", "H450", "could not be reached", "check the disk that it lies on"),
)


def reason_of(error: BaseException, name: str) -> LedgerGone | None:
    """What a driver's error means for the ledger called `name`; None when the fault is the statement's, so ours."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(error, IntegrityError) or isinstance(cause, sqlite3.IntegrityError):
        return None
    if isinstance(cause, sqlite3.DatabaseError):
        result = getattr(cause, "sqlite_errorname", None)
        for prefix, code, what, mend in _SQLITE:
            if result is not None and result.startswith(prefix):
                return LedgerGone(f"the ledger {name} {what} ({cause})", code, mend)
        return None
    if isinstance(error, DBAPIError):
        return LedgerGone(f"the ledger {name} could not be reached ({type(cause).__name__})")
    return None


def unreachable(name: str, error: BaseException) -> LedgerGone:
    """For errors of the operating system, which name their own reason."""
    why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
    code = "H454" if isinstance(error, PermissionError) or getattr(error, "errno", 0) == errno.EROFS else "H450"
    code = "H455" if getattr(error, "errno", 0) == errno.ENOSPC else code
    return LedgerGone(f"the ledger {name} cannot be opened ({why})", code, "check its folder, its disk and your user's rights")


def vanished(name: str) -> LedgerGone:
    return LedgerGone(f"the ledger {name} is gone", "H450", "put the file back, or start anew and run everything again")


def replaced(name: str) -> LedgerGone:
    return LedgerGone(f"the ledger {name} was replaced by another file while it was open", "H450", "run again")


def too_new(name: str, found: str, known: str) -> LedgerGone:
    return LedgerGone(
        f"the ledger {name} was written by a newer hansa: it has version {found}, this one knows up to {known}",
        "H453",
        "upgrade hansa, or use the newer one",
    )


def not_of_ours(name: str, found: str) -> LedgerGone:
    return LedgerGone(
        f"the ledger {name} is not a ledger: its version is {found!r}", "H452", "name another database as the ledger"
    )


def tampered(serial: int) -> LedgerGone:
    return LedgerGone(
        f"entry {serial} of the audit log is not as Hansa wrote it",
        "H457",
        "`hansa audit-log --verify` says where the log was changed; keep the file as it is, and find out who wrote into it",
    )


def address_refused(reason: str) -> LedgerGone:
    return LedgerGone(reason, "H456", "write `sqlite:///.hansa/ledger.db` for a file in the mesh's folder")
