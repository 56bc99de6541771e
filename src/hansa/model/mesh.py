"""The compiled mesh: one frozen value that every later stage reads."""

import enum
from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType

from hansa.frozen import dataclass
from hansa.model.contract import Contract, Server, Table
from hansa.model.fingerprint import Fingerprint, fingerprint
from hansa.model.governance import NOT_GOVERNED, ColumnClass, Governance
from hansa.model.identity import ServiceAccount
from hansa.model.lineage import NO_LINEAGE, Lineage
from hansa.model.schema import Schema
from hansa.names import DomainName, PortMajor, PortName, ProductName
from hansa.trouble import Place


@dataclass(frozen=True, slots=True)
class Platform:
    """An engine with its settings, and the warehouse it writes to. `options` are the engine's own, as written."""

    name: str
    engine: str
    options: tuple[tuple[str, str], ...] = ()
    place: Place | None = field(default=None, compare=False)

    def option(self, key: str, default: str = "") -> str:
        return dict(self.options).get(key, default)


class RefreshMode(enum.StrEnum):
    FULL = "full"
    APPEND = "append"
    PARTITION = "partition"
    MERGE = "merge"


@dataclass(frozen=True, slots=True)
class Refresh:
    """How a port takes in new data.

    `append` adds rows whose `watermark` is beyond the highest published one; `partition` replaces the partitions (by the
    columns `by`) that changed; `merge` replaces rows by `key`. With a watermark, the latter two look only at newer rows.
    """

    mode: RefreshMode = RefreshMode.FULL
    watermark: str = ""
    by: tuple[str, ...] = ()
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MeshOrigin:
    """An input port that reads another product's output port at one major."""

    port: PortName
    major: int

    @property
    def pinned(self) -> PortMajor:
        return PortMajor(self.port, self.major)


@dataclass(frozen=True, slots=True)
class SourceOrigin:
    """An input port that reads an external source."""

    server: Server


@dataclass(frozen=True, slots=True)
class InputPort:
    """What a product reads, under the name its models use. `schema` is what models see: every column typed."""

    name: str
    contract: Contract
    table: Table
    schema: Schema
    origin: MeshOrigin | SourceOrigin
    place: Place | None = field(default=None, compare=False)


class Language(enum.StrEnum):
    SQL = "sql"
    PYTHON = "python"


@dataclass(frozen=True, slots=True)
class Model:
    """A query of a product: its text, and the input ports and sibling models it reads (names, sorted).

    `canonical` is the text without comments and formatting, for fingerprints; `path` is absolute, for Python models. `lineage` is
    that of its result, over the tables named in `reads`.
    """

    name: str
    language: Language
    text: str = field(compare=False)
    canonical: str = ""
    reads: tuple[str, ...] = ()
    path: str = field(default="", compare=False)
    lineage: Lineage = field(default=NO_LINEAGE, metadata={"fingerprint": False})
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class OutputPort:
    """What a product offers. `schema` is what is stored: the contract's columns, in its order, every type exact.

    `sort_by` is the order of the stored rows, for readers that look for ranges and for keys that are cheap to prove unique.
    `lineage` is the port's, followed through all models of the product: its tables are input ports by name. `classes` has an
    entry for each column that a class holds for.
    """

    address: PortName
    contract: Contract
    table: Table
    schema: Schema
    model: str
    refresh: Refresh = Refresh()
    sort_by: tuple[str, ...] = ()
    title: str = field(default="", metadata={"fingerprint": False})
    description: str = field(default="", metadata={"fingerprint": False})
    deprecated: bool = field(default=False, metadata={"fingerprint": False})
    lineage: Lineage = field(default=NO_LINEAGE, metadata={"fingerprint": False})
    classes: tuple[ColumnClass, ...] = field(default=(), metadata={"fingerprint": False})
    place: Place | None = field(default=None, compare=False)

    @property
    def major(self) -> int:
        return self.contract.version.major

    @property
    def pinned(self) -> PortMajor:
        return PortMajor(self.address, self.major)

    @property
    def partition_by(self) -> tuple[str, ...]:
        """The columns that the stored files are split by: the contract's, else those that a partition refresh replaces by."""
        return self.table.partition_by or self.refresh.by


