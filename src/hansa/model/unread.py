"""Products that are read when somebody looks at them: a mesh of ten thousand is there at once, and costs what is looked at.

Such a product has all that is small from the beginning. Whoever asks for its ports, models or text reads them and never notices:
from then on it is a product like any other.
"""

import operator
from collections.abc import Callable
from dataclasses import fields
from typing import Any, ClassVar, Protocol

from hansa.model.mesh import InputPort, Model, OutputPort, Product
from hansa.names import ProductName

LARGE = ("inputs", "outputs", "models", "readme")
"""The fields that are read later."""
SMALL = tuple(f.name for f in fields(Product) if f.name not in LARGE)

Rest = tuple[tuple[InputPort, ...], tuple[OutputPort, ...], tuple[Model, ...], str]
"""The values of the large fields."""

_slots: Callable[..., tuple[Any, ...]] = operator.attrgetter(*(f"{name}.__set__" for name in SMALL))
_set_small = _slots(Product)
_set_large = tuple(getattr(Product, name).__set__ for name in LARGE)
small_values: Callable[[Product], tuple[object, ...]] = operator.attrgetter(*SMALL)
"""The values of the small fields."""


class Library(Protocol):
    """Where the rest of products is kept."""

    def rest_of(self, product: ProductName) -> Rest: ...

    def outline_of(self, product: ProductName) -> object: ...


class Unread(Product):
    """A product whose large fields are not there yet. Each library has a class of its own; each product becomes a plain one.

    It may become one at any moment, by another thread: so nothing here asks the product for what a plain one does not have.
    """

    __slots__ = ()
    library: ClassVar[Library]

    @property
    def suppliers(self) -> tuple[ProductName, ...]:
        kept = kept_outline(self)
        found: tuple[ProductName, ...] = getattr(self if kept is None else kept, "suppliers")  # noqa: B009 - the classes of both stand above this module
        return found

    def __getattr__(self, name: str) -> Any:
        # Asked only for what is not there: a large field, or something that no product has.
        if name not in LARGE:
            raise AttributeError(f"a product has no `{name}`")
        return getattr(_whole(self), name)

    def __eq__(self, other: object) -> bool:
        return _whole(self) == other

    def __hash__(self) -> int:
        return hash(_whole(self))

    def __repr__(self) -> str:
        return repr(_whole(self))

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _whole(self).__reduce_ex__(protocol)


def kept_outline(product: Product) -> object:
    """What `hansa.model.outline` would find, by the library of an unread product; None for a plain one."""
    library = _library_of(product)
    return None if library is None else library.outline_of(product.address)


def _whole(product: Product) -> Product:
    """The same object, read. Two threads at once set the same values twice."""
    library = _library_of(product)
    if library is not None:
        for put, value in zip(_set_large, library.rest_of(product.address), strict=True):
            put(product, value)
        object.__setattr__(product, "__class__", Product)
    return product


def _library_of(product: Product) -> Library | None:
    return getattr(type(product), "library", None)


def unread_of(of: Library) -> type[Unread]:
    """The class of the unread products of one library. It is called like the class that they become."""
    return type("Product", (Unread,), {"__slots__": (), "library": of, "__module__": Product.__module__})


def unread(kind: type[Unread], small: tuple[object, ...]) -> Unread:
    """A product with just the values of its small fields."""
    made = object.__new__(kind)
    for put, value in zip(_set_small, small, strict=True):
        put(made, value)
    return made
