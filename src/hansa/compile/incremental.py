"""Compiles only the products that changed, and those whose meaning rests upon what changed, into a mesh that was compiled before.

All other products stand beside them as those of other repositories do. What a product means depends on its own files, on those
of its domain and mesh, and on every contract that its ports name, whoever keeps or offers it. So an id that a product read anew
names belongs either to products that are read anew, too, or to one product alone that keeps exactly what it offers. Whenever that
cannot be had, or what is wrong is more than a product's own affair, the answer is that everything is to be compiled.
"""

import datetime as dt
import graphlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Set
from dataclasses import replace

from hansa.compile.assembly import Parts, assemble
from hansa.compile.basis import basis_of, with_later
from hansa.compile.classes import Before, refuse_unknown_words
from hansa.compile.compiling import examined, resolved, whole
from hansa.compile.elsewhere import Elsewhere
from hansa.compile.findings import Findings
from hansa.compile.inputs import Needs
from hansa.compile.owners import platforms_of
from hansa.compile.ports import InputDraft
from hansa.compile.typecheck import Describe
from hansa.declare.declarations import Declarations
from hansa.frozen import dataclass
from hansa.model import Compiled, Domain, Mesh, OutputPort, Product, Schema, Team
from hansa.model.compiled import Basis, Carried, KeptContract
from hansa.model.outline import outline
from hansa.names import PortMajor, ProductName, Version
from hansa.trouble import Place, in_order

LoadProducts = Callable[[Iterable[str]], Declarations]
"""Reads the products in some folders, which are named as in a basis."""

MOST = 0.5
"""The part of a mesh from which on all of it is compiled, which has two processes for it."""


def compile_again(
    before: Compiled, changed: Collection[str], load: LoadProducts, describe: Describe, today: dt.date | None = None
) -> Compiled | None:
    """The mesh as `compile` would find it now that nothing but files in some product folders changed; None when all of it has to
    be compiled. `before` holds on the day `today`, too; policies and acknowledgements in these folders are as they were.
    """
    names = {b.folder: b.address for b in before.basis.products} if before.basis is not None else {}
    if before.basis is None or not names.keys() >= {*changed}:
        return None
    known = _Known(before.mesh, before.basis, before.carried)
    anew = {names[folder] for folder in changed}
    while len(anew) <= max(1, MOST * len(names)):
        found = _Anew.of(known, anew, load)
        joining = found.needed() if found is not None else None
        if found is None or joining is None:
            return None
        if not joining:
            part = found.compiled(describe)
            joining = part.readers() if part is not None else None
            if part is None or joining is None:
                return None
            if not joining:
                return part.merged(today)
        anew |= joining
    return None


class _Known:
    """The mesh as it was, and who keeps, offers and names each contract."""

    def __init__(self, mesh: Mesh, basis: Basis, carried: Mapping[ProductName, Carried] | None) -> None:
        self.mesh = mesh
        self.basis = basis
        self.carried = carried
        self.bases = {b.address: b for b in basis.products}
        self.products = mesh.by_name()
        self.holders: dict[str, set[ProductName]] = defaultdict(set)
        self.users: dict[str, set[ProductName]] = defaultdict(set)
        for address, product in self.products.items():
            for offered, _ in outline(product).offers:
                self.holders[offered].add(address)
            for read in outline(product).reads:
                self.users[read].add(address)
        for address, of_product in self.bases.items():
            for contract in of_product.contracts:
                self.holders[contract.id].add(address)

    def keeps_what_it_offers(self, address: ProductName, contract: str) -> bool:
        """Whether the versions of a contract that lie in a product's folder are those of its ports."""
        if address not in self.bases:
            return True  # of another repository, of which only the ports are known
        kept = {c.version for c in self.bases[address].contracts if c.id == contract}
        return kept == {version for offered, version in outline(self.products[address]).offers if offered == contract}

    def readers_of(self, products: Iterable[ProductName]) -> Set[ProductName]:
        """All products of this repository that read some, directly or through others."""
        readers: dict[ProductName, list[ProductName]] = defaultdict(list)
        for address in self.bases:
            for supplier in self.products[address].suppliers:
                readers[supplier].append(address)
        found: set[ProductName] = set()
        waiting = list(products)
        while waiting:
            new = [r for r in readers[waiting.pop()] if r not in found]
            found.update(new)
            waiting += new
        return found

    def carrying(self, changed: Set[ProductName]) -> Before | None:
        """How classes flowed; None when that is not known any more."""
        later = {a: b.later for a, b in self.bases.items()}
        return Before(self.carried, later, changed) if self.carried is not None else None


