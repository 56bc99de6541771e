"""How the lake goes wrong: the exceptions that it raises and the troubles that they carry.

Whatever is raised here, what consumers see has not changed: a reader resolves through the ledger's publication, and a commit
that failed has given the ledger nothing to publish.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hansa.trouble import Place, Severity, Trouble, TroubleError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_UNCHANGED = "nothing was published, consumers still see the version before"


class LakeFailed(TroubleError):
    """The lake could not do what was right to ask: no space, no catalogue, broken or missing files."""


class LakeConflict(LakeFailed):
    """Another process moved the same table in the same environment meanwhile; nothing was committed."""


class LakeRefused(TroubleError):
    """What was asked cannot be stored in this table, however often it is tried."""


def disk_full(subject: str, path: str, reason: str) -> LakeFailed:
    return LakeFailed(
        Trouble(
            "H420",
            f"no space left while writing {subject} ({reason}): {_UNCHANGED}",
            (Place(path, note="could not be written"),),
            "free space on that disk (`hansa gc` removes what nothing points to), then `hansa run` again",
        )
    )


def warehouse_unusable(path: str, reason: str) -> LakeFailed:
    return LakeFailed(
        Trouble(
            "H421",
            f"the warehouse cannot be used ({reason}): {_UNCHANGED}",
            (Place(path, note="the warehouse"),),
            "mount or create the folder and let this user read and write it, then `hansa run` again",
        )
    )


def catalogue_gone(subject: str, reason: str) -> LakeFailed:
    return LakeFailed(
        Trouble(
            "H422",
            f"the table catalogue does not answer for {subject} ({reason}): {_UNCHANGED}",
            (),
            "end what holds the ledger's database, or bring it back, then `hansa run` again",
        )
    )


def metadata_broken(subject: str, path: str, reason: str) -> LakeFailed:
    return LakeFailed(
        Trouble(
            "H423",
            f"the metadata of table {subject} cannot be read ({reason}): {_UNCHANGED}",
            (Place(path, note="missing or damaged"),) if path else (),
            "restore the file from a backup of the warehouse; until then the product cannot be published",
        )
    )


def moved_meanwhile(subject: str, environment: str) -> LakeConflict:
    return LakeConflict(
        Trouble(
            "H424",
            f"another process committed to table {subject} in environment {environment} meanwhile: this run published nothing",
            (),
            "wait for the other run to end, then `hansa run` again: it builds on what was published",
        )
    )


def cannot_evolve(subject: str, reasons: tuple[str, ...]) -> LakeRefused:
    return LakeRefused(
        Trouble(
            "H425",
            f"table {subject} cannot take the new schema inside its major: {'; '.join(reasons)}",
            (),
            "publish a new major of the contract (its port gets a table of its own), or keep the type",
        )
    )


def unfit_file(subject: str, path: str, reason: str) -> LakeRefused:
    return LakeRefused(
        Trouble(
            "H426",
            f"a data file does not fit table {subject}: {reason}",
            (Place(path, note="the file, left as it is"),),
            "run the product again; if it happens again, the engine does not write what the contract promises",
        )
    )


def unknown_snapshot(subject: str, snapshot: int) -> LakeFailed:
    return LakeFailed(
        Trouble(
            "H427",
            f"table {subject} has no snapshot {snapshot}: it was collected, or warehouse and ledger do not belong together",
            (),
            "check `ledger` and `warehouse` of hansa.yaml; then `hansa run --force` builds the product anew",
        )
    )


def not_in_base(subject: str, path: str, count: int) -> LakeRefused:
    return LakeRefused(
        Trouble(
            "H428",
            f"{count} files to be removed are not in the snapshot of table {subject} that the commit builds on",
            (Place(path, note="one of them"),),
            "run the product again: it was computed over another version than the one published",
        )
    )


def warehouse_moved(subject: str, path: str, warehouse: str) -> LakeFailed:
    return LakeFailed(
        Trouble(
            "H430",
            f"table {subject} was made in another folder than {warehouse}, and Iceberg names files by absolute paths",
            (Place(path, note="its metadata, as the ledger has it"),),
            "move the mesh back to where it was, or let `hansa run --force` make the table anew here",
        )
    )


def unknown_table(subject: str, path: str) -> Trouble:
    """A warning: a collection met a table's folder that the catalogue does not know, and left it alone."""
    return Trouble(
        "H429",
        f"the folder of table {subject} holds a table that this ledger does not know; it was left alone",
        (Place(path, note="not collected"),),
        "if another ledger uses this warehouse, give each its own; if the table is really dead, delete the folder",
        Severity.WARNING,
    )


@contextmanager
def explained(subject: str, warehouse: Path) -> Iterator[None]:
    """Turn what the file system says within the block into a `LakeFailed` about `subject`."""
    try:
        yield
    except OSError as error:
        raise of_os_error(subject, warehouse, error) from error


def of_os_error(subject: str, warehouse: Path, error: OSError) -> LakeFailed:
    """The failure that an error of the file system means for a table."""
    reason = error.strerror or str(error).splitlines()[0]
    path = str(error.filename) if error.filename else str(warehouse)
    # Arrow does not always set errno, though its text names it.
    if error.errno in _FULL or any(f"errno {number}]" in str(error) for number in _FULL):
        return disk_full(subject, path, reason)
    if isinstance(error, FileNotFoundError) and warehouse.is_dir():
        return metadata_broken(subject, path, reason)
    return warehouse_unusable(str(warehouse), reason)
