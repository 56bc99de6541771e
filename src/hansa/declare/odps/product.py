"""ODPS 1.1.0: a data product and its ports. Reads 1.0.0 and 0.9.0 too (github.com/bitol-io/open-data-product-standard)."""

from hansa.declare.bitol import AuthoritativeDefinition, Context, CustomProperty, Description, Synonym, Team
from hansa.declare.shape import Path, key, record_at
from hansa.frozen import dataclass


@dataclass(frozen=True, slots=True)
class InputPort:
    name: str = key(required=True)
    version: str = key(required_until=(1, 0))
    contract_id: str = key(required_until=(1, 0))
    deprecated: bool = key(False, odps=(1, 1))
    tags: tuple[str, ...] = key((), odps=(1, 0))
    custom_properties: tuple[CustomProperty, ...] = key((), odps=(1, 0))
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = key((), odps=(1, 0))
    id: str = key(odps=(1, 1))
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class SoftwareBill:
    """One entry of `sbom`: where a bill of materials lies."""

    type: str = key("external")
    url: str = key(required_until=(1, 0), format="uri")
    tags: tuple[str, ...] = key((), odps=(1, 1))
    custom_properties: tuple[CustomProperty, ...] = key((), odps=(1, 1))
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = key((), odps=(1, 1))
    id: str = key(odps=(1, 1))
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class InputContract:
    """A contract that an output port depends on: product-level lineage as its owners declare it."""

    id: str = key(required=True)
    version: str = key(required=True)
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class OutputPort:
    name: str = key(required=True)
    description: str = key()
    type: str = key()
    version: str = key(required_until=(1, 0))
    contract_id: str = key()
    sbom: tuple[SoftwareBill, ...] = key(())
    input_contracts: tuple[InputContract, ...] = key(())
    deprecated: bool = key(False, odps=(1, 1))
    synonyms: tuple[Synonym, ...] = key((), odps=(1, 1))
    context: Context | None = key(None, odps=(1, 1))
    tags: tuple[str, ...] = key((), odps=(1, 0))
    custom_properties: tuple[CustomProperty, ...] = key((), odps=(1, 0))
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = key((), odps=(1, 0))
    id: str = key(odps=(1, 1))
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class ManagementPort:
    name: str = key(required=True)
    content: str = key(required=True)
    type: str = key("rest")
    url: str = key(format="uri")
    channel: str = key()
    description: str = key()
    deprecated: bool = key(False, odps=(1, 1))
    tags: tuple[str, ...] = key(())
    custom_properties: tuple[CustomProperty, ...] = key(())
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = key(())
    id: str = key(odps=(1, 1))
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class Support:
    channel: str = key(required=True)
    url: str = key(required=True, format="uri")
    description: str = key()
    tool: str = key()
    scope: str = key()
    invitation_url: str = key(format="uri")
    tags: tuple[str, ...] = key(())
    custom_properties: tuple[CustomProperty, ...] = key(())
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = key(())
    id: str = key(odps=(1, 1))
    at: Path = record_at()


@dataclass(frozen=True, slots=True)
class DataProduct:
    """The root of a `product.odps.yaml`."""

    api_version: str = key(required=True)
    kind: str = key(required=True, choices=("DataProduct",))
    id: str = key(required=True)
    name: str = key()
    version: str = key()
    status: str = key(required_until=(1, 0))
    domain: str = key()
    tenant: str = key()
    type: str = key(odps=(1, 1))
    deprecated: bool = key(False, odps=(1, 1))
    synonyms: tuple[Synonym, ...] = key((), odps=(1, 1))
    context: Context | None = key(None, odps=(1, 1))
    tags: tuple[str, ...] = key(())
    description: Description | None = key(None)
    authoritative_definitions: tuple[AuthoritativeDefinition, ...] = key(())
    custom_properties: tuple[CustomProperty, ...] = key(())
    input_ports: tuple[InputPort, ...] = key(())
    output_ports: tuple[OutputPort, ...] = key(())
    management_ports: tuple[ManagementPort, ...] = key(())
    support: tuple[Support, ...] = key(())
    team: Team | None = key(None)
    product_created_ts: str = key(format="date-time")
    at: Path = record_at()
