"""The pages of one product: overview, schema, contract, lineage and changes, and each contract as others can load it."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice

from markupsafe import Markup

from hansa.catalog.exports.agents import owner
from hansa.catalog.exports.site.files import SiteFile, safe
from hansa.catalog.exports.site.rendering import Renderer, legible, product_path
from hansa.catalog.exports.site.seeing import Look, Seen
from hansa.declare.write import contract as contract_text
from hansa.frozen import dataclass
from hansa.model import InputPort, MeshOrigin, OutputPort, Product

PARTS = ("schema", "contract", "lineage", "changes")
_VERSIONS = 50
_CHANGES = 100
_READS = 40


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A column and what it is made of: input ports with their columns, as people write them."""

    column: str
    reads: tuple[tuple[InputPort, str, str], ...]
    more: int


def parts_of(seen: Seen, product: Product, readers: tuple[Product, ...], renderer: Renderer, look: Look) -> Iterator[SiteFile]:
    """All pages of a product; only the first one of a product that the audience may know of, and not what it is like."""
    described = product.address not in seen.undescribed
    state = seen.states(product)
    domain = next(d for d in seen.mesh.domains if d.name == product.address.in_domain)
    shown: Mapping[str, object] = {
        "product": product,
        "domain": domain,
        "owner": owner(product, domain),
        "described": described,
        "state": state,
        "tabs": [("index", "Overview"), *((p, p.capitalize()) for p in PARTS)] if described else [("index", "Overview")],
        "raw_name": _raw_name,
    }
    readme = Markup(look.markdown(legible(product.readme))) if product.readme else None
    published = {o.pinned: found[1].rows for o in product.outputs if (found := seen.told.published(o.pinned)) is not None}
    support = list(dict.fromkeys(s for o in product.outputs for s in o.contract.support))
    yield renderer.page(
        product_path(product.address), "product.html", **shown, tab="index", readme=readme, published=published, support=support
    )
    if not described:
        return
    yield renderer.page(product_path(product.address, "schema"), "schema.html", **shown, tab="schema")
    raw = {o.pinned: _raw(o) for o in product.outputs}
    yield renderer.page(product_path(product.address, "contract"), "contract.html", **shown, tab="contract", raw=raw)
    for output in product.outputs:
        if raw[output.pinned]:
            folder = product_path(product.address).rpartition("/")[0]
            yield SiteFile(f"{folder}/{_raw_name(output)}", raw[output.pinned].encode("utf-8", "replace"))
    lines = [(o, tuple(_lines(product, o))) for o in product.outputs]
    yield renderer.page(
        product_path(product.address, "lineage"), "lineage.html", **shown, tab="lineage", lines=lines, readers=readers,
        inputs=[(i, i.origin if isinstance(i.origin, MeshOrigin) else None) for i in product.inputs],
    )  # fmt: skip
    versions = list(islice(seen.history(product), _VERSIONS))
    yield renderer.page(
        product_path(product.address, "changes"), "changes.html", **shown, tab="changes", versions=versions, most=_CHANGES
    )


def _lines(product: Product, output: OutputPort) -> Iterator[ReadLine]:
    """What each column is made of, of the input ports that are told."""
    inputs = {i.name.lower(): i for i in product.inputs}
    for column in output.lineage.columns:
        if output.schema.find(column.column) is None:
            continue
        reads = [(inputs[r.table.lower()], r.column, r.learnt.value) for r in column.reads if r.table.lower() in inputs]
        reads = list(dict.fromkeys(reads))
        yield ReadLine(column.column, tuple(reads[:_READS]), max(0, len(reads) - _READS))


def _raw(output: OutputPort) -> str:
    return contract_text(json.loads(output.contract.document)) if output.contract.document else ""


def _raw_name(output: OutputPort) -> str:
    return f"{safe(f'{output.address.port}-v{output.major}')}.odcs.yaml"