@dataclass(frozen=True)
class _Anew:
    """The products that are read anew, beside those that stay."""

    known: _Known
    addresses: Set[ProductName]
    declarations: Declarations

    @classmethod
    def of(cls, known: _Known, addresses: Set[ProductName], load: LoadProducts) -> "_Anew | None":
        """None when their folders do not hold these very products, or hold errors."""
        declarations = load([known.bases[a].folder for a in sorted(addresses)])
        folders = {p.folder: p.address for p in declarations.products}
        if folders != {known.bases[a].folder: a for a in addresses} or any(t.is_error for t in declarations.troubles):
            return None
        ids = {p.odps.id for p in declarations.products}
        taken = any(p.id in ids for a, p in known.products.items() if a not in addresses)
        return None if taken else cls(known, addresses, declarations)

    def needed(self) -> Set[ProductName] | None:
        """The products that have to be read, too, so that the contracts named here mean what they mean in the whole mesh.

        None when one of them is not of this repository.
        """
        offered = {port.contract_id for p in self.declarations.products for port in p.odps.output_ports}
        own = offered | {c.odcs.id for p in self.declarations.products for c in p.contracts}
        joining: set[ProductName] = set()
        for contract in self._read | own:
            others = self.known.holders.get(contract, set()) - self.addresses
            alone = len(others) == 1 and contract not in own
            if not alone or not all(self.known.keeps_what_it_offers(other, contract) for other in others):
                joining |= others
        return self._of_this_repository(joining)

    def compiled(self, describe: Describe) -> "_Part | None":
        """These products by themselves; None when not even all of their ports can be resolved."""
        findings = Findings(self.declarations.troubles)
        others = self._beside()
        ports = resolved(self.declarations, others, findings)
        if any(t.is_error for t in findings.troubles) or findings.broken:
            return None  # what others mean to offer, and what may be meant instead, is known only where all is compiled
        parts = examined(self.declarations, ports, others, describe, findings)
        if parts.checked.unreachable:
            return None  # an engine that is gone is told of every product that it computes
        refuse_unknown_words(ports.contracts, self.known.mesh.governance, findings)
        broken = bool(findings.broken)
        if broken:
            parts = replace(parts, needs=self._all_needs(parts.needs))
        platforms = tuple(platforms_of(self.declarations).values())
        mesh = assemble(self.declarations, platforms, parts, self.known.mesh.governance, findings)
        return _Part(self.known, mesh, parts, basis_of(self.declarations, findings)) if broken or not mesh.broken else None

    def _all_needs(self, own: Needs) -> Needs:
        """What all read that may be left out, as what depends on a product with errors is."""
        staying = [self.known.products[a] for a in sorted(self.known.readers_of(self.addresses) - self.addresses)]
        drafts = {
            p.address: tuple(InputDraft(i.name, i.contract, i.table, i.origin, i.place or Place("")) for i in p.inputs)
            for p in staying
        }
        suppliers = {p.address: frozenset(p.suppliers) for p in staying}
        return Needs({**drafts, **own.by_product}, {**suppliers, **own.suppliers})

    @property
    def _read(self) -> set[str]:
        """The contracts that input ports name."""
        return {port.contract_id for p in self.declarations.products for port in p.odps.input_ports}

    def _beside(self) -> Elsewhere:
        """The products that stay, as far as a contract of theirs is named here."""
        staying = {a for contract in self._read for a in self.known.holders.get(contract, ())} - self.addresses
        domains = (replace(d, products=tuple(p for p in d.products if p.address in staying)) for d in self.known.mesh.domains)
        return Elsewhere(tuple(d for d in domains if d.products))

    def _of_this_repository(self, found: Set[ProductName]) -> Set[ProductName] | None:
        return found if found <= self.known.bases.keys() else None


