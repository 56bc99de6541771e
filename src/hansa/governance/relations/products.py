"""The products: what they are, what they read and how they are computed."""

import re
from collections.abc import Iterator

from hansa.governance.asking import Row
from hansa.governance.relations.schema import (
    DOMAIN,
    FILE,
    LINE,
    PRODUCT,
    Material,
    MeshRelation,
    RelationSchema,
    flag,
    number,
    said,
    text,
    texts,
    where,
)
from hansa.model import InputPort, Language, MeshOrigin, Product, Server, SourceOrigin

_USERINFO = re.compile(r"(?<=//)[^/@\s]*@")
_QUERY = re.compile(r"\?.*", re.DOTALL)


def _products(material: Material) -> Iterator[Row]:
    return (_product(p) for p in material.mesh.products)


def _product(p: Product) -> Row:
    return (
        str(p.address),
        p.address.domain,
        p.address.product,
        said(p.id),
        said(p.title),
        said(p.version),
        said(p.status),
        said(p.type),
        said(p.purpose),
        said(p.owner),
        p.team.name if p.team is not None else None,
        said(p.team.contact) if p.team is not None else None,
        p.tags,
        said(p.readme),
        p.platform.name,
        p.platform.engine,
        any(m.language is Language.PYTHON for m in p.models),
        str(p.main.pinned) if p.main is not None else None,
        len(p.inputs),
        len(p.outputs),
        said(p.manifest),
        *where(p.place),
    )


def _tags(material: Material) -> Iterator[Row]:
    """What is tagged, by its own words: domains, products, contracts and columns."""
    for domain in material.mesh.domains:
        yield from ((str(domain.name), "domain", None, tag) for tag in domain.tags)
        for product in domain.products:
            name = str(product.address)
            yield from ((name, "product", name, tag) for tag in product.tags)
            for port in product.outputs:
                yield from ((str(port.pinned), "port", name, tag) for tag in port.contract.tags)
                for column in port.table.columns:
                    yield from ((f"{port.pinned}#{column.name}", "column", name, tag) for tag in column.tags)


def _models(material: Material) -> Iterator[Row]:
    for product in material.mesh.products:
        fed = {o.model: str(o.pinned) for o in product.outputs}
        for m in product.models:
            lines = m.text.count("\n") + 1 if m.text else 0
            unresolved = m.lineage.unresolved
            name = str(product.address)
            yield (name, product.address.domain, m.name, str(m.language), m.reads, fed.get(m.name), lines, m.text or None,
                   unresolved, *where(m.place))  # fmt: skip


def _inputs(material: Material) -> Iterator[Row]:
    return (_input(p, i) for p in material.mesh.products for i in p.inputs)


def _input(product: Product, given: InputPort) -> Row:
    shared: tuple[str | None, ...]
    match given.origin:
        case MeshOrigin(port):
            shared = ("mesh", str(given.origin.pinned), str(port.of_product), port.domain, None, None)
        case SourceOrigin(server):
            shared = ("source", None, None, None, server.type, said(location(server)))
    contract = given.contract
    return (
        f"{product.address}.{given.name}",
        given.name,
        str(product.address),
        product.address.domain,
        *shared,
        contract.id,
        str(contract.version),
        contract.version.major,
        said(contract.license),
        len(given.schema),
        *where(given.place),
    )


def location(server: Server) -> str:
    """Where a source lives, for people: never a password, a token or a signature."""
    said_at = next((v for key in ("location", "path", "url", "endpointUrl") if (v := server.option(key))), "")
    if said_at:
        return _QUERY.sub("", _USERINFO.sub("", said_at))
    names = [server.option(key) for key in ("host", "account", "project", "database", "catalog", "dataset", "schema")]
    return "/".join(n for n in names if n)


PRODUCTS = (
    MeshRelation(
        RelationSchema(
            "products",
            "The data products that compile, those of manifests among them.",
            (
                PRODUCT,
                DOMAIN,
                text("name", "its name in the domain"),
                text("id", "the id that its file says"),
                text("title", "its title"),
                text("version", "its version"),
                text("status", "its status: proposed, draft, active, deprecated, retired"),
                text("type", "its type, as written"),
                text("purpose", "what it is for"),
                text("owner", "who answers for it: a person, else the team, else the domain's owner"),
                text("team", "the team"),
                text("owner_contact", "how to reach the team"),
                texts("tags", "its tags"),
                text("readme", "the text of its README.md"),
                text("platform", "the platform that computes it"),
                text("engine", "that platform's engine"),
                flag("has_python", "whether a model is written in Python"),
                text("main_port", "the port that `domain.product` means in SQL, at its highest major"),
                number("inputs", "how many input ports it has"),
                number("outputs", "how many output ports it has, each major counted"),
                text("manifest", "the manifest that it comes from; null for a product of this repository"),
                FILE,
                LINE,
            ),
        ),
        _products,
    ),
    MeshRelation(
        RelationSchema(
            "tags",
            "Every tag of a domain, product, output port (by its contract) or column.",
            (
                text("subject", "what is tagged, by its address"),
                text("kind", "`domain`, `product`, `port` or `column`"),
                PRODUCT,
                text("tag", "the tag"),
            ),
        ),
        _tags,
    ),
    MeshRelation(
        RelationSchema(
            "models",
            "The queries that products are computed by.",
            (
                PRODUCT,
                DOMAIN,
                text("model", "its name"),
                text("language", "`sql` or `python`"),
                texts("reads", "the input ports and models that it reads, by name"),
                text("port", "the output port that it feeds, at its major; null for a step in between"),
                number("lines", "how many lines it has"),
                text("source", "its text"),
                texts("unresolved", "names whose lineage could not be followed"),
                FILE,
                LINE,
            ),
        ),
        _models,
    ),
    MeshRelation(
        RelationSchema(
            "inputs",
            "What products read: ports of other products, and sources outside the mesh.",
            (
                text("input", "the input port, `domain.product.input`"),
                text("name", "its name, which models use"),
                text("product", "the product that reads"),
                text("domain", "the domain of the product that reads"),
                text("origin", "`mesh` or `source`"),
                text("port", "the port that is read, at its major; null for a source"),
                text("supplier", "the product that offers it; null for a source"),
                text("supplier_domain", "the domain of the supplier; null for a source"),
                text("server_type", "the kind of the source's server: local, postgres, s3, …; null within the mesh"),
                text("location", "where the source lives, without secrets; null within the mesh"),
                text("contract", "the id of its contract"),
                text("contract_version", "the version of its contract"),
                number("major", "the major that it is bound to"),
                text("license", "the licence of its contract"),
                number("columns", "how many columns models see"),
                FILE,
                LINE,
            ),
        ),
        _inputs,
    ),
)
