"""The lake as the rest of the platform uses it. Importing it and reading through it cost no Iceberg."""

import contextlib
import datetime as dt
import threading
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hansa.lake.change import Change, Collected, Request, Snapshot
from hansa.lake.listing import Listing, read_listing
from hansa.lake.places import staging_folder, table_folder, table_name
from hansa.model import DataFile, ParquetFiles, RunId, Schema
from hansa.names import PortMajor

if TYPE_CHECKING:
    from hansa.lake.tables import Tables


class Lake:
    """The Iceberg tables of one warehouse. Safe to use from several threads; several processes may use one warehouse at once.

    `catalog_uri` is an SQLAlchemy URI of the ledger's database, `busy_seconds` how long to wait for others who write to it when
    it is SQLite. PyIceberg is imported, and the database opened, by the first call that needs them.
    """

    def __init__(self, catalog_uri: str, warehouse: Path, *, busy_seconds: float = 30) -> None:
        if not warehouse.is_absolute():
            raise ValueError(f"a warehouse is an absolute path, not {str(warehouse)!r}")
        if any(sign in str(warehouse) for sign in "?#"):
            # Iceberg names files by URI, and its readers would end the path at these signs.
            raise ValueError(f"the path of a warehouse holds neither ? nor #: {str(warehouse)!r}")
        self.warehouse = warehouse
        self._uri = catalog_uri
        self._busy_seconds = busy_seconds
        self._opened: Tables | None = None
        self._opening = threading.Lock()

    @staticmethod
    def table_name(port: PortMajor) -> str:
        """The table of a port's major, as Iceberg names it: `domain.product.port_v1`."""
        return table_name(port)

    def staging(self, port: PortMajor, run: RunId) -> Path:
        """A folder that is not there yet, for data files of one run: their final place, since files are never moved.

        Raises ValueError for a run id that cannot name a folder.
        """
        return staging_folder(self.warehouse, port, run)

    def commit(
        self,
        port: PortMajor,
        files: Sequence[DataFile],
        schema: Schema,
        *,
        change: Change,
        base: int | None,
        environment: str,
        partition_by: Sequence[str] = (),
        properties: Mapping[str, str] | None = None,
        advance: bool = True,
    ) -> Snapshot:
        """Add exactly one snapshot to a port's table: the files of `base` as `change` says, and `files`.

        `base` is the snapshot that the environment publishes now, None when it publishes none; whatever the environment's
        branch holds instead (a crashed run's snapshot, a version rolled back) has no part in the new one. The branch moves to
        the new snapshot unless `advance` is False; then `set_head` moves it. `properties` go into the snapshot's summary and,
        for the default environment, onto the table; `RUN_PROPERTY` is to name the run, for `collect` goes by it.

        Raises `LakeRefused` (the schema cannot follow the base's, a file is not what it was said to be), `LakeConflict`
        (another process moved the same branch meanwhile), `LakeFailed`. The files stay in any case; see `discard`.
        """
        return self._tables().commit(
            Request(port, tuple(files), schema, change, base, environment, tuple(partition_by), dict(properties or {}), advance)
        )

    def set_head(self, port: PortMajor, snapshot: int | None, environment: str) -> None:
        """Point the environment's branch at a snapshot, so that other Iceberg readers see what is published.

        Makes no snapshot. None removes the branch. Raises `LakeFailed`.
        """
        self._tables().set_head(port, snapshot, environment)

    def files(self, port: PortMajor, snapshot: int) -> tuple[DataFile, ...]:
        """The data files of a snapshot. Raises `LakeFailed`."""
        return self._listing(port, snapshot).files

    def schema(self, port: PortMajor, snapshot: int) -> Schema:
        """The schema that a snapshot was committed with. Raises `LakeFailed`."""
        return self._listing(port, snapshot).schema

    def relation(self, port: PortMajor, snapshot: int) -> ParquetFiles:
        """A snapshot as an engine reads it: files of before a change lack later columns, or hold narrower types."""
        listing = self._listing(port, snapshot)
        return ParquetFiles(tuple(f.path for f in listing.files), listing.schema)

    def discard(self, files: Sequence[DataFile]) -> None:
        """Delete files that were staged and not committed. One that is gone, or cannot be deleted, is left to `collect`.

        Raises ValueError for a file outside the warehouse.
        """
        paths = [Path(f.path) for f in files]
        for path in paths:
            if not path.resolve().is_relative_to(self.warehouse.resolve()):
                raise ValueError(f"not a file of this warehouse: {path}")
        for path in paths:
            with contextlib.suppress(OSError):
                path.unlink()
        for folder in {p.parent for p in paths}:
            with contextlib.suppress(OSError):
                folder.rmdir()

    def collect(
        self,
        keep: Collection[tuple[PortMajor, int]],
        running: Collection[RunId],
        *,
        older_than: dt.datetime,
        spared: Collection[str] = (),
        dry_run: bool = False,
    ) -> Collected:
        """Remove the snapshots that are not in `keep`, the tables of ports without any, and every file that nothing needs.

        Nothing is touched that a run of `running` committed or staged, that changed at or after `older_than` (take an hour ago,
        so that a run that starts meanwhile loses nothing), or that lies at or under a path of `spared` (a quarantine). A table
        whose metadata cannot be read, or that the catalogue does not know, is left alone and named among the troubles.
        """
        from hansa.lake.collect import Collecting

        return Collecting(
            self._tables().catalogue, self.warehouse, frozenset(keep), frozenset(running), older_than, tuple(spared), dry_run
        ).done()

    def prepare(self) -> None:
        """Load what a first commit needs, which takes a second; meant for a thread beside the first computation."""
        self._tables()

    def close(self) -> None:
        """Give back the catalogue's connections; a later call opens them again."""
        with self._opening:
            if self._opened is not None:
                self._opened.close()
            self._opened = None

    def _listing(self, port: PortMajor, snapshot: int) -> Listing:
        kept = read_listing(table_folder(self.warehouse, port), snapshot)
        return kept or self._tables().listing(port, snapshot)

    def _tables(self) -> "Tables":
        with self._opening:
            if self._opened is None:
                from hansa.lake.tables import Tables

                self._opened = Tables(self._uri, self.warehouse, self._busy_seconds)
            return self._opened
