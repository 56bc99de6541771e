"""How classes flow: along column lineage, product after product, from where they are declared to wherever the data goes.

A column of a port has the classes that its contract says and those of the columns it is computed from. Only a decision lowers
what flows in; counting, summing or hashing does not, since nobody can tell from the query alone whether a single person can still
be found in the result.
"""

import graphlib
from collections.abc import Iterable, Mapping, Set
from dataclasses import field, replace

from hansa.compile.inflow import InputClasses, PortReads
from hansa.compile.understating import Understated
from hansa.frozen import dataclass
from hansa.model import (
    ColumnClass,
    ContractColumn,
    Declassification,
    InputPort,
    Lattice,
    Mesh,
    MeshOrigin,
    OutputPort,
    Product,
    source_name,
)
from hansa.model.compiled import Carried, Held
from hansa.names import PortMajor, ProductName
from hansa.trouble import Place

MOST_ORIGINS = 8
"""How many source columns a class remembers as its origins: the first by name. A column of a wide join may have thousands."""

_NOTHING: Held = ()
_NO_COLUMNS: Mapping[str, Held] = {}

Decisions = Mapping[tuple[PortMajor, str], tuple[Declassification, ...]]
"""The decisions that hold, by port and column in lower case."""


@dataclass(frozen=True, slots=True)
class Flowed:
    """The mesh with its classes, how they flow through each product, and the products that this was computed for, with the ports
    that say less than what flows in."""

    mesh: Mesh
    carried: Mapping[ProductName, Carried]
    understated: Mapping[ProductName, tuple[tuple[OutputPort, tuple[Understated, ...]], ...]]


def flow(mesh: Mesh, lattice: Lattice, default: str, decisions: Decisions) -> Flowed:
    """Compute the classes of every column of every port. Work grows with the columns and their edges, once each."""
    flowing = _Flowing(lattice, default, decisions)
    products = mesh.by_name()
    order = graphlib.TopologicalSorter({p.address: p.suppliers for p in products.values()}).static_order()
    done = {address: flowing.product(products[address]) for address in order if address in products}
    return Flowed(_with(mesh, done), flowing.carried, flowing.understated)


def flow_again(
    mesh: Mesh,
    lattice: Lattice,
    default: str,
    decisions: Decisions,
    before: Mapping[ProductName, Carried],
    changed: Set[ProductName],
) -> Flowed:
    """The same, where only some products are not as they were before: computed for them, and down from there as far as what flows
    on is not what it was. Raises `graphlib.CycleError` when products read each other in a circle."""
    flowing = _Flowing(lattice, default, decisions, before)
    products = mesh.by_name()
    readers: dict[ProductName, list[ProductName]] = {}
    for product in products.values():
        for supplier in product.suppliers:
            readers.setdefault(supplier, []).append(product.address)
    below = _below(changed, readers)
    order = graphlib.TopologicalSorter({a: below.intersection(products[a].suppliers) for a in below}).static_order()
    touched = set(changed)
    done: dict[ProductName, Product] = {}
    for address in order:
        if address in touched:
            done[address] = flowing.product(products[address])
            known = before.get(address)
            if known is None or known.ports != flowing.carried[address].ports:
                touched.update(readers.get(address, ()))
    return Flowed(_with(mesh, done), flowing.carried, flowing.understated)


def _below(changed: Set[ProductName], readers: Mapping[ProductName, list[ProductName]]) -> set[ProductName]:
    """These products and all that read them, directly or through others."""
    found, waiting = set(changed), list(changed)
    while waiting:
        new = [r for r in readers.get(waiting.pop(), ()) if r not in found]
        found.update(new)
        waiting += new
    return found


def _with(mesh: Mesh, done: Mapping[ProductName, Product]) -> Mesh:
    domains = tuple(
        replace(d, products=changed) if any(a is not b for a, b in zip(changed, d.products, strict=True)) else d
        for d in mesh.domains
        for changed in [tuple(done.get(p.address, p) for p in d.products)]
    )
    return replace(mesh, domains=domains)


