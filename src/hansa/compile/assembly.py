"""Last pass: what holds together becomes the mesh; what does not, and what depends on it, is left out by name."""

from collections.abc import Mapping
from dataclasses import replace

from hansa.compile.findings import Findings
from hansa.compile.following import followed, port_lineage
from hansa.compile.inputs import Needs
from hansa.compile.models import ModelGraph
from hansa.compile.outputs import Offers
from hansa.compile.ports import custom_text
from hansa.compile.typecheck import Checked
from hansa.declare.custom import custom
from hansa.declare.declarations import Declarations, DomainDeclaration, ProductDeclaration
from hansa.frozen import dataclass
from hansa.model import Domain, Governance, InputPort, Mesh, MeshOrigin, Model, OutputPort, Platform, Product, Team
from hansa.names import DomainName, ProductName
from hansa.trouble import Severity, did_you_mean, one_of


@dataclass(frozen=True, slots=True)
class Parts:
    """What the passes found about each product."""

    offers: Offers
    needs: Needs
    graphs: Mapping[ProductName, ModelGraph]
    platforms: Mapping[ProductName, Platform | None]
    owners: Mapping[ProductName, tuple[str, Team | None]]
    checked: Checked


def assemble(
    declarations: Declarations, all_platforms: tuple[Platform, ...], parts: Parts, governance: Governance, findings: Findings
) -> Mesh:
    """The mesh of all products without errors that read only such products."""
    products = {p.address: _product(p, parts, findings) for p in declarations.products}
    findings.broken.update(address for address, product in products.items() if product is None)
    _leave_out_dependents(declarations, parts.needs, findings)
    domains = tuple(
        Domain(
            name=DomainName(d.name),
            products=tuple(
                product
                for address in sorted(p.address for p in d.products)
                if address not in findings.broken and (product := products[address]) is not None
            ),
            title=d.title,
            description=d.description,
            owner=d.owner,
            capability=d.capability,
            tags=d.tags,
            place=d.document.place(("name",)),
        )
        for d in sorted(declarations.domains, key=lambda d: d.name)
    )
    mesh = declarations.mesh
    return Mesh(
        name=mesh.name,
        domains=domains,
        platforms=all_platforms,
        title=mesh.title,
        description=mesh.description,
        broken=frozenset(findings.broken),
        governance=governance,
        teams=tuple(Team(t.name, t.members, t.contact, t.delegates) for t in declarations.teams),
        services=declarations.services,
        administrators=declarations.administrators,
    )


def _leave_out_dependents(declarations: Declarations, needs: Needs, findings: Findings) -> None:
    """Products that read a broken one cannot be trusted either; each is told in a single note, and only if nothing else is."""
    ports = {p.address: p.document.place(("inputPorts",)) for p in declarations.products}
    while True:
        waiting = [p for p in sorted(needs.suppliers) if p not in findings.broken and needs.suppliers[p] & findings.broken]
        if not waiting:
            return
        for product in waiting:
            culprits = sorted(needs.suppliers[product] & findings.broken)
            places = [
                d.place
                for d in needs.by_product[product]
                if isinstance(d.origin, MeshOrigin) and d.origin.port.of_product in culprits
            ]
            places = places or [ports[product]]
            names = ", ".join(str(c) for c in culprits)
            findings.add(
                "H240",
                f"{product} is left out: it reads {names}, which {'has' if len(culprits) == 1 else 'have'} troubles",
                places,
                f"mend {names} first",
                products=[product],
                severity=Severity.NOTE,
            )
        findings.broken.update(waiting)


def _product(declaration: ProductDeclaration, parts: Parts, findings: Findings) -> Product | None:
    """The product, or None when a part of it is missing; the part's trouble has been told."""
    address = declaration.address
    written = declaration.odps
    owner, team = parts.owners[address]
    platform = parts.platforms[address]
    main = _main_port(declaration, parts.offers, findings)
    inputs, outputs = _inputs(address, parts), _outputs(address, parts)
    if not declaration.readme.strip():
        _warn_of_readme(declaration, findings)
    if platform is None or inputs is None or outputs is None or address in findings.broken:
        return None
    models = _models(address, parts)
    return Product(
        address=address,
        id=written.id,
        version=written.version,
        platform=platform,
        inputs=inputs,
        outputs=_with_lineage(outputs, models, inputs),
        models=models,
        main_port=main,
        title=written.name,
        status=written.status,
        type=written.type,
        purpose=written.description.purpose if written.description is not None else "",
        owner=owner,
        team=team,
        tags=written.tags,
        readme=declaration.readme,
        place=declaration.document.place(("id",)),
    )


