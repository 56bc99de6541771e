"""The Iceberg side of the lake: what costs the import of PyIceberg (about half a second), kept apart from what does not."""

import contextlib
import random
import time
from collections.abc import Iterator
from pathlib import Path

from pyiceberg.io import load_file_io
from pyiceberg.table import Table
from pyiceberg.table.refs import MAIN_BRANCH
from pyiceberg.table.update import AssertTableUUID, RemoveSnapshotRefUpdate, TableUpdate

from hansa.lake.catalogue import BUSY_SECONDS, Catalogue, Stale
from hansa.lake.change import Replace, Request, Snapshot
from hansa.lake.draft import Draft, move, new_snapshot_id, show_schema
from hansa.lake.drafting import drafted, listing_of, schema_of
from hansa.lake.failure import LakeFailed, explained, moved_meanwhile, unknown_snapshot, warehouse_unusable
from hansa.lake.footer import Footer, read_footer
from hansa.lake.listing import Listing, write_listing
from hansa.lake.manifests import Writer
from hansa.lake.places import DROPPED, METADATA, branch, table_folder, table_name, to_path, to_uri
from hansa.lake.stored_schema import schema_to_json
from hansa.names import PortMajor

_ATTEMPTS = 12
"""How often a change is built anew when other environments' changes to the same table get in between."""
_LONGEST_PAUSE = 0.5


def _attempts() -> Iterator[int]:
    """Numbers of attempts, with a pause of chance before each but the first: two that try in step would meet again and again."""
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(random.uniform(0, min(_LONGEST_PAUSE, 0.01 * 2**attempt)))
        yield attempt


class Tables:
    """Commits to tables and reads their metadata. Safe to use from several threads. Calls raise `LakeFailed`, `LakeRefused`."""

    def __init__(self, uri: str, warehouse: Path, busy_seconds: float = BUSY_SECONDS) -> None:
        self._warehouse = warehouse
        self.catalogue = Catalogue(uri, warehouse, busy_seconds)

    def commit(self, request: Request) -> Snapshot:
        """Carry out a commit: one snapshot, or nothing. What a failed attempt wrote is removed again."""
        subject = table_name(request.port)
        if not self._warehouse.is_dir():
            raise warehouse_unusable(str(self._warehouse), "there is no such folder")
        with explained(subject, self._warehouse):
            footers = [read_footer(subject, file) for file in request.files]
        if isinstance(request.change, Replace) and self.catalogue.elsewhere(request.port):
            # Nothing of the table is needed, and where it lies nothing may be written: one of the same name begins here.
            self.catalogue.drop(request.port)
        for _ in _attempts():
            listing = self._attempted(request, self.catalogue.load(request.port), footers)
            if listing is not None:
                folder = table_folder(self._warehouse, request.port)
                with contextlib.suppress(OSError):
                    (folder / DROPPED).unlink()
                write_listing(folder, listing)
                rows, size = sum(f.rows for f in listing.files), sum(f.bytes for f in listing.files)
                schema = schema_to_json(listing.schema)
                return Snapshot(listing.snapshot, subject, rows, size, len(listing.files), schema)
        raise moved_meanwhile(subject, request.environment)

    def _attempted(self, request: Request, table: Table | None, footers: list[Footer]) -> Listing | None:
        """Build a snapshot on the table as it is now and commit it; None when another environment's change came first."""
        location = to_uri(table_folder(self._warehouse, request.port))
        io = table.io if table else load_file_io({}, location)
        metadata = table.metadata if table else None
        writer = Writer(io, f"{location}/{METADATA}", new_snapshot_id(metadata))
        try:
            with explained(table_name(request.port), self._warehouse):
                made, listing = drafted(request, metadata, footers, writer, self._warehouse)
        except BaseException:
            _remove(writer.written)
            raise
        return listing if self._landed(request, table, made, writer.written) else None

    def _landed(self, request: Request, table: Table | None, made: Draft, written: list[str]) -> bool:
        """Commit a draft; False when it has to be built anew. Its files go once it is certain that nothing names them."""
        try:
            self.catalogue.commit(request.port, made.requirements, made.updates)
        except (Stale, ValueError) as error:
            _remove(written)
            now = self.catalogue.load(request.port)
            if isinstance(error, ValueError) and _where(now) == _where(table):
                raise  # Not a race: PyIceberg refused the updates themselves, which would be a fault of ours.
            name = branch(request.environment)
            if _head(now, name) != _head(table, name):
                raise moved_meanwhile(table_name(request.port), request.environment) from error
            return False
        except LakeFailed:
            # The connection may have broken after the write took effect; then the commit stands.
            now = self.catalogue.load(request.port)
            if now is None or now.metadata.snapshot_by_id(made.snapshot.snapshot_id) is None:
                _remove(written)
                raise
        return True

    def set_head(self, port: PortMajor, snapshot: int | None, environment: str) -> None:
        """Point an environment's branch at a snapshot; None removes the branch."""
        name, subject = branch(environment), table_name(port)
        for _ in _attempts():
            table = self.catalogue.load(port)
            if table is None and snapshot is None:
                return
            found = table.metadata.snapshot_by_id(snapshot) if table and snapshot is not None else None
            if table is None or (found is None and snapshot is not None):
                raise unknown_snapshot(subject, snapshot or 0)
            if _head(table, name) == snapshot:
                return
            updates: list[TableUpdate] = []
            if found is None:
                updates.append(RemoveSnapshotRefUpdate.model_validate({"ref-name": name}))
            else:
                if name == MAIN_BRANCH:
                    updates.append(show_schema(schema_of(subject, table.metadata, found).schema_id))
                updates.append(move(name, found.snapshot_id))
            with contextlib.suppress(Stale):
                self.catalogue.commit(port, (AssertTableUUID(uuid=table.metadata.table_uuid),), tuple(updates))
                return
        raise moved_meanwhile(subject, environment)

    def listing(self, port: PortMajor, snapshot: int) -> Listing:
        """The files and schema of a snapshot, read from Iceberg and kept for the next reader."""
        table = self.catalogue.load(port)
        if table is None:
            raise unknown_snapshot(table_name(port), snapshot)
        listing = listing_of(table_name(port), table.metadata, snapshot, table.io, self._warehouse)
        write_listing(table_folder(self._warehouse, port), listing)
        return listing

    def close(self) -> None:
        self.catalogue.close()


def _head(table: Table | None, name: str) -> int | None:
    head = table.metadata.refs.get(name) if table else None
    return head.snapshot_id if head else None


def _where(table: Table | None) -> str:
    return table.metadata_location if table else ""


def _remove(written: list[str]) -> None:
    for location in written:
        with contextlib.suppress(OSError):
            Path(to_path(location)).unlink()
