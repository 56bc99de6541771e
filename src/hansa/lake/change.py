"""What a commit does to a table, and what comes back: small records, no Iceberg in them."""

from collections.abc import Mapping
from dataclasses import field

from hansa.frozen import dataclass
from hansa.model import DataFile, Schema
from hansa.names import PortMajor
from hansa.trouble import Trouble

RUN_PROPERTY = "hansa.run"
"""The property of a commit that names its run; a collection leaves alone what a running run has committed."""


@dataclass(frozen=True, slots=True)
class Replace:
    """The new snapshot holds only the new files."""


@dataclass(frozen=True, slots=True)
class Append:
    """The new snapshot holds the base's files and the new ones."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """The new snapshot holds the base's files but for `removed` (absolute paths), and the new ones."""

    removed: tuple[str, ...]


Change = Replace | Append | Rewrite


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A committed snapshot. `rows`, `bytes` and `files` count all that it holds, not only what the commit added.

    `schema_json` is its schema in the lake's own text form (`hansa.lake.schema_from_json` reads it).
    """

    id: int
    table: str
    rows: int
    bytes: int
    files: int
    schema_json: str


@dataclass(frozen=True, slots=True)
class Collected:
    """What a collection removed, or would remove: files of data and metadata, their bytes, snapshots, whole tables.

    `troubles` say which tables were left alone, and why.
    """

    files: int = 0
    bytes: int = 0
    snapshots: int = 0
    tables: tuple[str, ...] = ()
    troubles: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One commit, as `Lake.commit` was asked for it."""

    port: PortMajor
    files: tuple[DataFile, ...]
    schema: Schema
    change: Change
    base: int | None
    environment: str
    partition_by: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    advance: bool = True
