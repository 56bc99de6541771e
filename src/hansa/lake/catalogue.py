"""The SQL catalogue of tables, in the ledger's database: opened once, its errors told apart.

The only module that knows PyIceberg's `SqlCatalog`. Its two tables (`iceberg_tables`, `iceberg_namespace_properties`) stand
beside the ledger's own; a commit is one conditional UPDATE of one row.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pydantic import ValidationError as InvalidDocument
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import CommitFailedException, NoSuchTableError, TableAlreadyExistsError, ValidationError
from pyiceberg.table import Table
from pyiceberg.table.update import TableRequirement, TableUpdate
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from hansa.lake.failure import catalogue_gone, explained, metadata_broken, warehouse_moved
from hansa.lake.places import identifier, port_of, table_name, to_path, to_uri
from hansa.names import PortMajor

BUSY_SECONDS = 30
"""How long a commit waits for another process that writes to the same SQLite file."""

_CATALOGUE = "hansa"
_RIVALS = 3
"""How often another process may be quicker to create a table of the catalogue, which has two."""


class Stale(Exception):
    """The table is no longer as it was when it was loaded; load it again."""


class _Named(Table):
    """A table of which only the name is known: all that a commit asks of the table it is given."""

    def __init__(self, name: tuple[str, str, str]) -> None:
        self._identifier = name


class Catalogue:
    """The tables by port. Safe to use from several threads and processes. Every call may raise `LakeFailed`."""

    def __init__(self, uri: str, warehouse: Path, busy_seconds: float = BUSY_SECONDS) -> None:
        self._warehouse = warehouse
        with self._answering("this mesh"):
            self._catalog = _opened(uri, warehouse, busy_seconds)

    def load(self, port: PortMajor) -> Table | None:
        subject = table_name(port)
        with self._answering(subject), explained(subject, self._warehouse):
            if elsewhere := self.elsewhere(port):
                raise warehouse_moved(subject, elsewhere, str(self._warehouse))
            try:
                return self._catalog.load_table(identifier(port))
            except NoSuchTableError:
                return None
            except (InvalidDocument, ValidationError, UnicodeDecodeError) as error:
                reason = str(error).splitlines()[0]
                raise metadata_broken(subject, str(self._warehouse.joinpath(*identifier(port), "metadata")), reason) from error

    def elsewhere(self, port: PortMajor) -> str:
        """Where a table's metadata lies if not in this warehouse: the mesh was moved or copied, and Iceberg's paths are absolute.

        Nothing is to be written there: the other place may be another mesh that is in use. Empty for any other table.
        """
        *namespace, name = identifier(port)
        query = text("SELECT metadata_location FROM iceberg_tables WHERE table_namespace = :namespace AND table_name = :name")
        with self._answering(table_name(port)), self._catalog.engine.connect() as connection:
            location = connection.execute(query, {"namespace": ".".join(namespace), "name": name}).scalar()
        if not location or Path(to_path(location)).is_relative_to(self._warehouse):
            return ""
        here = Path(to_path(location)).resolve().is_relative_to(self._warehouse.resolve())
        return "" if here else to_path(location)

    def commit(self, port: PortMajor, requirements: tuple[TableRequirement, ...], updates: tuple[TableUpdate, ...]) -> None:
        """Apply updates to a table, whole or not at all. Raises `Stale` when a requirement no longer holds."""
        subject = table_name(port)
        with self._answering(subject), explained(subject, self._warehouse):
            try:
                self._catalog.commit_table(_Named(identifier(port)), requirements, updates)
            except (CommitFailedException, TableAlreadyExistsError) as error:
                raise Stale(str(error)) from error

    def drop(self, port: PortMajor) -> None:
        """Forget a table; its files stay. Nothing happens when it is not known."""
        with self._answering(table_name(port)):
            try:
                self._catalog.drop_table(identifier(port))
            except NoSuchTableError:
                return

    def ports(self) -> tuple[PortMajor, ...]:
        """The ports that have a table."""
        found = []
        with self._answering("this mesh"):
            for domain in self._catalog.list_namespaces():
                for product in self._catalog.list_namespaces(domain):
                    found += [port_of(name) for name in self._catalog.list_tables(product)]
        return tuple(sorted(p for p in found if p is not None))

    def close(self) -> None:
        self._catalog.close()

    @contextmanager
    def _answering(self, subject: str) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise catalogue_gone(subject, str(error.orig).splitlines()[0]) from error
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise catalogue_gone(subject, str(error).splitlines()[0]) from error


def _opened(uri: str, warehouse: Path, busy_seconds: float) -> SqlCatalog:
    url = make_url(uri)
    if url.get_backend_name() == "sqlite" and url.database:
        _write_ahead(url.database, busy_seconds)
        url = url.update_query_dict({"timeout": str(busy_seconds)})
    address = url.render_as_string(hide_password=False)
    for _ in range(_RIVALS):
        # Two processes that open a new ledger at once both find no tables, and for each of them one comes too late to create it.
        try:
            return SqlCatalog(_CATALOGUE, uri=address, warehouse=to_uri(warehouse))
        except SQLAlchemyError as error:
            if "exists" not in str(error):
                break
    return SqlCatalog(_CATALOGUE, uri=address, warehouse=to_uri(warehouse))


def _write_ahead(database: str, busy_seconds: float) -> None:
    """Let readers go on while a commit writes; a property of the file, so the ledger finds it as it wants it."""
    with closing(sqlite3.connect(database, timeout=busy_seconds)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
