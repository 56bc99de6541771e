"""ODCS 3.2.0: a data contract. Reads 3.1.0 and 3.0.x too (github.com/bitol-io/open-data-contract-standard)."""

from hansa.declare.bitol import STABLE_ID, AuthoritativeDefinition, Context, CustomProperty, Description, Team
from hansa.declare.odcs.schema import SchemaObject
from hansa.declare.odcs.server import Role, Server
from hansa.declare.shape import Kind, Path, key, record_at
from hansa.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Support:
    channel: str = key(required=True)
    url: str = key(required_until=(3, 0))
    description: str = key()
    tool: str = key()
    scope: str = key()
    invitation_url: str = key()
    custom_properties: tuple[CustomProperty, ...] = key((), odcs=(3, 1))
    id: str = key(odcs=(3, 1), pattern=STABLE_ID)
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class Price:
    price_amount: float | None = key(None)
    price_currency: str = key()
    price_unit: str = key()
    id: str = key(odcs=(3, 1), pattern=STABLE_ID)
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class ServiceLevelProperty:
    """One entry of `slaProperties`, as written; the long and short names of the standard are both allowed."""

    property: str = key(required=True)
    value: object = key(None, required=True, kind=Kind.SCALAR)
    value_ext: object = key(None, kind=Kind.SCALAR)
    unit: str = key()
    element: str = key()
    driver: str = key()
    description: str = key(odcs=(3, 1))
    scheduler: str = key(odcs=(3, 1))
    schedule: str = key(odcs=(3, 1))
    custom_properties: tuple[CustomProperty, ...] = key((), odcs=(3, 2))
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = key((), odcs=(3, 2))
    id: str = key(odcs=(3, 1), pattern=STABLE_ID)
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class DataContract:
    """The root of an `*.odcs.yaml`."""

    api_version: str = key(required=True)
    kind: str = key(required=True, choices=("DataContract",))
    id: str = key(required=True)
    version: str = key(required=True)
    name: str = key()
    tenant: str = key()
    status: str = key(required_until=(3, 1))
    domain: str = key()
    data_product: str = key(deprecated="say it in a data product's output port (ODPS)")
    description: Description | None = key(None)
    context: Context | None = key(None, odcs=(3, 2))
    contract_created_ts: str = key(format="date-time")
    tags: tuple[str, ...] = key(())
    schema: tuple[SchemaObject, ...] = key(())
    support: tuple[Support, ...] = key(())
    price: Price | None = key(None)
    team: Team | None = key(None)
    roles: tuple[Role, ...] = key(())
    sla_default_element: str = key(deprecated="say `element` in each entry of slaProperties")
    sla_properties: tuple[ServiceLevelProperty, ...] = key(())
    servers: tuple[Server, ...] = key(())
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = key((), odcs=(3, 0, 1))
    custom_properties: tuple[CustomProperty, ...] = key(())
    at: Path = record_at()