def _inputs(address: ProductName, parts: Parts) -> tuple[InputPort, ...] | None:
    ports: list[InputPort] = []
    for draft in parts.needs.by_product[address]:
        schema = parts.checked.inputs.get((address, draft.name))
        if schema is None:
            return None
        ports.append(InputPort(draft.name, draft.contract, draft.table, schema, draft.origin, draft.place))
    return tuple(ports)


def _outputs(address: ProductName, parts: Parts) -> tuple[OutputPort, ...] | None:
    ports: list[OutputPort] = []
    for draft in parts.offers.by_product[address]:
        schema = parts.checked.outputs.get(draft.pinned)
        model = parts.graphs[address].feeds.get(str(draft.pinned))
        if schema is None or model is None:
            return None
        ports.append(
            OutputPort(
                address=draft.address,
                contract=draft.contract,
                table=draft.table,
                schema=schema,
                model=model,
                refresh=draft.refresh,
                sort_by=draft.sort_by,
                title=draft.title,
                description=draft.description,
                deprecated=draft.deprecated,
                place=draft.place,
            )
        )
    return tuple(ports)


def _models(address: ProductName, parts: Parts) -> tuple[Model, ...]:
    found = parts.checked.lineages[address]
    return tuple(replace(d.model, lineage=found[d.model.name]) for d in parts.graphs[address].models)


def _with_lineage(
    outputs: tuple[OutputPort, ...], models: tuple[Model, ...], inputs: tuple[InputPort, ...]
) -> tuple[OutputPort, ...]:
    """The ports with their lineage, which speaks of input ports alone."""
    known = {i.name: i.schema.names for i in inputs}
    ends = followed(models)
    return tuple(replace(o, lineage=port_lineage(o.schema.names, ends[o.model], known)) for o in outputs)


def _main_port(declaration: ProductDeclaration, offers: Offers, findings: Findings) -> str:
    """The port that the product's name means in SQL: the one said, the one named like the product, or the only one."""
    names = sorted({p.name for p in declaration.odps.output_ports})
    wanted = custom_text(declaration.odps, "mainPort")
    if wanted and wanted not in names:
        written = custom(declaration.odps, "mainPort")
        findings.add(
            "H238",
            f"{declaration.address} names `{wanted}` as its main port, and has no such output port",
            [declaration.document.place((*written.at, "value"))] if written is not None else [],
            did_you_mean(wanted, names) or f"its output ports: {one_of(names)}",
            products=[declaration.address],
        )
        return ""
    if wanted:
        return wanted
    if declaration.address.product in names:
        return declaration.address.product
    return names[0] if len(names) == 1 else ""


def _warn_of_readme(declaration: ProductDeclaration, findings: Findings) -> None:
    findings.add(
        "H239",
        f"{declaration.address} has no README.md",
        [declaration.document.place(("id",))],
        f"write `{declaration.folder}/README.md`: what it holds, for whom, and what to know before using it",
        products=[declaration.address],
        severity=Severity.WARNING,
    )


def distinct_products(declarations: Declarations, findings: Findings) -> tuple[DomainDeclaration, ...]:
    """The domains with every address and every id once; who comes second is refused."""
    addresses: dict[ProductName, ProductDeclaration] = {}
    ids: dict[str, ProductDeclaration] = {}
    for product in sorted(declarations.products, key=lambda p: (p.address, p.document.file)):
        rival = addresses.setdefault(product.address, product)
        same_id = ids.setdefault(product.odps.id, product)
        if rival is not product or same_id is not product:
            first = rival if rival is not product else same_id
            what = (
                f"product {product.address} stands twice"
                if rival is not product
                else f"two products have the id `{product.odps.id}`"
            )
            findings.add(
                "H228",
                what,
                [first.document.place(("id",), str(first.address)), product.document.place(("id",), str(product.address))],
                "rename one of the folders" if rival is not product else "give each product an id of its own",
                products=dict.fromkeys([first.address, product.address]),
            )
    kept = {id(p) for p in addresses.values()}
    return tuple(replace(d, products=tuple(p for p in d.products if id(p) in kept)) for d in declarations.domains)