@dataclass(frozen=True, slots=True)
class _Part:
    """The products that were compiled anew: those that hold together in a mesh of their own, and the basis of all of them."""

    known: _Known
    mesh: Mesh
    parts: Parts
    basis: Basis

    def readers(self) -> Set[ProductName] | None:
        """The products that name, keep or offer a contract which is not offered or kept as before.

        None when one of them is not of this repository.
        """
        made = self.mesh.by_name()
        changed: set[str] = set()
        for now in self.basis.products:
            offered = self._offers(now.address, made.get(now.address)) ^ {*map(_offer, self.known.products[now.address].outputs)}
            kept = {*self.known.bases[now.address].contracts} ^ {*now.contracts}
            changed |= {contract for contract, *_ in offered} | {c.id for c in kept}
        found = {a for c in changed for a in (*self.known.users.get(c, ()), *self.known.holders.get(c, ()))}
        found -= {b.address for b in self.basis.products}
        return found if found <= self.known.bases.keys() else None

    def merged(self, today: dt.date | None) -> Compiled | None:
        """Everything together, and what is said of the mesh as a whole."""
        bases = {b.address: b for b in self.basis.products}
        made = {p.address: _sharing(p, self.known.products[p.address], self._same(p.address)) for p in self.mesh.products}
        same = [a for a, p in made.items() if _answers(p) == _answers(self.known.products[a])]
        if self.known.basis.acknowledged and len(same) < len(bases):
            return None  # somebody else may accept changes for one of them now
        agreed = {a.port.name.of_product for a in self.known.mesh.governance.agreements}
        if any(_majors(p) != _majors(self.known.products[a]) for a, p in made.items() if a in agreed):
            return None  # an agreement that says no major is about the lowest one
        domains = tuple(_with(d, made, self.mesh.broken) for d in self.known.mesh.domains)
        basis = replace(self.known.basis, products=tuple(bases.get(b.address, b) for b in self.known.basis.products))
        left_out = (t for t in self.basis.troubles if t.product)
        findings = Findings([*basis.troubles, *(t for b in basis.products for t in b.troubles), *left_out])
        findings.broken.update(self.mesh.broken)
        try:
            mesh = replace(self.known.mesh, domains=domains, broken=self.mesh.broken)
            found = whole(mesh, findings, today, self.known.carrying(bases.keys() | self.mesh.broken))
        except graphlib.CycleError:
            return None  # products read each other in a circle now, which is told where all of them are compiled
        compiled = Compiled(found.mesh, in_order(findings.troubles))
        return replace(compiled, basis=with_later(basis, found), carried=found.carried) if compiled.valid else compiled

    def _offers(self, address: ProductName, product: Product | None) -> "set[_Offer]":
        """What a product offers now; of one with errors what its contracts fix, as its readers are checked by these."""
        if product is not None:
            return {*map(_offer, product.outputs)}
        drafts = self.parts.offers.by_product[address]
        return {
            (d.contract.id, d.pinned, d.contract.version, d.table.name, d.table.schema() if exact else None, d.deprecated)
            for d in drafts
            for exact in [all(c.exact for c in d.table.columns)]
        }

    def _same(self, address: ProductName) -> Set[KeptContract]:
        """The contracts in a product's folder that stayed as they were."""
        now = next(b for b in self.basis.products if b.address == address)
        return {*self.known.bases[address].contracts} & {*now.contracts}


_Offer = tuple[str, PortMajor, Version, str, Schema | None, bool]


def _offer(port: OutputPort) -> _Offer:
    """What readers see of a port, besides the text of its contract."""
    contract = port.contract
    return contract.id, port.pinned, contract.version, port.table.name, port.schema, port.deprecated


def _sharing(product: Product, before: Product, same: Set[KeptContract]) -> Product:
    """The product with the very values of contracts that its readers have, where these stayed as they were."""
    texts = {(c.id, c.version) for c in same}
    ports = {_offer(o): o for o in before.outputs if (o.contract.id, str(o.contract.version)) in texts}

    def shared(port: OutputPort) -> OutputPort:
        old = ports.get(_offer(port))
        return replace(port, contract=old.contract, table=old.table, schema=old.schema) if old is not None else port

    return replace(product, outputs=tuple(shared(o) for o in product.outputs))


def _with(domain: Domain, made: Mapping[ProductName, Product], broken: Set[ProductName]) -> Domain:
    if not any(p.address in made or p.address in broken for p in domain.products):
        return domain
    return replace(domain, products=tuple(made.get(p.address, p) for p in domain.products if p.address not in broken))


def _majors(product: Product) -> Set[PortMajor]:
    return {o.pinned for o in product.outputs}


def _answers(product: Product) -> tuple[str, Team | None]:
    """Who answers for a product."""
    return product.owner, product.team
