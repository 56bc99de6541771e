"""Products kept one by one, in packs: files of sections that are written once, each read when somebody looks at it.

A product has three sections: what its output ports promise, which its readers share; the rest of it; and how classes flow through
it. `shelving` writes them. Nothing of a pack is believed before it is seen to be as it was written: the file by its size and
time, else by its digest, and each section by a digest of its own.
"""

import hashlib
import io
import os
import pickle
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from hansa.frozen import dataclass
from hansa.model import Contract, Product, Schema, Table
from hansa.model.compiled import Carried
from hansa.model.outline import Outline
from hansa.model.unread import Rest, unread, unread_of
from hansa.names import ProductName
from hansa.records import RecordReader
from hansa.trouble import Trouble, TroubleError

Spot = tuple[int, int, int]
"""Where a section is: the number of its pack, where in it, and how long."""
Spots = tuple[Spot, Spot, Spot]
"""The sections of a product: promises, rest, and classes."""
Promise = tuple[Contract, Table, Schema]
"""What readers share of an output port."""

DIGEST = 16  # bytes
_PIECE = 1 << 20


class Damaged(ValueError):
    """A section is not what was written."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A file of sections, as it was when it was written."""

    name: str
    size: int
    changed: int
    digest: str

    def opened(self, folder: Path) -> int:
        """The file, for reading. Raises OSError when it is gone, and `Damaged` when it is another."""
        file = os.open(folder / self.name, os.O_RDONLY | os.O_CLOEXEC)
        found = os.fstat(file)
        # A copy of a folder has other times; what it says is the same.
        same = found.st_size == self.size and (found.st_mtime_ns == self.changed or _digest_of(file) == self.digest)
        if not same:
            os.close(file)
            raise Damaged(self.name)
        return file


class Shelf:
    """The kept products of one mesh. It holds its packs open, so that nobody can take them away."""

    def __init__(self, index: Path, packs: Iterable[Pack]) -> None:
        """`index` is the file that names the packs, which lie beside it. Raises OSError or `Damaged`."""
        self.packs = tuple(packs)
        self._index = index
        self._kind = unread_of(self)
        self._products: dict[ProductName, Product] = {}
        self._outlines: dict[ProductName, Outline] = {}
        self._spots: dict[ProductName, Spots] = {}
        self._promises: dict[ProductName, Mapping[str, Promise]] = {}
        self._open()

    def put(self, small: tuple[object, ...], seen: Outline, spots: Spots) -> Product:
        """A product of the index, of which nothing is read yet."""
        product = unread(self._kind, small)
        self._products[product.address] = product
        self._outlines[product.address] = seen
        self._spots[product.address] = spots
        return product

    def spots_of(self, product: Product) -> Spots | None:
        """Where a product is kept; None for one that is not this very product."""
        return self._spots[product.address] if self._products.get(product.address) is product else None

    def outline_of(self, product: ProductName) -> Outline:
        return self._outlines[product]

    def rest_of(self, product: ProductName) -> Rest:
        rest: Rest = self._loaded(product, self._spots[product][1])
        return rest

    def promise(self, product: ProductName, port: str, number: int) -> object:
        """What readers share of a port: its contract, table or schema, by number."""
        found = self._promises.get(product)
        if found is None:
            found = self._promises[product] = self._loaded(product, self._spots[product][0])
        return found[port][number]

    def carried(self) -> "Mapping[ProductName, Carried]":
        return _Carrying(self)

    def carried_by(self, product: ProductName) -> Carried:
        carried: Carried = self._loaded(product, self._spots[product][2])
        return carried

    def section(self, spot: Spot) -> bytes:
        """The bytes of a section. Raises `Damaged`, and OSError."""
        if os.getpid() != self._opened_by:
            self._look_again()
        pack, at, length = spot
        found = os.pread(self._files[pack], length, at)
        body = found[DIGEST:]
        if len(found) != length or section_digest(body) != found[:DIGEST]:
            raise Damaged(self.packs[pack].name)
        return body

    def _loaded(self, product: ProductName, spot: Spot) -> Any:
        try:
            return _SectionReader(self.section(spot), self).load()
        except (OSError, ValueError, KeyError, TypeError, IndexError, EOFError, pickle.UnpicklingError):
            # Whoever asked is in the midst of something, and a mesh can be compiled again.
            with suppress(OSError):
                self._index.unlink()
            summary = f"what was kept of {product} from an earlier command is damaged; it was thrown away"
            raise TroubleError(Trouble("H960", summary, mend="run the command again: the mesh is compiled anew")) from None

    def _open(self) -> None:
        files: list[int] = []
        self._opened_by = os.getpid()
        weakref.finalize(self, _close, self._opened_by, files).atexit = False
        files += (pack.opened(self._index.parent) for pack in self.packs)
        self._files = files
        self._inodes = [_inode(file) for file in files]

    def _look_again(self) -> None:
        """In a copy of the process, which may have closed all files and opened others under their numbers."""
        if [_inode(file) for file in self._files] == self._inodes:
            self._opened_by = os.getpid()
        else:
            self._open()


class _Carrying(Mapping[ProductName, Carried]):
    """How classes flow through each product, read when somebody looks."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._known: dict[ProductName, Carried] = {}

    def __getitem__(self, product: ProductName) -> Carried:
        if product not in self._known:
            if product not in self._shelf._spots:
                raise KeyError(product)
            self._known[product] = self._shelf.carried_by(product)
        return self._known[product]

    def __iter__(self) -> Iterator[ProductName]:
        return iter(self._shelf._spots)

    def __len__(self) -> int:
        return len(self._shelf._spots)


def shared(product: ProductName, port: str, number: int) -> object:
    """What a section says in place of a value that another has. Readers know it by its name and never call it."""
    raise AssertionError(f"{product} {port} {number}")


def kept_product(small: tuple[object, ...], seen: Outline, spots: Spots) -> object:
    """What an index says in place of a product. Readers know it by its name and never call it."""
    raise AssertionError(f"{small} {seen} {spots}")


class _SectionReader(RecordReader):
    def __init__(self, content: bytes, shelf: Shelf) -> None:
        super().__init__(io.BytesIO(content))
        self._shelf = shelf

    def find_class(self, module: str, name: str) -> Any:
        return self._shelf.promise if (module, name) == (__name__, "shared") else super().find_class(module, name)


class IndexReader(RecordReader):
    """Reads an index; its products are read later."""

    def __init__(self, content: bytes, shelf: Shelf) -> None:
        super().__init__(io.BytesIO(content))
        self._shelf = shelf

    def find_class(self, module: str, name: str) -> Any:
        return self._shelf.put if (module, name) == (__name__, "kept_product") else super().find_class(module, name)


def section_digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=DIGEST).digest()


def _digest_of(file: int) -> str:
    found = hashlib.blake2b(digest_size=DIGEST)
    at = 0
    while piece := os.pread(file, _PIECE, at):
        found.update(piece)
        at += len(piece)
    return found.hexdigest()


def _inode(file: int) -> tuple[int, int] | None:
    try:
        found = os.fstat(file)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _close(process: int, files: list[int]) -> None:
    """Close what this process opened; in a copy of it the numbers may be other files."""
    if os.getpid() == process:
        for file in files:
            os.close(file)
