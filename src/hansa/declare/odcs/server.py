"""ODCS 3.2.0 `servers`: where data lives. 44 names of types, each with its own keys."""

from hansa.declare.bitol import STABLE_ID, CustomProperty
from hansa.declare.shape import Kind, Path, key, record_at
from hansa.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    role: str = key(required=True)
    description: str = key()
    access: str = key()
    first_level_approvers: str = key()
    second_level_approvers: str = key()
    custom_properties: tuple[CustomProperty, ...] = key((), odcs=(3, 0, 1))
    id: str = key(odcs=(3, 1), pattern=STABLE_ID)
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class Server:
    """One server. The keys of all types stand here; which of them may and must be written is decided by `type`.

    `port` is text, since a variable may stand for it.
    """

    server: str = key(required=True)
    type: str = key(required=True)
    description: str = key()
    environment: str = key()
    roles: tuple[Role, ...] = key(())
    account: str = key()
    catalog: str = key()
    catalog_url: str = key(format="uri")
    database: str = key()
    dataset: str = key()
    delimiter: str = key()
    encoding: str = key(odcs=(3, 2))
    endpoint_url: str = key(format="uri")
    format: str = key()
    host: str = key()
    location: str = key(format="uri")
    namespace: str = key()
    path: str = key()
    port: str = key(kind=Kind.PORT)
    project: str = key()
    region: str = key()
    region_name: str = key()
    schema: str = key()
    service_name: str = key()
    staging_dir: str = key()
    stream: str = key()
    warehouse: str = key()
    workgroup: str = key(odcs=(3, 2))
    custom_properties: tuple[CustomProperty, ...] = key(())
    id: str = key(odcs=(3, 1), pattern=STABLE_ID)
    at: Path = record_at()

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """The keys of its type that were written, by the standard's name, with their values, in the order of the standard."""
        return tuple((name, str(value)) for name, field in OPTIONS.items() if (value := getattr(self, field)))


OPTIONS = {
    "account": "account",
    "catalog": "catalog",
    "catalogUrl": "catalog_url",
    "database": "database",
    "dataset": "dataset",
    "delimiter": "delimiter",
    "encoding": "encoding",
    "endpointUrl": "endpoint_url",
    "format": "format",
    "host": "host",
    "location": "location",
    "namespace": "namespace",
    "path": "path",
    "port": "port",
    "project": "project",
    "region": "region",
    "regionName": "region_name",
    "schema": "schema",
    "serviceName": "service_name",
    "stagingDir": "staging_dir",
    "stream": "stream",
    "warehouse": "warehouse",
    "workgroup": "workgroup",
}
