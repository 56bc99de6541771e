"""What compiling a mesh yields."""

from collections.abc import Iterator, Mapping
from dataclasses import field

from hansa.frozen import dataclass
from hansa.model.mesh import Mesh
from hansa.names import PortMajor, ProductName
from hansa.trouble import Place, Trouble

Held = tuple[tuple[str, tuple[str, ...]], ...]
"""Classes that hold for a column, by name, each with the columns where it was first declared. Nothing is left out here for being
below another class: a decision may lower the one and leave the other."""


@dataclass(frozen=True, slots=True)
class Carried:
    """How classes flow through one product.

    `ports` has what its ports hand on, by column in lower case; `inflow` and `said` what flowed into the columns that decisions
    are about, before any was applied, and what their contracts say; `places` where the classes that begin here are written.
    """

    ports: Mapping[PortMajor, Mapping[str, Held]]
    inflow: Mapping[tuple[PortMajor, str], Held]
    said: Mapping[tuple[PortMajor, str], tuple[str, ...]]
    places: Mapping[str, Place | None]


class CarriedOver(Mapping[ProductName, Carried]):
    """What is carried now: `new` where something was computed anew, and for all other products what was `before`."""

    def __init__(self, new: Mapping[ProductName, Carried], before: Mapping[ProductName, Carried]) -> None:
        if isinstance(before, CarriedOver):
            new, before = {**before.new, **new}, before.before
        self.new: Mapping[ProductName, Carried] = new
        self.before: Mapping[ProductName, Carried] = before

    def __getitem__(self, product: ProductName) -> Carried:
        found = self.new.get(product)
        return self.before[product] if found is None else found

    def __iter__(self) -> Iterator[ProductName]:
        return iter({**dict.fromkeys(self.before), **dict.fromkeys(self.new)})

    def __len__(self) -> int:
        return len(self.before.keys() | self.new.keys())


@dataclass(frozen=True, slots=True)
class KeptContract:
    """A contract in a product's folder, whether or not a port of it is bound to it; `digest` is of its file's name
    and text."""

    id: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class ProductBasis:
    """What compiling one product of this repository rested on, and the troubles that were found looking at it alone.

    `later` are those that the classes of data brought, which flow through the whole mesh.
    """

    address: ProductName
    folder: str
    contracts: tuple[KeptContract, ...]
    troubles: tuple[Trouble, ...] = ()
    later: tuple[Trouble, ...] = ()


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

    `basis` and `carried` are there when the whole is without errors.
    """

    mesh: Mesh
    troubles: tuple[Trouble, ...]
    basis: Basis | None = field(default=None, compare=False, repr=False)
    carried: Mapping[ProductName, Carried] | None = field(default=None, compare=False, repr=False)

    @property
    def valid(self) -> bool:
        return not any(t.is_error for t in self.troubles)