@dataclass(frozen=True, slots=True)
class Team:
    """Who answers for a domain or product. `delegates` may approve requests in the team's name, and nothing else."""

    name: str
    members: tuple[str, ...] = ()
    contact: str = ""
    delegates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """A data product. `models` stand in the order in which they can be computed.

    `manifest` is the file or URL of the manifest that it comes from; empty for a product of this repository.
    """

    address: ProductName
    id: str
    version: str
    platform: Platform
    inputs: tuple[InputPort, ...]
    outputs: tuple[OutputPort, ...]
    models: tuple[Model, ...]
    main_port: str = ""
    title: str = field(default="", metadata={"fingerprint": False})
    status: str = field(default="", metadata={"fingerprint": False})
    type: str = field(default="", metadata={"fingerprint": False})
    purpose: str = field(default="", metadata={"fingerprint": False})
    owner: str = field(default="", metadata={"fingerprint": False})
    team: Team | None = field(default=None, metadata={"fingerprint": False})
    tags: tuple[str, ...] = field(default=(), metadata={"fingerprint": False})
    readme: str = field(default="", metadata={"fingerprint": False})
    manifest: str = field(default="", metadata={"fingerprint": False})
    place: Place | None = field(default=None, compare=False)

    def input(self, name: str) -> InputPort | None:
        return next((i for i in self.inputs if i.name == name), None)

    def output(self, name: str, major: int | None = None) -> OutputPort | None:
        """The port of a name; the highest major unless one is asked for."""
        named = [o for o in self.outputs if o.address.port == name and major in (None, o.major)]
        return max(named, key=lambda o: o.major, default=None)

    def model(self, name: str) -> Model | None:
        return next((m for m in self.models if m.name == name), None)

    @property
    def main(self) -> OutputPort | None:
        """The port that `domain.product` means in SQL."""
        return self.output(self.main_port) if self.main_port else None

    @property
    def suppliers(self) -> tuple[ProductName, ...]:
        """The products whose ports this one reads, each once, sorted."""
        ports = (i.origin.port for i in self.inputs if isinstance(i.origin, MeshOrigin))
        return tuple(sorted({p.of_product for p in ports}))


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain and its products, sorted by address."""

    name: DomainName
    products: tuple[Product, ...] = ()
    title: str = ""
    description: str = ""
    owner: str = ""
    capability: str = ""
    tags: tuple[str, ...] = ()
    manifest: str = ""
    place: Place | None = field(default=None, compare=False)


class _Listed:
    """A base for the mesh: its products as a list and by address, made when first asked for, and no part of the record."""

    __slots__ = ("_addressed", "_products")
    _products: tuple[Product, ...]
    _addressed: Mapping[ProductName, Product]


@dataclass(frozen=True, slots=True)
class Mesh(_Listed):
    """Everything that was declared and holds together. Products with troubles are not in it; `broken` names them.

    `teams` are those that governance lists, whether or not anything is theirs; `services` and `administrators` (by name) are
    those of the same file.
    """

    name: str
    domains: tuple[Domain, ...]
    platforms: tuple[Platform, ...]
    title: str = ""
    description: str = ""
    broken: frozenset[ProductName] = frozenset()
    governance: Governance = NOT_GOVERNED
    teams: tuple[Team, ...] = ()
    services: tuple[ServiceAccount, ...] = ()
    administrators: tuple[str, ...] = ()

    @property
    def products(self) -> tuple[Product, ...]:
        try:
            return self._products
        except AttributeError:
            # The record is frozen; what is remembered here follows from it and changes nothing that it says.
            object.__setattr__(self, "_products", tuple(p for d in self.domains for p in d.products))
            return self._products

    @property
    def own(self) -> tuple[Product, ...]:
        """The products of this repository: those that a plan builds."""
        return tuple(p for p in self.products if not p.manifest)

    def product(self, name: ProductName) -> Product | None:
        return self.by_name().get(name)

    def by_name(self) -> Mapping[ProductName, Product]:
        try:
            return self._addressed
        except AttributeError:
            object.__setattr__(self, "_addressed", MappingProxyType({p.address: p for p in self.products}))
            return self._addressed

    def in_order(self) -> tuple[Product, ...]:
        """Products, each after those it reads. Compile has refused cycles; a cycle here is a bug of ours."""
        waiting = dict(sorted(self.by_name().items()))
        done: dict[ProductName, Product] = {}
        while waiting:
            ready = [p for p in waiting.values() if not any(s in waiting for s in p.suppliers)]
            if not ready:
                raise ValueError(f"products read each other in a circle: {', '.join(map(str, waiting))}")
            for product in ready:
                done[product.address] = waiting.pop(product.address)
        return tuple(done.values())

    @property
    def fingerprint(self) -> Fingerprint:
        # Contracts stand with their producer and with each reader; the whole mesh is looked at once for them, not five times.
        return fingerprint(self.name, *self.products, apart=(Contract, Table, Schema))
