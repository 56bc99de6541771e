"""The passes in their order: declarations in, a mesh and all its troubles out."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from hansa.beside import Beside, here
from hansa.compile.accesspolicies import check_access_policies
from hansa.compile.agreements import with_valid_agreements
from hansa.compile.assembly import Parts, assemble, distinct_products
from hansa.compile.basis import basis_of, with_later
from hansa.compile.circles import refuse_product_circles
from hansa.compile.classes import Before, Classified, classified, refuse_unknown_words
from hansa.compile.contracts import Contracts, compile_contracts
from hansa.compile.elsewhere import Elsewhere, elsewhere, tell_of_lost_ports
from hansa.compile.examining import Examination, Examining
from hansa.compile.findings import Findings
from hansa.compile.glossary import tell_unknown_terms
from hansa.compile.governing import governing
from hansa.compile.inputs import Needs, resolve_inputs
from hansa.compile.outputs import Offers, resolve_outputs
from hansa.compile.owners import owner_of, platform_of, platforms_of, warn_of_domain_owner
from hansa.compile.typecheck import Describe
from hansa.declare.declarations import Declarations
from hansa.frozen import dataclass
from hansa.model import Compiled, Mesh, Platform
from hansa.names import ProductName, parse_product
from hansa.trouble import Trouble
from hansa.trouble import in_order as troubles_in_order


def compile(  # noqa: A001 - the stage's own word
    declarations: Declarations, describe: Describe, today: dt.date | None = None, beside: Beside = here
) -> Compiled:
    """Turn declarations into a mesh, gathering all troubles in one go.

    `describe(platform, sql, schemas)` says the schema of a query's result, or raises `QueryRefused`; it is called once a model.
    Nothing else is touched: no file, clock, network or store. `today` is the day on which decisions that end are judged:
    without it they do not hold. `beside` may do half of a large mesh in a second process.
    """
    findings = Findings(declarations.troubles)
    findings.broken.update(_broken(declarations.troubles))
    declarations = replace(declarations, domains=distinct_products(declarations, findings))
    others = elsewhere(declarations, findings)
    ports = resolved(declarations, others, findings)
    parts = examined(declarations, ports, others, describe, findings, beside)
    governance = governing(declarations, findings)
    refuse_unknown_words(ports.contracts, governance, findings)
    mesh = assemble(declarations, tuple(platforms_of(declarations).values()), parts, governance, findings)
    basis = basis_of(declarations, findings)
    domains = tuple(sorted((*mesh.domains, *others.domains), key=lambda d: d.name))
    accepted = (*mesh.governance.acknowledgements, *others.acknowledgements)
    mesh = replace(mesh, domains=domains, governance=replace(mesh.governance, acknowledgements=accepted))
    found = whole(mesh, findings, today)
    compiled = Compiled(found.mesh, troubles_in_order(findings.troubles))
    return replace(compiled, basis=with_later(basis, found), carried=found.carried) if compiled.valid else compiled


@dataclass(frozen=True, slots=True)
class Resolved:
    """What ports mean, before any model was read."""

    contracts: Contracts
    offers: Offers
    needs: Needs


def resolved(declarations: Declarations, others: Elsewhere, findings: Findings) -> Resolved:
    """What the ports of the declared products mean; `others` stand beside them."""
    contracts = compile_contracts(declarations, findings)
    offers = others.offers(resolve_outputs(declarations, contracts, findings), declarations)
    needs = resolve_inputs(declarations, others.contracts(contracts), offers, findings)
    refuse_product_circles(others.needs(needs), findings)
    return Resolved(contracts, offers, needs)


def examined(
    declarations: Declarations,
    ports: Resolved,
    others: Elsewhere,
    describe: Describe,
    findings: Findings,
    beside: Beside = here,
) -> Parts:
    """What can be said of the declared products one by one, once it is known what their ports mean."""
    platforms = platforms_of(declarations)
    placed: dict[ProductName, Platform | None] = {}
    owners = {}
    for domain in declarations.domains:
        warn_of_domain_owner(declarations, domain, findings)
        for product in domain.products:
            platform = platform_of(domain, product, platforms, findings)
            placed[product.address] = platform
            owners[product.address] = owner_of(declarations, domain, product, findings)
    examination = Examination({p.address: p for p in declarations.products}, placed, ports.offers, ports.needs, describe)
    examining = Examining(examination, others.checked(), findings)
    examining.all(beside)
    return Parts(ports.offers, ports.needs, examining.graphs, placed, owners, examining.checked)


def whole(mesh: Mesh, findings: Findings, today: dt.date | None, before: Before | None = None) -> Classified:
    """What can only be said of the mesh as a whole: lost ports, unknown terms, agreements, and how classes flow."""
    tell_of_lost_ports(mesh, findings)
    tell_unknown_terms(mesh, mesh.governance, findings)
    mesh = with_valid_agreements(mesh, findings)
    check_access_policies(mesh, findings)
    return classified(mesh, mesh.governance, findings, today, before)


def _broken(troubles: Iterable[Trouble]) -> set[ProductName]:
    """The products that declare found errors in."""
    found: set[ProductName] = set()
    for trouble in troubles:
        if not trouble.is_error or not trouble.product:
            continue
        try:
            found.add(parse_product(trouble.product))
        except ValueError:
            continue  # a folder whose name is no product's name
    return found
