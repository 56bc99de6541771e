"""What compiling a mesh yields."""

from dataclasses import dataclass, field

from hansa.model.mesh import Mesh
from hansa.names import ProductName
from hansa.trouble import Trouble


@dataclass(frozen=True, slots=True)
class KeptContract:
    """A contract in a product's folder, whether or not a port of it is bound to it; `digest` is of its file's name
    and text."""

    id: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class ProductBasis:
    """What compiling one product of this repository rested on, and the troubles that were found looking at it alone."""

    address: ProductName
    folder: str
    contracts: tuple[KeptContract, ...]
    troubles: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True)
class Basis:
    """What a mesh without errors was compiled from, so that a few of its products can be compiled again alone.

    `troubles` are those of the mesh's own files, of its domains and of its governance. With `acknowledged` somebody accepts
    changes by name, so that even an owner's name has a meaning elsewhere.
    """

    products: tuple[ProductBasis, ...]
    troubles: tuple[Trouble, ...] = ()
    acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class Compiled:
    """What compiled, and everything that did not: the troubles of the declarations among them, errors first.

    `basis` is there when the whole is without errors.
    """

    mesh: Mesh
    troubles: tuple[Trouble, ...]
    basis: Basis | None = field(default=None, compare=False, repr=False)

    @property
    def valid(self) -> bool:
        return not any(t.is_error for t in self.troubles)
