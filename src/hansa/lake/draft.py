"""A draft: one new snapshot of a table, written out but not yet committed, with the updates that commit it at once.

Schema, partition spec, properties, snapshot and branch change together by one conditional write of the catalogue.
"""

import time
from collections.abc import Mapping, Sequence
from typing import cast

from pyiceberg.exceptions import CommitFailedException
from pyiceberg.manifest import DataFile as IcebergFile
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC, PartitionSpec
from pyiceberg.schema import Schema as IcebergSchema
from pyiceberg.table import TableProperties
from pyiceberg.table.metadata import TableMetadata, TableMetadataV2
from pyiceberg.table.refs import MAIN_BRANCH
from pyiceberg.table.snapshots import Operation, Summary
from pyiceberg.table.snapshots import Snapshot as IcebergSnapshot
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER
from pyiceberg.table.update import (
    AddPartitionSpecUpdate,
    AddSchemaUpdate,
    AddSnapshotUpdate,
    AddSortOrderUpdate,
    AssertCreate,
    AssertRefSnapshotId,
    AssertTableUUID,
    AssignUUIDUpdate,
    SetCurrentSchemaUpdate,
    SetDefaultSortOrderUpdate,
    SetDefaultSpecUpdate,
    SetLocationUpdate,
    SetPropertiesUpdate,
    SetSnapshotRefUpdate,
    TableRequirement,
    TableUpdate,
    UpgradeFormatVersionUpdate,
    ValidatableTableRequirement,
)

from hansa.frozen import dataclass
from hansa.lake.columns import name_mapping
from hansa.lake.evolution import all_ids

REQUIRED = "hansa.required"
"""Summary key: the columns that the contract promises as never null, though their files do not declare it; one a line."""

_OLD_METADATA_KEPT = {TableProperties.METADATA_PREVIOUS_VERSIONS_MAX: "20"}


class AssertLastSequenceNumber(ValidatableTableRequirement):
    """No snapshot was added meanwhile, in any branch: the draft's ids and sequence number are still free.

    Our own: a SQL catalogue checks requirements here, in the client. A REST catalogue would not know it.
    """

    type: str = "assert-last-sequence-number"
    last_sequence_number: int

    def validate(self, base_metadata: TableMetadata | None) -> None:  # type: ignore[override]  # PyIceberg's own requirements say it so, too
        if not isinstance(base_metadata, TableMetadataV2) or base_metadata.last_sequence_number != self.last_sequence_number:
            raise CommitFailedException("Requirement failed: a snapshot was added meanwhile")


@dataclass(frozen=True, slots=True)
class Draft:
    """What `Catalogue.commit` needs."""

    snapshot: IcebergSnapshot
    updates: tuple[TableUpdate, ...]
    requirements: tuple[TableRequirement, ...]


def blank(location: str, schema: IcebergSchema) -> TableMetadataV2:
    """The metadata of a table that is about to be made, before its first snapshot."""
    return TableMetadataV2.model_validate(
        {
            "location": location,
            "schemas": [schema],
            "last-column-id": schema.highest_field_id,
            "current-schema-id": schema.schema_id,
            "partition-specs": [UNPARTITIONED_PARTITION_SPEC],
            "default-spec-id": UNPARTITIONED_PARTITION_SPEC.spec_id,
            "sort-orders": [UNSORTED_SORT_ORDER],
            "default-sort-order-id": UNSORTED_SORT_ORDER.order_id,
            "last-partition-id": UNPARTITIONED_PARTITION_SPEC.last_assigned_field_id,
            "properties": dict(_OLD_METADATA_KEPT),
        }
    )


def draft(
    metadata: TableMetadata,
    snapshot: IcebergSnapshot,
    schema: IcebergSchema,
    spec: PartitionSpec,
    properties: Mapping[str, str],
    *,
    new: bool,
    branch: str,
    advance: bool,
) -> Draft:
    """The updates that add a snapshot to a table, and what must still hold when they are applied.

    Only the default environment's branch changes what the table as a whole shows: its current schema, spec and properties. A
    reader of `main` never notices what another environment tries out.
    """
    shows = new or branch == MAIN_BRANCH
    updates: list[TableUpdate] = list(_creation(metadata)) if new else []
    if all(s.schema_id != schema.schema_id for s in metadata.schemas):
        updates.append(AddSchemaUpdate(schema=schema))
    if all(s.spec_id != spec.spec_id for s in metadata.partition_specs):
        updates.append(AddPartitionSpecUpdate(spec=spec))
    if shows:
        updates.append(show_schema(schema.schema_id))
        updates.append(SetDefaultSpecUpdate.model_validate({"spec-id": spec.spec_id}))
    mapping = name_mapping(all_ids(metadata.schemas, schema)).model_dump_json()
    wanted = {TableProperties.DEFAULT_NAME_MAPPING: mapping, **(properties if shows else {})}
    changed = {key: value for key, value in wanted.items() if metadata.properties.get(key) != value}
    updates += [SetPropertiesUpdate(updates=changed)] if changed else []
    updates.append(AddSnapshotUpdate(snapshot=snapshot))
    if advance:
        updates.append(move(branch, snapshot.snapshot_id))
    return Draft(snapshot, tuple(updates), (AssertCreate(),) if new else _unmoved(metadata, branch))


