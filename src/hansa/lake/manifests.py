"""Manifests: which files a snapshot holds, read from and written to Iceberg's own files.

Files of the base stay in the manifests they are in. A manifest is written anew only when a file leaves it, or when so many
small ones have gathered that planning would read hundreds.
"""

import uuid
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path
from typing import Final

from pyiceberg import types as iceberg
from pyiceberg.io import FileIO
from pyiceberg.manifest import (
    DataFile as IcebergFile,
)
from pyiceberg.manifest import (
    ManifestEntry,
    ManifestEntryStatus,
    ManifestFile,
    write_manifest,
    write_manifest_list,
)
from pyiceberg.partitioning import PartitionSpec
from pyiceberg.schema import Schema as IcebergSchema
from pyiceberg.table.snapshots import Snapshot as IcebergSnapshot
from pyiceberg.transforms import IdentityTransform

from hansa.frozen import dataclass
from hansa.lake.failure import explained, metadata_broken
from hansa.lake.places import to_path
from hansa.model import DataFile

MERGE_FROM = 32
"""From so many manifests on they are merged into one, so that the cost of an append stays flat on average."""

_UNREADABLE = (
    ValueError,
    EOFError,
    KeyError,
    TypeError,
    IndexError,
    OverflowError,
    AssertionError,
    MemoryError,
    SystemError,
    zlib.error,
)
"""What PyIceberg's decoder raises for bytes that are not Avro: it believes any length that it reads."""

_COMPRESSION: Final = "deflate"
_FORMAT: Final = 2


@contextmanager
def readable(subject: str, path: str, warehouse: Path) -> Iterator[None]:
    """Within the block Iceberg's Avro files are read: what a damaged one raises becomes a `LakeFailed`."""
    with explained(subject, warehouse):
        try:
            yield
        except _UNREADABLE as error:
            raise metadata_broken(subject, path, str(error) or type(error).__name__) from error


def manifests_of(subject: str, snapshot: IcebergSnapshot, io: FileIO, warehouse: Path) -> list[ManifestFile]:
    with readable(subject, to_path(snapshot.manifest_list), warehouse):
        return list(snapshot.manifests(io))


def entries_of(subject: str, manifest: ManifestFile, io: FileIO, warehouse: Path) -> list[ManifestEntry]:
    """The live entries of a manifest."""
    with readable(subject, to_path(manifest.manifest_path), warehouse):
        return manifest.fetch_manifest_entry(io)


@dataclass(slots=True)
class Writer:
    """Writes the manifests of one new snapshot; `written` are the files that a commit that fails leaves to be removed."""

    io: FileIO
    folder: str
    snapshot: int
    schemas: Sequence[IcebergSchema] = ()
    written: list[str] = field(default_factory=list)
    _name: str = field(default_factory=lambda: str(uuid.uuid4()))

    def manifest(self, entries: Sequence[ManifestEntry], spec: PartitionSpec) -> ManifestFile:
        output = self.io.new_output(self._next(f"{self._name}-m{len(self.written)}.avro"))
        sources = {f.source_id for f in spec.fields}
        # A partition column that the contract has dropped is only in an older schema; the spec needs it to be written.
        schema = next((s for s in self.schemas if sources <= set(s.field_ids)), self.schemas[0])
        with write_manifest(_FORMAT, spec, schema, output, self.snapshot, _COMPRESSION) as writer:
            for entry in entries:
                writer.add_entry(entry)
        return writer.to_manifest_file()

    def manifest_list(self, manifests: list[ManifestFile], parent: int | None, sequence_number: int) -> str:
        location = self._next(f"snap-{self.snapshot}-0-{self._name}.avro")
        output = self.io.new_output(location)
        with write_manifest_list(_FORMAT, output, self.snapshot, parent, sequence_number, _COMPRESSION) as writer:
            writer.add_manifests(manifests)
        return location

    def added(self, files: Sequence[IcebergFile], spec: PartitionSpec) -> list[ManifestFile]:
        entries = [
            ManifestEntry.from_args(status=ManifestEntryStatus.ADDED, snapshot_id=self.snapshot, data_file=f) for f in files
        ]
        return [self.manifest(entries, spec)] if entries else []

    def _next(self, name: str) -> str:
        location = f"{self.folder}/{name}"
        self.written.append(location)
        return location


@dataclass(frozen=True, slots=True)
class Kept:
    """What a new snapshot takes over from its base: manifests, and the files that it marks as removed."""

    manifests: list[ManifestFile]
    removed: list[IcebergFile]


def keep_all(
    subject: str, base: list[ManifestFile], writer: Writer, specs: dict[int, PartitionSpec], warehouse: Path
) -> list[ManifestFile]:
    """All files of the base: its manifests as they are, or merged when they have become many."""
    if len(base) < MERGE_FROM:
        return base
    groups: dict[int, list[ManifestEntry]] = defaultdict(list)
    for manifest in base:
        groups[manifest.partition_spec_id] += entries_of(subject, manifest, writer.io, warehouse)
    return [writer.manifest([_as(e, ManifestEntryStatus.EXISTING) for e in es], specs[n]) for n, es in groups.items() if es]


def keep_but(
    subject: str,
    base: list[ManifestFile],
    leaving: Collection[str] | None,
    writer: Writer,
    specs: dict[int, PartitionSpec],
    warehouse: Path,
) -> Kept:
    """The base without the files at these paths (None: without any), which are marked as removed by this snapshot."""
    manifests: list[ManifestFile] = []
    gone: dict[int, list[ManifestEntry]] = defaultdict(list)
    for manifest in base:
        entries = entries_of(subject, manifest, writer.io, warehouse)
        out = [e for e in entries if leaving is None or to_path(e.data_file.file_path) in leaving]
        spec = specs[manifest.partition_spec_id]
        if not out:
            manifests += [manifest] if entries else []
            continue
        gone[spec.spec_id] += out
        left = {id(e) for e in out}
        stay = [_as(e, ManifestEntryStatus.EXISTING) for e in entries if id(e) not in left]
        manifests += [writer.manifest(stay, spec)] if stay else []
    for number, entries in gone.items():
        deleted = [_as(e, ManifestEntryStatus.DELETED, writer.snapshot) for e in entries]
        manifests.append(writer.manifest(deleted, specs[number]))
    return Kept(manifests, [e.data_file for es in gone.values() for e in es])


def to_data_file(file: IcebergFile, spec: PartitionSpec, columns: Mapping[int, iceberg.IcebergType]) -> DataFile:
    """Iceberg's entry of a file as the rest of the platform knows it; days, moments and numbers of a partition as text."""
    values: list[tuple[str, str | int | None]] = []
    for position, part in enumerate(spec.fields):
        value, type_ = file.partition[position], columns[part.source_id]
        plain = value is None or isinstance(type_, iceberg.StringType | iceberg.IntegerType | iceberg.LongType)
        values.append((part.name, value if plain else IdentityTransform().to_human_string(type_, value)))
    return DataFile(to_path(file.file_path), file.record_count, file.file_size_in_bytes, tuple(values))


def _as(entry: ManifestEntry, status: ManifestEntryStatus, snapshot: int | None = None) -> ManifestEntry:
    return ManifestEntry.from_args(
        status=status,
        snapshot_id=entry.snapshot_id if snapshot is None else snapshot,
        sequence_number=entry.sequence_number,
        file_sequence_number=entry.file_sequence_number,
        data_file=entry.data_file,
    )
