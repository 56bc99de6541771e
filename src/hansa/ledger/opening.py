"""Opens the ledger that a mesh names. Apart from the door, so that only who opens one pays for SQLAlchemy."""

from pathlib import Path

from hansa.ledger.protocol import Ledger

DEFAULT_URL = "sqlite:///.hansa/ledger.db"

_SQLITE = "sqlite:///"


def open_ledger(url: str, root: Path, *, patience: float = 10.0) -> Ledger:
    """Open `sqlite:///PATH`, with PATH relative to `root` unless it begins with a slash, or `memory://`.

    The file and its folder are created where they are missing. `patience` is how many seconds a call waits for the locks of
    other processes. Raises `LedgerGone`, also for addresses that cannot be read.
    """
    scheme = url.partition(":")[0]
    if url == "memory://":
        from hansa.ledger.memory import MemoryLedger

        return MemoryLedger()
    if scheme == "sqlite":
        return _open_sqlite(sqlite_path(url, root), patience)

    from hansa.ledger import gone

    # Of the address only its scheme is told: the rest may hold a password.
    if "://" not in url or not scheme.replace("+", "").isalnum():
        raise gone.address_refused("the ledger's address is not one: expected sqlite:///PATH")
    raise gone.address_refused(f"a ledger in `{scheme}` is not supported yet: expected sqlite:///PATH")


def is_begun(url: str, root: Path) -> bool:
    """Whether something may be on record there: a file that is not there yet holds nothing. Raises `LedgerGone`."""
    if url.partition(":")[0] == "sqlite":
        return sqlite_path(url, root).is_file()
    return url != "memory://"


def sqlite_path(url: str, root: Path) -> Path:
    """The file that a SQLite address names. Raises `LedgerGone` when it names none."""
    path = url.removeprefix(_SQLITE)
    if not url.startswith(_SQLITE) or path in ("", ":memory:") or "?" in path:
        from hansa.ledger import gone

        raise gone.address_refused("the ledger's address names no file: expected sqlite:///PATH")
    return root / path


def _open_sqlite(path: Path, patience: float) -> Ledger:
    from hansa.ledger.databases import SqliteDatabase
    from hansa.ledger.sql import SqlLedger

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        from hansa.ledger import gone

        raise gone.unreachable(str(path), error) from error
    return SqlLedger(SqliteDatabase(path, patience=patience))