def new_snapshot_id(metadata: TableMetadata | None) -> int:
    """A random id that no snapshot of the table has."""
    return (metadata or blank("", IcebergSchema())).new_snapshot_id()


def move(branch: str, snapshot: int) -> SetSnapshotRefUpdate:
    return SetSnapshotRefUpdate.model_validate({"ref-name": branch, "type": "branch", "snapshot-id": snapshot})


def show_schema(schema_id: int) -> SetCurrentSchemaUpdate:
    return SetCurrentSchemaUpdate.model_validate({"schema-id": schema_id})


def snapshot_of(
    metadata: TableMetadata, number: int, parent: int | None, manifest_list: str, schema: IcebergSchema, summary: Summary
) -> IcebergSnapshot:
    """A snapshot value. Its time never lies before the table's last change, even if the clock has stepped back."""
    return IcebergSnapshot.model_validate(
        {
            "snapshot-id": number,
            "parent-snapshot-id": parent,
            "sequence-number": metadata.next_sequence_number(),
            "timestamp-ms": max(time.time_ns() // 1_000_000, metadata.last_updated_ms if metadata.snapshots else 0),
            "manifest-list": manifest_list,
            "summary": summary,
            "schema-id": schema.schema_id,
        }
    )


def summary_of(
    operation: Operation,
    added: Sequence[IcebergFile],
    removed: Sequence[IcebergFile],
    totals: tuple[int, int, int],
    properties: Mapping[str, str],
) -> Summary:
    """The summary of a snapshot: what changed, all that it holds (`totals`: files, rows, bytes), and our own properties."""
    figures: dict[str, int] = {}
    for word, files in (("added", added), ("deleted", removed)):
        if files:
            figures |= {
                f"{word}-data-files": len(files),
                f"{word}-records": sum(f.record_count for f in files),
                f"{'added' if word == 'added' else 'removed'}-files-size": sum(f.file_size_in_bytes for f in files),
            }
    count, rows, size = totals
    figures |= {"total-data-files": count, "total-records": rows, "total-files-size": size}
    figures |= {"total-delete-files": 0, "total-position-deletes": 0, "total-equality-deletes": 0}
    return Summary(operation, **{**properties, **{key: str(value) for key, value in figures.items()}})


def _creation(metadata: TableMetadata) -> tuple[TableUpdate, ...]:
    return (
        AssignUUIDUpdate(uuid=metadata.table_uuid),
        UpgradeFormatVersionUpdate.model_validate({"format-version": metadata.format_version}),
        AddSchemaUpdate(schema=metadata.schemas[0]),
        AddPartitionSpecUpdate(spec=UNPARTITIONED_PARTITION_SPEC),
        AddSortOrderUpdate.model_validate({"sort-order": UNSORTED_SORT_ORDER}),
        SetDefaultSortOrderUpdate.model_validate({"sort-order-id": -1}),
        SetLocationUpdate(location=metadata.location),
        SetPropertiesUpdate(updates=metadata.properties),
    )


def _unmoved(metadata: TableMetadata, branch: str) -> tuple[TableRequirement, ...]:
    head = metadata.refs.get(branch)
    last = metadata.next_sequence_number() - 1
    number = AssertLastSequenceNumber(last_sequence_number=last)
    requirements: list[TableRequirement] = [AssertTableUUID(uuid=metadata.table_uuid), cast("TableRequirement", number)]
    # PyIceberg holds that a table without snapshots can only be written to on `main`, whatever the branch would be.
    if metadata.snapshots:
        expected = head.snapshot_id if head else None
        requirements.append(AssertRefSnapshotId.model_validate({"ref": branch, "snapshot-id": expected}))
    return tuple(requirements)
