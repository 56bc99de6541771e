"""Garbage collection: first the catalogue forgets snapshots and tables, then the files go that nothing names any more.

In this order a crash between the two leaves files that the next collection removes, and never a snapshot without its files.
"""

import datetime as dt
import os
import stat
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path

from pyiceberg.table import Table
from pyiceberg.table.refs import MAIN_BRANCH
from pyiceberg.table.update import AssertTableUUID, RemoveSnapshotRefUpdate, RemoveSnapshotsUpdate, TableUpdate

from hansa.frozen import dataclass
from hansa.lake.catalogue import Catalogue, Stale
from hansa.lake.change import RUN_PROPERTY, Collected
from hansa.lake.draft import move, show_schema
from hansa.lake.drafting import schema_of
from hansa.lake.failure import LakeFailed, unknown_table
from hansa.lake.listing import listing_path, read_listing
from hansa.lake.manifests import entries_of, manifests_of
from hansa.lake.places import DATA, DROPPED, METADATA, run_of, table_folder, table_folders, table_name, to_path
from hansa.model import RunId
from hansa.names import PortMajor
from hansa.trouble import Trouble


@dataclass(slots=True)
class _Tally:
    files: int = 0
    bytes: int = 0
    snapshots: int = 0
    tables: list[str] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Collecting:
    """One collection; `done` carries it out. The arguments are those of `Lake.collect`."""

    catalogue: Catalogue
    warehouse: Path
    keep: frozenset[tuple[PortMajor, int]]
    running: frozenset[RunId]
    older_than: dt.datetime
    spared: tuple[str, ...]
    dry_run: bool

    def done(self) -> Collected:
        tally = _Tally()
        known = set(self.catalogue.ports())
        for port in sorted(known | {p for p, _ in table_folders(self.warehouse)}):
            try:
                needed = self._forgotten(port, tally) if port in known else self._unknown(port, tally)
            except LakeFailed as failure:
                tally.troubles += failure.troubles
                continue
            if needed is not None:
                self._sweep(table_folder(self.warehouse, port), needed, tally)
        return Collected(tally.files, tally.bytes, tally.snapshots, tuple(tally.tables), tuple(tally.troubles))

    def _forgotten(self, port: PortMajor, tally: _Tally) -> set[str] | None:
        """Let the catalogue forget snapshots; the files that the table still needs, or None to leave it alone for now."""
        table = self.catalogue.load(port)
        if table is None:
            return None
        snapshots = {s.snapshot_id for s in table.metadata.snapshots}
        kept = {s for s in snapshots if (port, s) in self.keep} | self._recent(table)
        if not kept and not self._staged_by_a_run(port) and self._old(table.metadata.last_updated_ms / 1000):
            return self._dropped(port, len(snapshots), tally)
        needed = self._needed(port, table, kept)
        if kept != snapshots:
            if not self.dry_run:
                try:
                    self.catalogue.commit(port, (AssertTableUUID(uuid=table.metadata.table_uuid),), _expiry(port, table, kept))
                except Stale:
                    return None
                now = self.catalogue.load(port)
                needed |= _metadata_files(now) if now else set()
            tally.snapshots += len(snapshots - kept)
        return needed

    def _dropped(self, port: PortMajor, snapshots: int, tally: _Tally) -> set[str]:
        if not self.dry_run:
            (table_folder(self.warehouse, port) / DROPPED).touch()
            self.catalogue.drop(port)
        tally.snapshots += snapshots
        tally.tables.append(table_name(port))
        return set()

    def _unknown(self, port: PortMajor, tally: _Tally) -> set[str] | None:
        """A folder without a table: a first run that did not get as far as its commit, or a table that was dropped.

        With metadata in it and no mark it may be another ledger's, or this ledger was lost; then it is not ours to delete.
        """
        folder = table_folder(self.warehouse, port)
        if not (folder / DROPPED).exists() and any((folder / METADATA).glob("*.metadata.json")):
            tally.troubles.append(unknown_table(table_name(port), str(folder)))
            return None
        return set()

    def _recent(self, table: Table) -> set[int]:
        """The snapshots that a running run has just committed and may be about to publish."""
        return {
            s.snapshot_id
            for s in table.metadata.snapshots
            if not self._old(s.timestamp_ms / 1000) or (s.summary is not None and s.summary[RUN_PROPERTY] in self.running)
        }

    def _needed(self, port: PortMajor, table: Table, kept: set[int]) -> set[str]:
        """The path of every file that the kept snapshots of a table name, directly or not. Raises `LakeFailed`."""
        subject, folder = table_name(port), table_folder(self.warehouse, port)
        needed = _metadata_files(table) | self._before(port, table)
        read: set[str] = set()
        for snapshot in table.metadata.snapshots:
            if snapshot.snapshot_id not in kept:
                continue
            needed |= {to_path(snapshot.manifest_list), str(listing_path(folder, snapshot.snapshot_id))}
            for manifest in manifests_of(subject, snapshot, table.io, self.warehouse):
                if manifest.manifest_path not in read:
                    read.add(manifest.manifest_path)
                    entries = entries_of(subject, manifest, table.io, self.warehouse)
                    needed |= {to_path(manifest.manifest_path), *(to_path(e.data_file.file_path) for e in entries)}
        return needed

    def _before(self, port: PortMajor, table: Table) -> set[str]:
        """The files of kept snapshots that the table does not have, because it began anew after its mesh was moved."""
        folder = table_folder(self.warehouse, port)
        known = {s.snapshot_id for s in table.metadata.snapshots}
        needed: set[str] = set()
        for snapshot in (s for p, s in self.keep if p == port and s not in known):
            listing = read_listing(folder, snapshot)
            needed |= {str(listing_path(folder, snapshot)), *(f.path for f in listing.files)} if listing else set()
        return needed

    def _sweep(self, folder: Path, needed: set[str], tally: _Tally) -> None:
        """Delete what is not needed, spared, recent or a running run's; then the folders that this has emptied."""
        folders = []
        for path, state in _walk(folder):
            if not self._old(state.st_mtime) or run_of(folder, path) in self.running or self._spared(path):
                continue
            if stat.S_ISDIR(state.st_mode):
                folders.append(path)
            elif str(path) not in needed:
                try:
                    if not self.dry_run:
                        path.unlink()
                except OSError:
                    continue
                tally.files += 1
                tally.bytes += state.st_size
        for path in reversed(folders):
            if not self.dry_run:
                _remove_if_empty(path)

    def _staged_by_a_run(self, port: PortMajor) -> bool:
        data = table_folder(self.warehouse, port) / DATA
        return any((data / run).exists() for run in self.running)

    def _old(self, seconds: float) -> bool:
        return seconds < self.older_than.timestamp()

    def _spared(self, path: Path) -> bool:
        return any(path.is_relative_to(s) for s in self.spared)


