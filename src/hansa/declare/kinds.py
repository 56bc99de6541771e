"""Our own kinds of file: `hansa.yaml` (Mesh), `domain.yaml` (Domain), `governance/teams.yaml` (Teams)."""

from collections.abc import Mapping
from typing import TypeVar

from hansa.declare.document import Document
from hansa.declare.identity import IdentityEntry, ServiceEntry
from hansa.declare.reading import Dialect, Reader
from hansa.declare.shape import Kind, Path, key, record_at
from hansa.declare.variables import NO_VARIABLES, resolve
from hansa.frozen import dataclass

API_VERSION = "hansa/v1"
ENGINES = ("duckdb", "spark")
DEFAULT_LEDGER = "sqlite:///.hansa/ledger.db"
DEFAULT_WAREHOUSE = ".hansa/warehouse"
DEFAULT_DOMAINS = "domains/*"


@dataclass(frozen=True, slots=True)
class MeshFile:
    """`hansa.yaml`. `platforms` and `domains` have forms of their own, which `declare.mesh` reads."""

    api_version: str = key(required=True, choices=(API_VERSION,))
    kind: str = key(required=True, choices=("Mesh",))
    name: str = key(required=True)
    title: str = key()
    description: str = key()
    ledger: str = key(DEFAULT_LEDGER)
    warehouse: str = key(DEFAULT_WAREHOUSE)
    platforms: object = key(None, kind=Kind.MAPPING)
    platform: str = key()
    domains: tuple[object, ...] | None = key(None, kind=Kind.LIST)
    governance: str = key("governance")
    identity: IdentityEntry | None = key(None)
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class DomainEntry:
    """An entry of `domains` in its long form: a folder, or the manifest of a domain that lives elsewhere.

    `domain` and `owner` are for manifests that are uploaded.
    """

    path: str = key()
    platform: str = key()
    manifest: str = key()
    domain: str = key()
    owner: str = key()
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class PlatformEntry:
    """An entry of `platforms`. An engine's further options are not listed here, since each engine has its own."""

    engine: str = key(required=True, choices=ENGINES)
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class DomainFile:
    api_version: str = key(required=True, choices=(API_VERSION,))
    kind: str = key(required=True, choices=("Domain",))
    name: str = key()
    title: str = key()
    description: str = key()
    owner: str = key()
    capability: str = key()
    platform: str = key()
    tags: tuple[str, ...] = key(())
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class TeamEntry:
    name: str = key(required=True)
    title: str = key()
    contact: str = key()
    members: tuple[str, ...] = key(())
    delegates: tuple[str, ...] = key(())
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class TeamsFile:
    api_version: str = key(required=True, choices=(API_VERSION,))
    kind: str = key(required=True, choices=("Teams",))
    teams: tuple[TeamEntry, ...] = key((), required=True)
    services: tuple[ServiceEntry, ...] = key(())
    administrators: tuple[str, ...] = key(())
    at: Path = record_at()


_DIALECT = Dialect("Hansa", (1,), open=frozenset({PlatformEntry}))
_Kind = TypeVar("_Kind")


def read(kind: type[_Kind], document: Document, environ: Mapping[str, str] = NO_VARIABLES) -> tuple[_Kind, Reader]:
    """One of our own files, and the reader that gathered its troubles and may read parts of it further.

    Without `environ` it may name no variables: what governs means the same for whoever reads it.
    """
    data, unresolved = resolve(document, environ)
    reader = Reader(document, data, _DIALECT, list(unresolved))
    return reader.record(kind, data, ()) or kind(), reader
