"""The pages of a product: each part of what somebody wants to know before using it has an address of its own."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hansa.catalog import state_of
from hansa.model import OutputPort, Product, Publication
from hansa.names import parse_product
from hansa.publish import visible
from hansa.server.catalogue.consuming import consumers_of_product
from hansa.server.catalogue.reads import Use
from hansa.server.catalogue.remarks import heard_of
from hansa.server.pages import badges
from hansa.server.pages.certifying import certified
from hansa.server.pages.connecting import ways
from hansa.server.pages.deciding import beside_the_form
from hansa.server.pages.domain import team_of
from hansa.server.pages.leaves import leaf
from hansa.server.pages.lineage.page import neighbourhood
from hansa.server.pages.past import deprecations, versions
from hansa.server.pages.quality import levels, ordered, past_verdicts, verdicts
from hansa.server.pages.readme import safe_url, shown
from hansa.server.pages.rendering import link
from hansa.server.pages.requested import owns
from hansa.server.pages.routing import Page
from hansa.server.pages.sampling import Sample, contract_examples, sample
from hansa.server.pages.schema import lines, readings
from hansa.server.pages.visit import Visit
from hansa.trouble import Trouble, TroubleError

PARTS = ("schema", "contract", "quality", "lineage", "changes", "connect")
_TITLES = {p: p.capitalize() for p in PARTS}
_FEEDBACK = ("feedback", "Feedback")
MOST_READ = 60
PER_PAGE = 200
"""Columns that a page has at most."""
PER_QUALITY = 100
"""Verdicts that a page has at most: each has a drawing."""


def found_product(visit: Visit) -> Product:
    """The product of the address. What the viewer may not discover is not there."""
    try:
        name = parse_product(visit.request.path_params["product"])
    except ValueError:
        raise HTTPException(404) from None
    found = visit.sight.product(name)
    if found is None:
        raise HTTPException(404)
    return found


def overview(visit: Visit) -> Response:
    """What it is, how it stands, whose it is, and what it offers."""
    product = found_product(visit)
    described = visit.sight.described(product.address)
    return visit.page(
        "product.html",
        **product_head(visit, product, "", described),
        ports=[(o, _published(visit, product, o)) for o in visit.sight.ports(product)] if described else [],
        readme=shown(product.readme) if described and product.readme else None,
        deprecations=deprecations(visit.sight.ports(product)) if described else [],
        use=_use(visit, product) if described else None,
        names=owns(visit, product),
        heard=heard_of(visit.catalogue, visit.sight, product) if described else None,
    )


def _use(visit: Visit, product: Product) -> Use:
    visit.catalogue.reads.refresh(visit.now)
    return visit.catalogue.reads.of_product(product.address, visit.now)


def part(visit: Visit) -> Response:
    """One of the other parts. Who may know of a product but not what it is like sees its first page alone."""
    name = visit.request.path_params["part"]
    show, product = _SHOWS.get(name), found_product(visit)
    if show is None or not visit.sight.described(product.address):
        raise HTTPException(404)
    return show(visit, product)


def chosen_port(visit: Visit, product: Product) -> OutputPort:
    """The port that the address names, such as `?port=profiles@2`; the main one, or else the first, when it names none."""
    ports = [o for o in visit.sight.ports(product) if visit.sight.described(o.pinned)]
    word, _, major = visit.asked("port").partition("@")
    if not word:
        found = next(iter(ports), None)
    else:
        found = next((o for o in ports if o.address.port == word and (not major or str(o.major) == major)), None)
    if found is None:
        raise HTTPException(404)
    return found


def product_head(visit: Visit, product: Product, tab: str, described: bool = True) -> dict[str, Any]:
    """What stands above every part."""
    backing, environment = visit.catalogue.backing, visit.catalogue.environment
    publication = visible(backing.ledger, product.address, environment) if described else None
    stands = state_of(product.address, product, publication, visit.sight.mesh, backing.ledger, environment, visit.now)
    state, ports = visit.told(stands), visit.sight.ports(product)
    certificate = certified(visit, product, state) if described else None
    told = (certificate.badge if certificate else None, badges.life(product), badges.status(state), badges.quality(state))
    domain = next((d for d in visit.sight.domains if d.name == product.address.in_domain), None)
    support = list(dict.fromkeys(s for o in ports for s in o.contract.support)) if described else []
    return {
        "product": product,
        "domain": domain,
        "described": described,
        "state": state,
        "certificate": certificate,
        "badges": [b for b in (*told, badges.freshness(state, product)) if b is not None] if described else [],
        "team": product.team or team_of(visit.sight.mesh, product.owner),
        "support": [(s, safe_url(s.url)) for s in support],
        "tab": tab,
        "tabs": [("", "Overview"), *_TITLES.items(), _FEEDBACK] if described else [("", "Overview"), _FEEDBACK],
        "askable": bool(visit.sight.consumers) and bool(ports),
    }


def _published(visit: Visit, product: Product, output: OutputPort) -> object:
    publication = visible(visit.catalogue.backing.ledger, product.address, visit.catalogue.environment)
    return publication.port(output.pinned) if publication is not None else None


def _of_port(visit: Visit, product: Product, tab: str) -> tuple[OutputPort, dict[str, Any]]:
    port = chosen_port(visit, product)
    ports = [o for o in visit.sight.ports(product) if visit.sight.described(o.pinned)]
    return port, {**product_head(visit, product, tab), "port": port, "ports": ports}


def _schema(visit: Visit, product: Product) -> Response:
    port, head = _of_port(visit, product, "schema")
    chosen, offered, decision = readings(visit, port)
    word, said = f"{port.address.port}@{port.major}", visit.asked("for")
    columns = leaf(
        lines(visit, port, decision), visit.number(), PER_PAGE,
        lambda page: link(product.address, "schema", port=word, for_=said, page=str(page)),
    )  # fmt: skip
    return visit.page(
        "product_schema.html", **head, reading=chosen, readings=offered, decision=decision, columns=columns,
        examples=contract_examples(port),
    )  # fmt: skip


def examples(visit: Visit) -> Response:
    """A few rows as the viewer may read them. They are a read, so they are asked for by a form and never by a link."""
    product = found_product(visit)
    if not visit.sight.described(product.address):
        raise HTTPException(404)
    port, head = _of_port(visit, product, "schema")
    chosen, offered, decision = readings(visit, port)
    found: Sample | None = None
    troubles: tuple[Trouble, ...] = ()
    status = 200
    try:
        found = sample(visit, port, chosen, decision)
    except TroubleError as wrong:
        troubles, status = wrong.troubles, beside_the_form(wrong)
    return visit.page(
        "product_examples.html", status=status, keep=False, **head, reading=chosen, readings=offered, decision=decision,
        sample=found, troubles=troubles, examples=contract_examples(port),
    )  # fmt: skip


def _contract(visit: Visit, product: Product) -> Response:
    port, head = _of_port(visit, product, "contract")
    raw = _raw(port) if visit.asked("view") == "raw" else ""
    return visit.page("product_contract.html", **head, raw=raw, contract=port.contract, levels=levels(port, head["state"]))


def _contract_file(visit: Visit, product: Product) -> Response:
    port = chosen_port(visit, product)
    name = f"{port.address.port}.odcs.yaml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-cache"}
    return Response(_raw(port), headers=headers, media_type="application/yaml")


def _raw(port: OutputPort) -> str:
    """The whole contract in the form of the standard, as others can load it."""
    from hansa.declare.write import contract as contract_text

    return contract_text(json.loads(port.contract.document)) if port.contract.document else ""


def _quality(visit: Visit, product: Product) -> Response:
    head = product_head(visit, product, "quality")
    publication = _publication(visit, product)
    checked = visit.checks(publication.run, product.address) if publication is not None else []
    found, past = ordered(checked), past_verdicts(visit, product, publication) if publication is not None else []
    here = leaf(found, visit.number(), PER_QUALITY, lambda page: link(product.address, "quality", page=str(page)))
    return visit.page(
        "product_quality.html", **head, publication=publication, verdicts=here.of(verdicts(here.items, past)),
        levels=[(o, levels(o, head["state"])) for o in visit.sight.ports(product)],
    )  # fmt: skip


def _lineage(visit: Visit, product: Product) -> Response:
    readers, grants = consumers_of_product(visit.catalogue, visit.sight, product)
    scene, reads = neighbourhood(visit, product.address)
    return visit.page(
        "product_lineage.html", **product_head(visit, product, "lineage"), scene=scene, reads=reads[:MOST_READ],
        more_reads=max(0, len(reads) - MOST_READ), readers=readers, grants=grants,
    )  # fmt: skip


def _changes(visit: Visit, product: Product) -> Response:
    return visit.page(
        "product_changes.html", **product_head(visit, product, "changes"), versions=versions(visit, product),
        deprecations=deprecations(visit.sight.ports(product)),
    )  # fmt: skip


def _connect(visit: Visit, product: Product) -> Response:
    port, head = _of_port(visit, product, "connect")
    chosen, offered, decision = readings(visit, port)
    return visit.page(
        "product_connect.html", **head, reading=chosen, readings=offered, decision=decision, ways=ways(visit, port, chosen)
    )


def _publication(visit: Visit, product: Product) -> Publication | None:
    return visible(visit.catalogue.backing.ledger, product.address, visit.catalogue.environment)


_SHOWS: Mapping[str, Callable[[Visit, Product], Response]] = {
    "schema": _schema,
    "contract": _contract,
    "contract.odcs.yaml": _contract_file,
    "quality": _quality,
    "lineage": _lineage,
    "changes": _changes,
    "connect": _connect,
}


PAGES = (
    Page("/products/{product}", overview),
    Page("/products/{product}/examples", examples, posted=True),
    Page("/products/{product}/{part}", part),
)