@dataclass(slots=True)
class _Flowing:
    """Carries the classes from product to product. What is equal is kept once: most columns of a mesh hold one of few things.

    `before` has what is carried by products that are not looked at.
    """

    lattice: Lattice
    default: str
    decisions: Decisions
    before: Mapping[ProductName, Carried] = field(default_factory=dict)
    carried: dict[ProductName, Carried] = field(default_factory=dict)
    understated: dict[ProductName, tuple[tuple[OutputPort, tuple[Understated, ...]], ...]] = field(default_factory=dict)
    _declared: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = field(default_factory=dict)
    _merged: dict[frozenset[Held], Held] = field(default_factory=dict)
    _said: dict[tuple[str, tuple[str, ...]], ColumnClass | None] = field(default_factory=dict)
    _verdicts: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[tuple[str, ...], tuple[str, ...]]] = field(
        default_factory=dict
    )

    def product(self, product: Product) -> Product:
        """The product with the classes of its ports; one of another repository brings them along."""
        now = _Now()
        self.carried[product.address] = Carried(now.ports, now.inflow, now.said, now.places)
        if product.manifest:
            for port in product.outputs:
                now.ports[port.pinned] = {c.column.lower(): self._recorded(port, c) for c in port.classes}
            return product
        tables = {i.name.lower(): self._table(i, now) for i in product.inputs}
        outputs = tuple(self._port(port, tables, now) for port in product.outputs)
        if now.understated:
            self.understated[product.address] = tuple(now.understated)
        return product if outputs == product.outputs else replace(product, outputs=outputs)

    def _held(self, pinned: PortMajor) -> Mapping[str, Held]:
        """What the columns of a port hold that was looked at before."""
        supplier = pinned.name.of_product
        found = self.carried.get(supplier) or self.before.get(supplier)
        return found.ports.get(pinned, _NO_COLUMNS) if found is not None else _NO_COLUMNS

    def _recorded(self, port: OutputPort, column: ColumnClass) -> Held:
        names = sorted({self.lattice.meaning(word) or word for word in column.effective})
        return tuple((name, column.because or (f"{port.pinned}#{column.column}",)) for name in names)

    def _table(self, port: InputPort, now: "_Now") -> InputClasses:
        columns = frozenset(c.name.lower() for c in port.schema.columns)
        if isinstance(port.origin, MeshOrigin):
            return InputClasses(columns, self._held(port.origin.pinned))
        held: dict[str, Held] = {}
        name = str(source_name(port))
        for column in port.table.columns:
            names = self.declared(column)
            if names:
                address = f"{name}#{column.name}"
                now.places[address] = column.place
                held[column.name.lower()] = tuple((each, (address,)) for each in names)
            elif self.default:
                held[column.name.lower()] = ((self.default, ()),)
        return InputClasses(columns, held)

    def _port(self, port: OutputPort, tables: Mapping[str, InputClasses], now: "_Now") -> OutputPort:
        classes: list[ColumnClass] = []
        passed: dict[str, Held] = {}
        understated: list[Understated] = []
        reads = PortReads(port, tables, self.lattice.indirect) if any(t.held for t in tables.values()) else None
        for column in port.table.columns:
            alone = reads.alone(column.name) if reads is not None else _NOTHING
            inflow = self._merge(reads.of(column.name)) if alone is None and reads is not None else alone or _NOTHING
            declared = self.declared(column)
            if not inflow and not declared and not self.default:
                continue
            name = column.name.lower()
            decisions = self.decisions.get((port.pinned, name), ()) if self.decisions else ()
            if len(inflow) == 1 and len(declared) == 1 and inflow[0][0] == declared[0] and not decisions:
                said = self._as_said(column.name, declared)
                if said is not None:
                    # What flows in is what the contract says, as nearly everywhere.
                    passed[name] = inflow
                    classes.append(said)
                    continue
            if decisions:
                now.inflow[port.pinned, name] = inflow
                now.said[port.pinned, name] = declared
            lowered, taken = _lowered(inflow, decisions) if decisions else (inflow, ())
            passed[name] = held = self._with_declared(port, column, lowered, declared, now)
            effective, missing = self._judged(tuple([n for n, _ in held]), declared)
            because = _first(c for n, c in held if n in effective and n not in declared) if effective != declared else ()
            classes.append(ColumnClass(column.name, ", ".join(declared), effective, because, taken))
            if missing:
                understated.append(Understated(column, declared, missing, because))
        now.ports[port.pinned] = passed
        if understated:
            now.understated.append((port, tuple(understated)))
        return replace(port, classes=tuple(classes)) if classes or port.classes else port

    def declared(self, column: ContractColumn) -> tuple[str, ...]:
        """The classes that a contract says: by `classification`, and by those of the tags that are words of a class."""
        if not column.classification and not column.tags:
            return ()
        key = (column.classification, column.tags)
        found = self._declared.get(key)
        if found is None:
            found = self._declared[key] = self.lattice.said(*key)
        return found

    def _as_said(self, column: str, declared: tuple[str, ...]) -> ColumnClass | None:
        """The class of a column into which just the class flows that its contract says; None where that is not all there is to
        say."""
        key = (column, declared)
        if key not in self._said:
            effective, missing = self._judged(declared, declared)
            alone = effective == declared and not missing
            self._said[key] = ColumnClass(column, declared[0], effective) if alone else None
        return self._said[key]

    def _with_declared(
        self, port: OutputPort, column: ContractColumn, held: Held, declared: tuple[str, ...], now: "_Now"
    ) -> Held:
        """What flows on: what flowed in, and what the contract says besides, which begins here."""
        if len(held) == 1 and declared == (held[0][0],):
            return held
        known = {name for name, _ in held}
        fresh = [name for name in declared if name not in known]
        if fresh:
            address = f"{port.pinned}#{column.name}"
            now.places[address] = column.place
            return tuple(sorted((*held, *((name, (address,)) for name in fresh))))
        return held or ((self.default, ()),)

    def _judged(self, names: tuple[str, ...], declared: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The strictest of the classes that hold, and those of them that the contract leaves unsaid.

        Where no word is above another nobody can tell whether a contract says less, unless it says nothing.
        """
        found = self._verdicts.get((names, declared))
        if found is None:
            effective = self.lattice.strictest(names)
            said = declared or ((self.default,) if self.default else ())
            missing = tuple(c for c in effective if not self.lattice.covers(said, c)) if self.lattice or not said else ()
            found = self._verdicts[names, declared] = (effective, missing)
        return found

    def _merge(self, found: frozenset[Held]) -> Held:
        if len(found) < 2:
            return next(iter(found), _NOTHING)
        merged = self._merged.get(found)
        if merged is None:
            origins: dict[str, list[tuple[str, ...]]] = {}
            for held in found:
                for name, columns in held:
                    origins.setdefault(name, []).append(columns)
            merged = self._merged[found] = tuple((name, _first(origins[name])) for name in sorted(origins))
        return merged


@dataclass(slots=True)
class _Now:
    """What is found about the product that is looked at."""

    ports: dict[PortMajor, Mapping[str, Held]] = field(default_factory=dict)
    inflow: dict[tuple[PortMajor, str], Held] = field(default_factory=dict)
    said: dict[tuple[PortMajor, str], tuple[str, ...]] = field(default_factory=dict)
    places: dict[str, Place | None] = field(default_factory=dict)
    understated: list[tuple[OutputPort, tuple[Understated, ...]]] = field(default_factory=list)


def _lowered(inflow: Held, decisions: tuple[Declassification, ...]) -> tuple[Held, tuple[str, ...]]:
    """What is left of what flows in, and the decisions that took part, as text.

    Each class is lowered once: a decision about `personal` does not speak of what another decision made personal.
    """
    found: dict[str, list[tuple[str, ...]]] = {}
    taken: dict[str, None] = {}
    for name, origins in inflow:
        about = [d for d in decisions if name in d.lowers]
        for target in [d.to for d in about] or [name]:
            found.setdefault(target, []).append(origins)
        taken.update(dict.fromkeys(f"{', '.join(d.lowers)} to {d.to}, approved by {d.approver}" for d in about))
    return tuple((name, _first(found[name])) for name in sorted(found)), tuple(taken)


def _first(origins: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    several = tuple(origins)
    return several[0] if len(several) == 1 else tuple(sorted({o for some in several for o in some})[:MOST_ORIGINS])
