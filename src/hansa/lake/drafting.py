"""From a request to a draft: schema, spec, manifests and summary of one new snapshot over one state of a table."""

from pathlib import Path

from pyiceberg.io import FileIO
from pyiceberg.manifest import ManifestFile
from pyiceberg.partitioning import PartitionSpec
from pyiceberg.schema import Schema as IcebergSchema
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.snapshots import Operation
from pyiceberg.table.snapshots import Snapshot as IcebergSnapshot

from hansa.frozen import dataclass
from hansa.lake.change import Append, Replace, Request, Rewrite
from hansa.lake.columns import from_iceberg_schema
from hansa.lake.draft import REQUIRED, Draft, blank, draft, snapshot_of, summary_of
from hansa.lake.evolution import next_schema, next_spec
from hansa.lake.failure import metadata_broken, not_in_base, unfit_file, unknown_snapshot
from hansa.lake.footer import Footer, to_iceberg_file
from hansa.lake.listing import Listing, read_listing
from hansa.lake.manifests import Kept, Writer, entries_of, keep_all, keep_but, manifests_of, to_data_file
from hansa.lake.places import branch, table_folder, table_name, to_uri
from hansa.model import DataFile


@dataclass(frozen=True, slots=True)
class Base:
    """The snapshot that a commit builds on, with its schema and files."""

    snapshot: IcebergSnapshot
    schema: IcebergSchema
    manifests: list[ManifestFile]
    files: tuple[DataFile, ...]


def drafted(
    request: Request, metadata: TableMetadata | None, footers: list[Footer], writer: Writer, warehouse: Path
) -> tuple[Draft, Listing]:
    """Write the manifests of a request's snapshot over a table's metadata (None: the table is to be made), and its updates.

    Raises `LakeFailed`, `LakeRefused`, OSError; `writer.written` names what was written until then.
    """
    subject, where = table_name(request.port), branch(request.environment)
    base = _base(request, metadata, writer, warehouse)
    required = _required(request, footers, base)
    known = metadata.schemas if metadata else []
    others = _other_heads(metadata, where) if metadata else []
    schema = next_schema(subject, request.schema, required, known, base.schema if base else None, others)
    state = metadata or blank(to_uri(table_folder(warehouse, request.port)), schema)
    spec = next_spec(subject, state, schema, request.partition_by)
    added = [to_iceberg_file(subject, footer, schema, spec) for footer in footers]
    writer.schemas = (schema, *([base.schema] if base else []), *known)
    kept = _kept(request, base, writer, state.specs(), warehouse)
    leaving = {f.path for f in _removed(request, base)}
    files = (
        *(f for f in (base.files if base else ()) if f.path not in leaving),
        *(to_data_file(file, spec, {f.field_id: f.field_type for f in schema.fields}) for file in added),
    )
    parent = base.snapshot.snapshot_id if base else None
    manifest_list = writer.manifest_list([*kept.manifests, *writer.added(added, spec)], parent, state.next_sequence_number())
    totals = (len(files), sum(f.rows for f in files), sum(f.bytes for f in files))
    operation = Operation.OVERWRITE if kept.removed else Operation.APPEND
    properties = {**request.properties, **_promised(request, schema)}
    summary = summary_of(operation, added, kept.removed, totals, properties)
    snapshot = snapshot_of(state, writer.snapshot, parent, manifest_list, schema, summary)
    new = metadata is None
    made = draft(state, snapshot, schema, spec, request.properties, new=new, branch=where, advance=request.advance)
    return made, Listing(writer.snapshot, request.schema, files)


def listing_of(subject: str, metadata: TableMetadata, snapshot: int, io: FileIO, warehouse: Path) -> Listing:
    """The files and schema of a snapshot, from Iceberg's own files. Raises `LakeFailed`."""
    found = metadata.snapshot_by_id(snapshot)
    if found is None:
        raise unknown_snapshot(subject, snapshot)
    schema, specs = schema_of(subject, metadata, found), metadata.specs()
    # A partition column that the contract has dropped stands only in older schemas.
    columns = {f.field_id: f.field_type for s in (*metadata.schemas, schema) for f in s.fields}
    files = tuple(
        to_data_file(entry.data_file, specs[manifest.partition_spec_id], columns)
        for manifest in manifests_of(subject, found, io, warehouse)
        for entry in entries_of(subject, manifest, io, warehouse)
    )
    required = str(found.summary[REQUIRED] or "") if found.summary else ""
    return Listing(snapshot, from_iceberg_schema(schema, frozenset(required.split("\n"))), files)


