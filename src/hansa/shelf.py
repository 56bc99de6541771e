"""Products kept one by one, in packs: files of sections that are written once, each read when somebody looks at it.

A product has three sections: what its output ports promise, which its readers share; the rest of it; and how classes flow through
it. An edit writes a small pack of the products that it changed, beside those that are there. Nothing of a pack is believed before
it is seen to be as it was written: the file by its size and time, else by its digest, and each section by a digest of its own.
"""

import hashlib
import io
import os
import pickle
import secrets
import time
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from hansa.frozen import dataclass
from hansa.model import Contract, MeshOrigin, OutputPort, Product, Schema, Table
from hansa.model.compiled import Carried, CarriedOver
from hansa.model.outline import Outline, outline
from hansa.model.unread import LARGE, Rest, small_values, unread, unread_of
from hansa.names import ProductName
from hansa.records import RecordPickler, RecordReader
from hansa.trouble import Trouble, TroubleError

Spot = tuple[int, int, int]
"""Where a section is: the number of its pack, where in it, and how long."""
Spots = tuple[Spot, Spot, Spot]
"""The sections of a product: promises, rest, and classes."""
Promise = tuple[Contract, Table, Schema]
"""What readers share of an output port."""

_PREFIX = "products-"
_MOST_PACKS = 40
_LINGERING = 60  # seconds
_DIGEST = 16
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
        body = found[_DIGEST:]
        if len(found) != length or _digest(body) != found[:_DIGEST]:
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


class _SectionPickler(RecordPickler):
    """Writes names in place of the values that are another section's."""

    def __init__(self, stream: io.BytesIO, names: Mapping[int, tuple[ProductName, str, int]]) -> None:
        super().__init__(stream, protocol=5)
        self._names = names

    def reducer_override(self, value: Any) -> Any:
        kind = type(value)
        if kind is Contract or kind is Table or kind is Schema:
            name = self._names.get(id(value))
            if name is not None:
                return shared, name
        return super().reducer_override(value)


class IndexPickler(RecordPickler):
    """Writes an index: of each product what is small, and where the rest is."""

    def __init__(self, stream: io.BytesIO, spots: Mapping[ProductName, Spots]) -> None:
        super().__init__(stream, protocol=5)
        self._spots = spots

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, Product):
            return kept_product, (small_values(value), outline(value), self._spots[value.address])
        return super().reducer_override(value)


@dataclass(frozen=True, slots=True)
class Shelved:
    """Where all products of a mesh are kept."""

    packs: tuple[Pack, ...]
    spots: Mapping[ProductName, Spots]


def shelve(folder: Path, products: Mapping[ProductName, Product], carried: Mapping[ProductName, Carried]) -> Shelved:
    """Write all products of a mesh into a pack of their own."""
    with _Packing(folder) as packing:
        spots = {a: _sections(packing, 0, p, products, carried[a]) for a, p in products.items()}
        return Shelved((packing.done(),), spots)


def shelve_again(
    folder: Path, products: Mapping[ProductName, Product], carried: Mapping[ProductName, Carried], shelf: Shelf
) -> Shelved:
    """Write what a shelf does not have yet; everything, when it has grown out of too many packs."""
    known = {a: shelf.spots_of(p) for a, p in products.items()}
    flows = carried.new if isinstance(carried, CarriedOver) else carried
    parts = [spot for spots in known.values() if spots is not None for spot in spots]
    live = sum(length for _, _, length in parts)
    gather = len(shelf.packs) >= _MOST_PACKS or 2 * live < sum(p.size for p in shelf.packs)
    number = 0 if gather else len(shelf.packs)
    spots: dict[ProductName, Spots] = {}
    with _Packing(folder) as packing:
        for address, product in products.items():
            at = known[address]
            if at is None:
                spots[address] = _sections(packing, number, product, products, carried[address])
                continue
            promises, rest, flow = at
            if gather:
                promises, rest = (packing.put(number, shelf.section(spot)) for spot in (promises, rest))
            if address in flows:
                flow = packing.put(number, _pickled(flows[address], {}))
            elif gather:
                flow = packing.put(number, shelf.section(flow))
            spots[address] = promises, rest, flow
        return Shelved((packing.done(),) if gather else (*shelf.packs, packing.done()), spots)


def _sections(
    packing: "_Packing", number: int, product: Product, products: Mapping[ProductName, Product], carried: Carried
) -> Spots:
    own = {str(port.pinned): _promise(port) for port in product.outputs}
    names = {
        id(value): (product.address, port, n) for port, values in own.items() for n, value in enumerate(values)
    } | _names_of_inputs(product, products)
    return (
        packing.put(number, _pickled(own, {})),
        packing.put(number, _pickled(tuple(getattr(product, name) for name in LARGE), names)),
        packing.put(number, _pickled(carried, {})),
    )


def _promise(port: OutputPort) -> Promise:
    return port.contract, port.table, port.schema


class _Packing:
    """A new pack while it is written. Nobody looks at it before an index names it; half of one is taken away."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{_PREFIX}{secrets.token_hex(8)}"
        # Resolved variables may stand in it, so it is for its owner's eyes.
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._stream = os.fdopen(file, "wb", _PIECE)
        self._digest = hashlib.blake2b(digest_size=_DIGEST)
        self._at = 0

    def __enter__(self) -> "_Packing":
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        try:
            self._stream.close()
        finally:
            if failed is not None:
                self._path.unlink(missing_ok=True)

    def put(self, number: int, body: bytes) -> Spot:
        """Add a section; `number` will be the pack's."""
        digest = _digest(body)
        for part in (digest, body):
            self._stream.write(part)
            self._digest.update(part)
        spot = number, self._at, _DIGEST + len(body)
        self._at += spot[2]
        return spot

    def done(self) -> Pack:
        self._stream.flush()
        found = os.fstat(self._stream.fileno())
        return Pack(self._path.name, found.st_size, found.st_mtime_ns, self._digest.hexdigest())


def sweep(folder: Path, packs: Iterable[Pack]) -> None:
    """Take packs away that no index names any more. Whoever began to read an older index has some time to open them."""
    named = {pack.name for pack in packs}
    for path in folder.glob(f"{_PREFIX}*"):
        if path.name not in named and time.time() - path.stat().st_mtime > _LINGERING:
            path.unlink(missing_ok=True)


def _names_of_inputs(product: Product, products: Mapping[ProductName, Product]) -> dict[int, tuple[ProductName, str, int]]:
    """What a product's inputs share with the ports that they read."""
    found: dict[int, tuple[ProductName, str, int]] = {}
    for given in product.inputs:
        if isinstance(given.origin, MeshOrigin):
            supplier = products.get(given.origin.port.of_product)
            for port in supplier.outputs if supplier is not None else ():
                if port.pinned == given.origin.pinned:
                    pinned = str(port.pinned)
                    found |= {id(v): (port.address.of_product, pinned, n) for n, v in enumerate(_promise(port))}
    return found


def _pickled(value: object, names: Mapping[int, tuple[ProductName, str, int]]) -> bytes:
    written = io.BytesIO()
    _SectionPickler(written, names).dump(value)
    return written.getvalue()


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_DIGEST).digest()


def _digest_of(file: int) -> str:
    found = hashlib.blake2b(digest_size=_DIGEST)
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
