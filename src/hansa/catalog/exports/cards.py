"""A card of Markdown for each product, and an index of them in the form of llms.txt (llmstxt.org): for readers that are programs.

A card has what the mesh declares and how its product stands, and no value of any column.
"""

from collections.abc import Iterator, Mapping

from hansa.catalog.exports.agents import owner
from hansa.catalog.exports.datasets import described
from hansa.catalog.exports.dcat import about_mesh
from hansa.catalog.exports.endpoints import Way
from hansa.catalog.exports.prose import code, fenced, inline
from hansa.catalog.exports.telling import Told
from hansa.catalog.states import ProductState
from hansa.frozen import dataclass
from hansa.model import ColumnClass, ContractColumn, Domain, MeshOrigin, OutputPort, Product, Term, sql, table_written, written
from hansa.names import ProductName

INDEX = "llms.txt"
_LINE = 200  # signs of a product's one line in the index
_SHOWN = 5  # columns of an example query


@dataclass(frozen=True, slots=True)
class Card:
    """One file: its path below the folder of the export, with slashes, and its text."""

    path: str
    text: str


def cards(told: Told, states: Mapping[str, ProductState]) -> Iterator[Card]:
    """The index, then a card for each product, one at a time, by name."""
    yield Card(INDEX, _index(told))
    for domain in told.mesh.domains:
        for product in domain.products:
            yield Card(
                path_of(product.address), "\n\n".join(_card(told, domain, product, states.get(str(product.address)))) + "\n"
            )


def path_of(product: ProductName) -> str:
    return f"products/{product}.md"


def _index(told: Told) -> str:
    mesh = told.mesh
    parts = [f"# {inline(mesh.title or mesh.name)}", f"> {inline(about_mesh(mesh))}"]
    parts.append(
        "Each product has a card: its ports, their columns and what they mean, who answers for it, and how to ask for access."
    )
    for domain in mesh.domains:
        parts.append(f"## {inline(domain.title or str(domain.name))}")
        if domain.description.strip():
            parts.append(inline(domain.description))
        if domain.products:
            parts.append("\n".join(_entry(p) for p in domain.products))
    return "\n\n".join(parts) + "\n"


def _entry(product: Product) -> str:
    said = f": {inline(product.purpose, _LINE)}" if product.purpose.strip() else ""
    return f"- [{inline(product.title or str(product.address))}]({path_of(product.address)}){said}"


def _card(told: Told, domain: Domain, product: Product, state: ProductState | None) -> Iterator[str]:
    yield f"# {inline(product.title or str(product.address))}"
    if product.purpose.strip():
        yield f"> {inline(product.purpose)}"
    yield "\n".join(f"- {name}: {said}" for name, said in _facts(told, domain, product, state) if said)
    yield "## Ports"
    if not product.outputs:
        yield "It has none that may be known."
    for output in product.outputs:
        yield from _port(told, product, output)
    terms = _terms(told, product)
    if terms:
        yield "## Terms"
        yield "\n".join(f"- **{inline(t.name)}**: {inline(t.definition)}" for t in terms)
    if product.outputs:
        yield "## Ask for access"
        yield from _asking(told, product.main or product.outputs[0])


def _facts(told: Told, domain: Domain, product: Product, state: ProductState | None) -> Iterator[tuple[str, str]]:
    team = owner(product, domain)
    contact = next((t.contact for t in told.mesh.teams if t.name == team), "")
    yield "Name", code(str(product.address))
    yield "Domain", inline(domain.title or str(domain.name))
    yield "Team", inline(team) + (f", {inline(contact)}" if contact and team else "")
    yield "Owner", inline(product.owner)
    yield "Status", inline(product.status)
    yield "Tags", ", ".join(inline(t) for t in product.tags)
    suppliers = {str(i.origin.pinned) for i in product.inputs if isinstance(i.origin, MeshOrigin)}
    yield "Made from", ", ".join(code(s) for s in sorted(suppliers))
    if state is not None and state.published is not None:
        at = state.published.isoformat(timespec="seconds")
        yield "Published", f"version {state.version}, {at}, {state.rows} rows"
        yield "Freshness", state.freshness if state.freshness != "unknown" else ""
        yield "Checks", state.quality
    else:
        yield "Published", "not yet"


def _port(told: Told, product: Product, output: OutputPort) -> Iterator[str]:
    contract = output.contract
    gone = ", deprecated" if output.deprecated else ""
    yield f"### {code(str(output.pinned))}"
    yield inline(described(product, output))
    said = [
        ("Contract", f"{inline(contract.id)} {contract.version}{gone}"),
        ("Usage", inline(contract.usage)),
        ("Limitations", inline(contract.limitations)),
        ("Terms of use", inline(contract.terms_of_use)),
        ("Licence", inline(contract.license)),
        *((inline(s.property), inline(f"{s.value} {s.unit}")) for s in contract.service_levels),
        *(("Help", inline(f"{s.channel} {s.url}")) for s in contract.support),
    ]
    yield "\n".join(f"- {name}: {text}" for name, text in said if text)
    classes = {c.column.lower(): c for c in output.classes}
    names = {t.id: t.name for t in told.mesh.governance.terms}
    rows = [_row(output, c.name, sql(c.type), classes.get(c.name.lower()), names) for c in output.schema]
    yield "\n".join(["| Column | Type | Meaning | Classes | Terms |", "|---|---|---|---|---|", *rows])
    yield "An example:"
    yield fenced(_query(product, output), "sql")


def _row(output: OutputPort, name: str, type_: str, classed: ColumnClass | None, terms: Mapping[str, str]) -> str:
    promised = output.table.find(name) or ContractColumn(name)
    marks = [word for word, holds in (("key", promised.primary_key is not None), ("deprecated", promised.deprecated)) if holds]
    meaning = ". ".join(inline(t).rstrip(".") for t in (promised.title, promised.description) if t.strip())
    words = f"{meaning} ({', '.join(marks)})".strip() if marks else meaning
    told = ", ".join(inline(terms.get(t, t)) for t in promised.terms)
    classes = ", ".join(inline(c) for c in classed.effective) if classed is not None else ""
    return f"| {code(name)} | {code(type_)} | {words} | {classes} | {told} |"


def _query(product: Product, output: OutputPort) -> str:
    names = map(written, output.schema.names[:_SHOWN])
    table = table_written(product.address if product.main == output else output.pinned)
    return f"SELECT {', '.join(names)}\nFROM {table}\nLIMIT 10"


def _terms(told: Told, product: Product) -> tuple[Term, ...]:
    used = {t for o in product.outputs for c in o.table.columns for t in c.terms}
    return tuple(t for t in told.mesh.governance.terms if t.id in used)


def _asking(told: Told, output: OutputPort) -> Iterator[str]:
    yield "Access is granted to a consumer (a use case, or a product) for a purpose; the owner decides."
    yield fenced(f"hansa access request {output.pinned} --for CONSUMER --purpose PURPOSE --reason TEXT", "sh")
    over_http = [e.data(output.pinned) for e in told.endpoints if e.way is Way.HTTP]
    if over_http:
        yield "Once it is granted, over HTTP:"
        said = '-H "Authorization: Bearer $TOKEN" -H "X-Hansa-Consumer: CONSUMER" -H "X-Hansa-Purpose: PURPOSE"'
        yield fenced("\n".join(f"curl {said} '{url}?format=csv'" for url in over_http), "sh")
