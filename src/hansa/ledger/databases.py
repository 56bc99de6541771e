"""The one place that knows which database it is: how to connect, how to begin a read and how to begin a write.

Everything else is SQLAlchemy Core that any database understands. PostgreSQL joins as one more class here: a read begins as
REPEATABLE READ, a write by taking one advisory lock, so that writes come one after the other as they do in SQLite.
"""

import errno
import os
import sqlite3
import time
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from hansa.ledger import gone
from hansa.ledger.frequent import Driven

PATIENCE = 10.0  # seconds that a call waits for the locks of others

SPARE = 8
"""Connections past SQLAlchemy that are kept while nobody uses them."""


class Database(Protocol):
    """Gives connections for one transaction each. Driver errors inside leave as `LedgerGone`."""

    @property
    def name(self) -> str:
        """What to call it before people, free of secrets."""
        ...

    def reading(self) -> AbstractContextManager[Connection]: ...

    def writing(self) -> AbstractContextManager[Connection]:
        """Writes wait for each other: what a write has read does not change before it ends."""
        ...

    def asking(self) -> AbstractContextManager[Driven]:
        """The driver's own connection for one question, which is a transaction of its own."""
        ...

    def appending(self) -> AbstractContextManager[Driven]:
        """As `writing`, on the driver's own connection."""
        ...

    def close(self) -> None: ...


class SqliteDatabase:
    """A file. Readers see the last commit and never wait; writers wait for each other, at most `patience` seconds."""

    def __init__(self, path: Path, *, patience: float = PATIENCE) -> None:
        self._path = path
        self._patience = patience
        self.name = str(path)
        try:
            # Never open the file but through SQLite: closing any descriptor of it drops the POSIX locks of every connection that
            # this process has to it, and then another process may corrupt it (https://www.sqlite.org/howtocorrupt.html, 2.2).
            if path.exists() and not os.access(path, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            with closing(self._connect("rwc")) as connection:
                _ensure_write_ahead(connection, patience)
            self._identity = _identity(path)
        except (OSError, sqlite3.Error) as error:
            raise gone.reason_of(error, self.name) or gone.unreachable(self.name, error) from error
        # Connections are cheap and few; the pool only spares their making, so it never lets a thread wait.
        self._engine = create_engine("sqlite://", creator=self._connect, poolclass=QueuePool, max_overflow=-1)
        event.listen(self._engine, "begin", _begin)
        self._spare: deque[sqlite3.Connection] = deque()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def asking(self) -> Iterator[Driven]:
        self._refuse_another_file()
        connection: sqlite3.Connection | None = None
        try:
            connection = self._spared() or self._connect()
            yield connection
        except BaseException as error:
            # Closing takes back what was begun: on a connection that is kept, nothing is under way.
            if connection is not None:
                connection.close()
            reason = gone.reason_of(error, self.name)
            if reason is None:
                raise
            raise reason from error
        if len(self._spare) < SPARE:
            self._spare.append(connection)
        else:
            connection.close()

    @contextmanager
    def appending(self) -> Iterator[Driven]:
        with self.asking() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    def close(self) -> None:
        self._engine.dispose()
        while self._spare:
            self._spare.pop().close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        self._refuse_another_file()
        try:
            with self._engine.connect().execution_options(hansa_begin=begin) as connection, connection.begin():
                yield connection
        except (DBAPIError, sqlite3.Error) as error:
            if (reason := gone.reason_of(error, self.name)) is None:
                raise
            raise reason from error

    def _spared(self) -> sqlite3.Connection | None:
        try:
            return self._spare.pop()
        except IndexError:
            return None

    def _refuse_another_file(self) -> None:
        """An open connection would go on writing into a deleted file, and what it records would be lost without a word."""
        try:
            identity = _identity(self._path)
        except OSError as error:
            raise gone.vanished(self.name) from error
        if identity != self._identity:
            raise gone.replaced(self.name)

    def _connect(self, mode: str = "rw") -> sqlite3.Connection:
        # `mode=rw` never makes a new, empty file where the ledger was; isolation_level None leaves BEGIN to us.
        connection = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=self._patience,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.execute("PRAGMA foreign_keys = ON")
        return connection


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("hansa_begin", "BEGIN"))


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def _ensure_write_ahead(connection: sqlite3.Connection, patience: float) -> None:
    """Switch the file to its write-ahead log, once in its life. SQLite does not wait for locks here, so we do."""
    deadline = time.monotonic() + patience
    while connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return  # Some file systems cannot share memory and stay with the old journal, which is slower and as safe.
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
