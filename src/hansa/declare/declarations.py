"""What people wrote in a mesh folder, as one frozen value that still knows file and line."""

from pathlib import Path
from typing import TYPE_CHECKING

from hansa.declare.document import Document
from hansa.declare.odcs import DataContract
from hansa.declare.odps import DataProduct
from hansa.frozen import dataclass
from hansa.model import Contract, Language, OidcSettings, ServiceAccount
from hansa.names import ProductName
from hansa.trouble import Place, Trouble

if TYPE_CHECKING:
    from hansa.declare.governance import GovernanceFiles


@dataclass(frozen=True, slots=True)
class PlatformDeclaration:
    """An engine under a name; `options` are the engine's own keys as written, each value as text."""

    name: str
    engine: str
    options: tuple[tuple[str, str], ...]
    place: Place


@dataclass(frozen=True, slots=True)
class MeshDeclaration:
    """`hansa.yaml`, defaults filled in. `ledger` and `warehouse` are as written; paths in them are relative to the root."""

    document: Document
    name: str
    title: str
    description: str
    ledger: str
    warehouse: str
    platforms: tuple[PlatformDeclaration, ...]
    platform: str
    oidc: OidcSettings | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a contract was found to mean, None where it means nothing, with the troubles of that; `broken` breaks its product."""

    contract: Contract | None
    troubles: tuple[Trouble, ...]
    broken: bool


@dataclass(frozen=True, slots=True)
class ContractDeclaration:
    """A contract's file. Where its meaning is known already, `odcs` has no `schema` any more, and the document is light."""

    document: Document
    odcs: DataContract
    meaning: Meaning | None = None


@dataclass(frozen=True, slots=True)
class ModelDeclaration:
    """A model's text. `name` is the file's name without its ending, `file` relative to the root, `path` absolute."""

    name: str
    language: Language
    text: str
    file: str
    path: Path


@dataclass(frozen=True, slots=True)
class ProductDeclaration:
    """A product folder; contracts and models are sorted by file."""

    address: ProductName
    folder: str
    document: Document
    odps: DataProduct
    contracts: tuple[ContractDeclaration, ...]
    models: tuple[ModelDeclaration, ...]
    readme: str


@dataclass(frozen=True, slots=True)
class DomainDeclaration:
    """A domain folder; `platform` is the name that holds for it, `owner` a team's name or an e-mail address."""

    document: Document
    folder: str
    name: str
    title: str
    description: str
    owner: str
    capability: str
    platform: str
    tags: tuple[str, ...]
    products: tuple[ProductDeclaration, ...]


@dataclass(frozen=True, slots=True)
class TeamDeclaration:
    name: str
    title: str
    contact: str
    members: tuple[str, ...]
    place: Place
    delegates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ManifestDeclaration:
    """A manifest that `domains` names: a path or URL as written, and its text; None when it could not be had.

    `file` is the file that was read, absolute: the manifest itself, or the copy that was kept of the text at `url`. One that is
    uploaded is of the `domain` that waits for it, whose `owner` is said here; `version` is 0 while there is none.
    """

    location: str
    text: str | None
    place: Place
    file: Path | None = None
    url: str = ""
    domain: str = ""
    owner: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Declarations:
    """Everything that could be read, and all troubles met on the way."""

    root: Path
    mesh: MeshDeclaration
    domains: tuple[DomainDeclaration, ...]
    teams: tuple[TeamDeclaration, ...]
    troubles: tuple[Trouble, ...]
    governance: "GovernanceFiles | None" = None
    manifests: tuple[ManifestDeclaration, ...] = ()
    services: tuple[ServiceAccount, ...] = ()
    administrators: tuple[str, ...] = ()

    @property
    def products(self) -> tuple[ProductDeclaration, ...]:
        return tuple(p for d in self.domains for p in d.products)