def schema_of(subject: str, metadata: TableMetadata, snapshot: IcebergSnapshot) -> IcebergSchema:
    """The schema that a snapshot was written under."""
    for schema in metadata.schemas:
        if schema.schema_id == snapshot.schema_id:
            return schema
    raise metadata_broken(subject, "", f"snapshot {snapshot.snapshot_id} names an unknown schema")


def _base(request: Request, metadata: TableMetadata | None, writer: Writer, warehouse: Path) -> Base | None:
    if request.base is None:
        return None
    subject = table_name(request.port)
    snapshot = metadata.snapshot_by_id(request.base) if metadata else None
    if snapshot is None and isinstance(request.change, Replace):
        # Warehouse and ledger do not belong together, or the table began anew; what is all new needs nothing of its base.
        return None
    if metadata is None or snapshot is None:
        raise unknown_snapshot(subject, request.base)
    schema = schema_of(subject, metadata, snapshot)
    manifests = manifests_of(subject, snapshot, writer.io, warehouse)
    listing = read_listing(table_folder(warehouse, request.port), request.base) or listing_of(
        subject, metadata, request.base, writer.io, warehouse
    )
    return Base(snapshot, schema, manifests, listing.files)


def _removed(request: Request, base: Base | None) -> tuple[DataFile, ...]:
    """The base's files that the new snapshot leaves out."""
    files = base.files if base else ()
    match request.change:
        case Replace():
            return files
        case Append():
            return ()
        case Rewrite(removed):
            wanted = set(removed)
            return tuple(f for f in files if f.path in wanted)


def _kept(request: Request, base: Base | None, writer: Writer, specs: dict[int, PartitionSpec], warehouse: Path) -> Kept:
    subject = table_name(request.port)
    staying = {f.path for f in base.files} - {f.path for f in _removed(request, base)} if base else set()
    paths = [f.path for f in request.files]
    for path in paths:
        if path in staying or paths.count(path) > 1:
            raise unfit_file(subject, path, "it would be in the table twice")
    if isinstance(request.change, Rewrite):
        strange = set(request.change.removed) - {f.path for f in (base.files if base else ())}
        if strange:
            raise not_in_base(subject, min(strange), len(strange))
    if base is None:
        return Kept([], [])
    match request.change:
        case Append():
            return Kept(keep_all(subject, base.manifests, writer, specs, warehouse), [])
        case Replace():
            return keep_but(subject, base.manifests, None, writer, specs, warehouse)
        case Rewrite(removed):
            return keep_but(subject, base.manifests, frozenset(removed), writer, specs, warehouse)


def _required(request: Request, footers: list[Footer], base: Base | None) -> frozenset[str]:
    """The columns that Iceberg is told are never null: promised so by the contract *and* declared so by every file.

    PyIceberg, like Iceberg's Java, refuses to add a file whose column may be null to a table whose column may not. Engines
    declare that as they see fit (DuckDB by its statistics), so beyond it the promise stays the platform's own (`REQUIRED`).
    """
    promised = {c.name for c in request.schema if c.required}
    for footer in footers:
        promised &= footer.never_null
    if base is not None and not isinstance(request.change, Replace):
        promised &= {f.name for f in base.schema.fields if f.required}
    return frozenset(promised)


def _promised(request: Request, schema: IcebergSchema) -> dict[str, str]:
    declared = {f.name for f in schema.fields if f.required}
    names = [c.name for c in request.schema if c.required and c.name not in declared]
    return {REQUIRED: "\n".join(names)} if names else {}


def _other_heads(metadata: TableMetadata, where: str) -> list[IcebergSchema]:
    """The schemas that the other environments show; they share this table's column ids."""
    heads = {ref.snapshot_id for name, ref in metadata.refs.items() if name != where}
    shown = {s.schema_id for s in metadata.snapshots if s.snapshot_id in heads}
    return [s for s in metadata.schemas if s.schema_id in shown]
