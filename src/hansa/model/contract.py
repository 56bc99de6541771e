"""A contract as the mesh uses it: the compiled, version-neutral meaning of an ODCS document.

The full text of the standard, every field kept, stays in `declare`; this is what later stages decide by.
Places never take part in equality or fingerprints.
"""

import enum
from dataclasses import field

from hansa.frozen import dataclass
from hansa.model.indexed import Indexed
from hansa.model.schema import Column, Schema
from hansa.model.types import DataType
from hansa.names import Version
from hansa.trouble import Place

Scalar = str | int | float | bool | None


class Comparison(enum.StrEnum):
    """The operators of ODCS; both `between` are inclusive at both ends (the standard is silent; see decisions)."""

    BE = "mustBe"
    NOT_BE = "mustNotBe"
    GREATER = "mustBeGreaterThan"
    GREATER_OR_EQUAL = "mustBeGreaterOrEqualTo"
    LESS = "mustBeLessThan"
    LESS_OR_EQUAL = "mustBeLessOrEqualTo"
    BETWEEN = "mustBeBetween"
    NOT_BETWEEN = "mustNotBeBetween"


@dataclass(frozen=True, slots=True)
class Operator:
    """A comparison with its one or two bounds."""

    comparison: Comparison
    bounds: tuple[Scalar, ...]

    def __str__(self) -> str:
        return f"{self.comparison} {', '.join(str(b) for b in self.bounds)}"


class RuleKind(enum.StrEnum):
    LIBRARY = "library"
    SQL = "sql"
    TEXT = "text"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of a `quality` list, at a table (`column` empty) or a column.

    `arguments` are the library metric's arguments by name: missingValues, validValues (tuples of scalars), pattern (str),
    properties (tuple of column names).
    """

    kind: RuleKind
    name: str = ""
    id: str = ""
    column: str = ""
    metric: str = ""
    query: str = ""
    engine: str = ""
    operator: Operator | None = None
    arguments: tuple[tuple[str, tuple[Scalar, ...]], ...] = ()
    unit: str = ""
    dimension: str = ""
    severity: str = ""
    description: str = field(default="", metadata={"fingerprint": False})
    place: Place | None = field(default=None, compare=False)

    def argument(self, name: str) -> tuple[Scalar, ...]:
        return dict(self.arguments).get(name, ())


@dataclass(frozen=True, slots=True)
class Limits:
    """The `logicalTypeOptions` of a column that can be checked. Bounds keep the type they were written in."""

    minimum: Scalar = None
    maximum: Scalar = None
    exclusive_minimum: Scalar = None
    exclusive_maximum: Scalar = None
    multiple_of: float | int | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str = ""
    format: str = ""
    min_items: int | None = None
    max_items: int | None = None
    unique_items: bool = False


@dataclass(frozen=True, slots=True)
class ContractColumn:
    """A promised column. `type` is None when the contract leaves the type open.

    `exact` says that `physicalType` fixed the type; else it follows from `logical_type` and a producer may store any type of
    that family. `terms` are the glossary's words for it, by id.
    """

    name: str
    type: DataType | None = None
    exact: bool = False
    logical_type: str = ""
    physical_type: str = ""
    physical_name: str = ""
    required: bool = False
    unique: bool = False
    primary_key: int | None = None
    partition: int | None = None
    limits: Limits = Limits()
    accepted: tuple[Scalar, ...] = ()
    classification: str = ""
    critical: bool = False
    rules: tuple[Rule, ...] = ()
    tags: tuple[str, ...] = field(default=(), metadata={"fingerprint": False})
    title: str = field(default="", metadata={"fingerprint": False})
    description: str = field(default="", metadata={"fingerprint": False})
    deprecated: bool = field(default=False, metadata={"fingerprint": False})
    terms: tuple[str, ...] = field(default=(), metadata={"fingerprint": False})
    place: Place | None = field(default=None, compare=False)

    @property
    def not_null(self) -> bool:
        """Required, or part of the primary key (ODCS, RFC 12)."""
        return self.required or self.primary_key is not None


@dataclass(frozen=True, slots=True)
class Table(Indexed[ContractColumn]):
    """One schema object of a contract that is a table."""

    name: str
    columns: tuple[ContractColumn, ...]
    physical_name: str = ""
    rules: tuple[Rule, ...] = ()
    title: str = field(default="", metadata={"fingerprint": False})
    description: str = field(default="", metadata={"fingerprint": False})
    place: Place | None = field(default=None, compare=False)

    def find(self, name: str) -> ContractColumn | None:
        return self._find(name, self.columns)

    @property
    def primary_key(self) -> tuple[str, ...]:
        keyed = [(c.primary_key, c.name) for c in self.columns if c.primary_key is not None]
        return tuple(name for _, name in sorted(keyed, key=lambda pair: pair[0]))

    @property
    def partition_by(self) -> tuple[str, ...]:
        parts = [(c.partition, c.name) for c in self.columns if c.partition is not None]
        return tuple(name for _, name in sorted(parts, key=lambda pair: pair[0]))

    def schema(self) -> Schema:
        """The promised schema; only for tables whose every column has a type."""
        missing = [c.name for c in self.columns if c.type is None]
        if missing:
            raise ValueError(f"no type is promised for {', '.join(missing)}")
        return Schema(tuple(Column(c.name, c.type, c.not_null) for c in self.columns if c.type is not None))


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """One entry of `slaProperties`; `property` is the standard's long name where it has one (`latency`, `retention`)."""

    property: str
    value: Scalar
    unit: str = ""
    element: str = ""
    driver: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """One entry of `servers`: where an external source lives. `options` are its type's own fields, as text by key."""

    name: str
    type: str
    environment: str = ""
    options: tuple[tuple[str, Scalar], ...] = ()
    place: Place | None = field(default=None, compare=False)

    def option(self, key: str, default: str = "") -> str:
        value = dict(self.options).get(key)
        return default if value is None else str(value)