def _metadata_files(table: Table) -> set[str]:
    log = {to_path(entry.metadata_file) for entry in table.metadata.metadata_log}
    return log | {to_path(table.metadata_location)}


def _expiry(port: PortMajor, table: Table, kept: set[int]) -> tuple[TableUpdate, ...]:
    """The updates that leave a table with just these snapshots. A branch whose head goes falls back to what it was built on."""
    metadata = table.metadata
    parents = {s.snapshot_id: s.parent_snapshot_id for s in metadata.snapshots}
    updates: list[TableUpdate] = []
    for name, ref in metadata.refs.items():
        head: int | None = ref.snapshot_id
        while head is not None and head not in kept:
            head = parents.get(head)
        found = metadata.snapshot_by_id(head) if head is not None else None
        if found is None:
            updates.append(RemoveSnapshotRefUpdate.model_validate({"ref-name": name}))
        elif found.snapshot_id != ref.snapshot_id:
            updates.append(move(name, found.snapshot_id))
            if name == MAIN_BRANCH:
                updates.append(show_schema(schema_of(table_name(port), metadata, found).schema_id))
    doomed = [s for s in parents if s not in kept]
    return (*updates, RemoveSnapshotsUpdate.model_validate({"snapshot-ids": doomed}))


def _walk(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """A folder and all in it, each folder before what it holds, as it was when it was met; what vanishes is passed over."""
    if folder.is_dir():
        yield folder, folder.lstat()
    for above, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(above, name)
            try:
                yield path, path.lstat()
            except FileNotFoundError:
                continue


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return
