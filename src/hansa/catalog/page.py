"""The page of one product: everything that a consumer wants to know before using it."""

import datetime as dt

from hansa.catalog.states import ProductState, state_of
from hansa.frozen import dataclass
from hansa.ledger import Ledger
from hansa.model import CheckResult, InputPort, Mesh, MeshOrigin, OutputPort, Product, sql
from hansa.plan import changes_in
from hansa.publish import visible


@dataclass(frozen=True, slots=True)
class ColumnLine:
    name: str
    type: str
    required: bool
    key: bool
    classification: str
    description: str


@dataclass(frozen=True, slots=True)
class PortSection:
    name: str
    major: int
    contract: str
    version: str
    description: str
    refresh: str
    columns: tuple[ColumnLine, ...]
    service_levels: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    version: int
    published: dt.datetime
    run: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProductPage:
    """`inputs` are (name, contract, where from); `readers` the products that read any of its ports."""

    state: ProductState
    title: str
    type: str
    status: str
    purpose: str
    platform: str
    tags: tuple[str, ...]
    inputs: tuple[tuple[str, str, str], ...]
    readers: tuple[str, ...]
    outputs: tuple[PortSection, ...]
    checks: tuple[CheckResult, ...]
    history: tuple[HistoryEntry, ...]
    readme: str


def page(product: Product, mesh: Mesh, ledger: Ledger, environment: str, now: dt.datetime) -> ProductPage:
    """Gather a product's page as an environment shows it."""
    publication = visible(ledger, product.address, environment)
    return ProductPage(
        state=state_of(product.address, product, publication, mesh, ledger, environment, now),
        title=product.title,
        type=product.type,
        status=product.status,
        purpose=product.purpose,
        platform=f"{product.platform.name} ({product.platform.engine})",
        tags=product.tags,
        inputs=tuple((i.name, str(i.contract), _origin(i)) for i in product.inputs),
        readers=tuple(str(p.address) for p in mesh.products if product.address in p.suppliers),
        outputs=tuple(_section(o) for o in product.outputs),
        checks=ledger.checks(publication.run, product.address) if publication else (),
        history=_history(product, ledger, environment),
        readme=product.readme,
    )


def _history(product: Product, ledger: Ledger, environment: str) -> tuple[HistoryEntry, ...]:
    entries = []
    for publication in ledger.history(product.address, environment):
        changes = changes_in(publication.declaration)
        entries.append(HistoryEntry(publication.version, publication.created, str(publication.run), changes))
    return tuple(entries)


def _origin(given: InputPort) -> str:
    match given.origin:
        case MeshOrigin():
            return str(given.origin.pinned)
        case _:
            return f"{given.origin.server.type} source"


def _section(output: OutputPort) -> PortSection:
    promised = {c.name: c for c in output.table.columns}
    columns = tuple(
        ColumnLine(
            c.name,
            sql(c.type),
            c.required,
            promised[c.name].primary_key is not None,
            promised[c.name].classification,
            promised[c.name].description,
        )
        for c in output.schema
    )
    levels = tuple((s.property, f"{s.value} {s.unit}".strip()) for s in output.contract.service_levels)
    return PortSection(
        str(output.address),
        output.major,
        output.contract.id,
        str(output.contract.version),
        output.description or output.table.description,
        f"refreshed by {output.refresh.mode}",
        columns,
        levels,
    )