@dataclass(frozen=True, slots=True)
class SupportChannel:
    """One entry of `support`: where readers of the data find help, all as written."""

    channel: str
    url: str = ""
    tool: str = ""
    scope: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Contract:
    """A compiled contract: identity, promised tables, service levels and, for external sources, servers.

    `description` is its purpose. `members` are those of the team who have not left. `domain`, `data_product` and `tenant` are
    what the contract itself says; nothing depends on them. `document` is the whole ODCS document as JSON, variables as written,
    for comparison with other versions of it.
    """

    id: str
    version: Version
    tables: tuple[Table, ...]
    status: str = field(default="", metadata={"fingerprint": False})
    title: str = field(default="", metadata={"fingerprint": False})
    description: str = field(default="", metadata={"fingerprint": False})
    service_levels: tuple[ServiceLevel, ...] = field(default=(), metadata={"fingerprint": False})
    servers: tuple[Server, ...] = ()
    tags: tuple[str, ...] = field(default=(), metadata={"fingerprint": False})
    limitations: str = field(default="", metadata={"fingerprint": False})
    usage: str = field(default="", metadata={"fingerprint": False})
    license: str = field(default="", metadata={"fingerprint": False})
    terms_of_use: str = field(default="", metadata={"fingerprint": False})
    price: float | None = field(default=None, metadata={"fingerprint": False})
    price_currency: str = field(default="", metadata={"fingerprint": False})
    price_unit: str = field(default="", metadata={"fingerprint": False})
    support: tuple[SupportChannel, ...] = field(default=(), metadata={"fingerprint": False})
    team: str = field(default="", metadata={"fingerprint": False})
    members: tuple[str, ...] = field(default=(), metadata={"fingerprint": False})
    roles: tuple[str, ...] = field(default=(), metadata={"fingerprint": False})
    domain: str = field(default="", metadata={"fingerprint": False})
    data_product: str = field(default="", metadata={"fingerprint": False})
    tenant: str = field(default="", metadata={"fingerprint": False})
    document: str = field(default="", repr=False, metadata={"fingerprint": False})
    place: Place | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.id} {self.version}"

    def table(self, name: str) -> Table:
        return next(t for t in self.tables if t.name == name)
