"""Products of other repositories: taken from manifests, so that what is built here is checked against them as in one tree."""

from dataclasses import replace

from hansa.compile.contracts import Contracts
from hansa.compile.findings import Findings
from hansa.compile.inputs import Needs
from hansa.compile.outputs import Offers
from hansa.compile.ports import OutputDraft
from hansa.compile.typecheck import Checked
from hansa.declare.declarations import Declarations, ManifestDeclaration
from hansa.frozen import dataclass
from hansa.model import Acknowledgement, Compiled, Contract, Domain, Mesh, MeshOrigin, OutputPort, Product
from hansa.model.document import Unreadable
from hansa.model.manifest import Manifest, from_text
from hansa.names import DomainName
from hansa.trouble import Place, Severity, Trouble


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The domains that manifests bring, each once, and none that this repository has itself; and what their owners accepted.

    While only some products are compiled, those of this repository that stay as they are stand here, too.
    """

    domains: tuple[Domain, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()

    @property
    def products(self) -> tuple[Product, ...]:
        return tuple(p for d in self.domains for p in d.products)

    def contracts(self, own: Contracts) -> Contracts:
        """All contracts by product, those of the manifests' output ports among them."""
        return {**own, **{p.address: _offered_contracts(p) for p in self.products}}

    def offers(self, own: Offers, declarations: Declarations) -> Offers:
        """What can be read: the output ports of this repository and of the others."""
        by_product, by_contract, meant = dict(own.by_product), dict(own.by_contract), dict(own.meant)
        for product in self.products:
            place = declarations.mesh.document.place(("domains",)) if product.manifest else None
            drafts = tuple(_draft(port, place) for port in product.outputs)
            by_product[product.address] = drafts
            for draft in drafts:
                key = (draft.contract.id, draft.contract.version.major)
                by_contract[key] = (*by_contract.get(key, ()), draft)
                meant[draft.contract.id] = (*meant.get(draft.contract.id, ()), product.address)
        return Offers(by_product, by_contract, meant)

    def needs(self, own: Needs) -> Needs:
        """Who reads whom over all repositories, so that a circle through several is found."""
        suppliers = {p.address: frozenset(p.suppliers) for p in self.products}
        return Needs({**own.by_product, **dict.fromkeys(suppliers, ())}, {**own.suppliers, **suppliers})

    def checked(self) -> Checked:
        """The schemas of the manifests' ports: checked where they were exported."""
        return Checked(outputs={port.pinned: port.schema for product in self.products for port in product.outputs})


def elsewhere(declarations: Declarations, findings: Findings) -> Elsewhere:
    """Read every manifest; one that cannot be trusted is told with the place that names it, and brings nothing."""
    own = {d.name: d.document.place(("name",)) for d in declarations.domains}
    found: dict[str, tuple[Domain, ManifestDeclaration]] = {}
    accepted: list[Acknowledgement] = []
    for declaration in declarations.manifests:
        manifest = _manifest(declaration, findings)
        if manifest is None:
            continue
        accepted += manifest.acknowledgements
        for domain in manifest.domains:
            name = str(domain.name)
            rival = own.get(name) or (found[name][1].place if name in found else None)
            if rival is None:
                found[name] = (domain, declaration)
                continue
            findings.add(
                "H284",
                f"domain `{name}` comes twice: {declaration.location} brings it, too",
                [rival.noted("the first"), declaration.place.noted("and again here")],
                "keep one: the folder when the domain is at home here, else the manifest",
            )
    brought = tuple(found[name][0] for name in sorted(found))
    names = {d.name for d in brought}
    return Elsewhere(brought, tuple(dict.fromkeys(a for a in accepted if a.consumer.in_domain in names)))


def unheard(declarations: Declarations, compiled: Compiled) -> tuple[Trouble, ...]:
    """The errors of manifests that bring nothing: while there are any, nobody knows all who read what is offered here."""
    named = {m.place for m in declarations.manifests}
    return tuple(t for t in compiled.troubles if t.is_error and named.intersection(t.places))


def tell_of_lost_ports(mesh: Mesh, findings: Findings) -> None:
    """A product elsewhere that reads what is no longer offered here cannot be built any more: told, since nobody else sees it."""
    own = {d.name for d in mesh.domains if not d.manifest}
    products = mesh.by_name()
    for product in mesh.products:
        if not product.manifest:
            continue
        for given in product.inputs:
            if not isinstance(given.origin, MeshOrigin) or given.origin.port.of_product.in_domain not in own:
                continue
            supplier, pinned = given.origin.port.of_product, given.origin.pinned
            offering = products.get(supplier)
            if supplier not in mesh.broken and (offering is None or pinned not in {o.pinned for o in offering.outputs}):
                findings.add(
                    "H286",
                    f"{product.address} reads {pinned}, which is not offered here",
                    [],
                    f"offer it again, or ask {product.owner or 'its owner'} to move, and take their new manifest "
                    f"({product.manifest})",
                    severity=Severity.WARNING,
                )


def _manifest(declaration: ManifestDeclaration, findings: Findings) -> Manifest | None:
    if declaration.text is None:
        return _awaited(declaration)  # declare has said why
    try:
        return _of_team(from_text(declaration.text, declaration.location), declaration)
    except Unreadable as reason:
        findings.add(
            "H283",
            f"the manifest {declaration.location} is not used: {reason}",
            [declaration.place],
            "export it again in its own repository with `hansa export manifest`, with a Hansa no newer than this one",
        )
        return _awaited(declaration)


def _awaited(declaration: ManifestDeclaration) -> Manifest | None:
    """A domain that waits for an upload has its name and its owner already, so that its team may upload. Others bring nothing."""
    if not declaration.domain:
        return None
    name = DomainName(declaration.domain)
    return Manifest("", (Domain(name, owner=declaration.owner, manifest=declaration.location),))


def _of_team(manifest: Manifest, declaration: ManifestDeclaration) -> Manifest:
    """What was uploaded is of the one domain that waits for it. Whose that is, the mesh says and not the upload."""
    if not declaration.domain:
        return manifest
    names = [str(d.name) for d in manifest.domains]
    if names != [declaration.domain]:
        raise Unreadable(f"it is of {', '.join(names)}, and not of {declaration.domain} alone")
    return replace(manifest, domains=(replace(manifest.domains[0], owner=declaration.owner),))


def _offered_contracts(product: Product) -> tuple[Contract, ...]:
    found = {(o.contract.id, o.contract.version): o.contract for o in product.outputs}
    return tuple(found[key] for key in sorted(found))


def _draft(port: OutputPort, manifest: Place | None) -> OutputDraft:
    """A port as others read it; `manifest` is where the manifest is named that it comes from."""
    table = port.table
    if manifest is not None:
        # The columns' stored types are known, and only what is stored counts for those who read it.
        types = {c.name: c.type for c in port.schema}
        table = replace(table, columns=tuple(replace(c, type=types.get(c.name, c.type)) for c in table.columns))
    return OutputDraft(
        address=port.address,
        contract=port.contract,
        table=table,
        refresh=port.refresh,
        sort_by=port.sort_by,
        title=port.title,
        description=port.description,
        deprecated=port.deprecated,
        place=manifest or port.place or Place(""),
    )
