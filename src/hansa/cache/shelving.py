"""Writes products into the packs of a shelf: all of a mesh into one, or those that an edit changed into a small one beside it.

A pack is written once. Nobody looks at it before an index names it, and it goes a while after none names it any more.
"""

import hashlib
import io
import os
import secrets
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hansa.cache.shelf import DIGEST, Pack, Promise, Shelf, Spot, Spots, kept_product, section_digest, shared
from hansa.frozen import dataclass
from hansa.model import Contract, MeshOrigin, OutputPort, Product, Schema, Table
from hansa.model.compiled import Carried, CarriedOver
from hansa.model.outline import outline
from hansa.model.unread import LARGE, small_values
from hansa.names import ProductName
from hansa.records import RecordPickler

_PREFIX = "products-"
_MOST_PACKS = 40
_LINGERING = 60  # seconds
_PIECE = 1 << 20


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
        self._digest = hashlib.blake2b(digest_size=DIGEST)
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
        digest = section_digest(body)
        for part in (digest, body):
            self._stream.write(part)
            self._digest.update(part)
        spot = number, self._at, DIGEST + len(body)
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
