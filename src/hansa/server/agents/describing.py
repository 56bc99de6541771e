"""The tool `describe`: a domain, product or port, with the columns as the caller would get them."""

from collections.abc import Iterator
from dataclasses import field, replace
from typing import Annotated, TypedDict

from pydantic import Field

from hansa.catalog import ProductState
from hansa.frozen import dataclass
from hansa.model import ColumnEffect, Domain, OutputPort, Product, sql, table_written, written
from hansa.names import DomainName, ProductName
from hansa.server.agents.asking import WAY, Asking
from hansa.server.agents.texts import CONTENT
from hansa.server.catalogue.remarks import heard_of

PER_PAGE = 200
_README = 12_000  # characters
_PROBLEMS = 10
_PROBLEM = 500  # characters of a problem
_EXAMPLE = 5  # columns of an example query


class Heard(TypedDict):
    rating: str
    open_problems: "list[ProblemTold]"


@dataclass(frozen=True, slots=True)
class Describe:
    """What to describe, and for whom its columns are to be decided."""

    name: Annotated[
        str, Field(max_length=300, description="domain, domain.product, domain.product.port or domain.product.port@major.")
    ]
    consumer: Annotated[str, Field(max_length=200, description="The use case or product that would read.")] = ""
    purpose: Annotated[str, Field(max_length=200, description="What it would read for.")] = ""
    first_column: Annotated[int, Field(ge=0, description=f"Columns come {PER_PAGE} at a time; where to begin.")] = 0


@dataclass(frozen=True, slots=True)
class TermTold:
    id: str
    name: str
    definition: str


@dataclass(frozen=True, slots=True)
class ColumnTold:
    name: str
    type: str
    required: bool
    key: bool
    title: str
    description: str
    classes: Annotated[list[str], Field(description="Classes of data that hold for it, such as personal.")]
    terms: Annotated[list[str], Field(description="Ids of glossary terms.")]
    deprecated: bool
    effect: Annotated[str, Field(description="What you would get of it now: clear, masked or hidden.")]
    mask: str


@dataclass(frozen=True, slots=True)
class LevelTold:
    property: str
    promised: str


@dataclass(frozen=True, slots=True)
class PortTold:
    name: Annotated[str, Field(description="The port with its major.")]
    table: Annotated[str, Field(description="How it is called in SQL.")]
    title: str
    description: str
    contract: str
    deprecated: bool
    readable: Annotated[bool, Field(description="Whether you may read it now, for this consumer and purpose.")]
    reasons: Annotated[list[str], Field(description="Why it is decided so.")]
    mend: Annotated[str, Field(description="What to do about a refusal.")]
    usage: str
    limitations: str
    terms_of_use: str
    service_levels: list[LevelTold]
    columns: list[ColumnTold]
    total_columns: int
    example: Annotated[str, Field(description="A query that shows some rows.")]


@dataclass(frozen=True, slots=True)
class ProblemTold:
    """A problem that somebody reported and nobody has resolved."""

    port: Annotated[str, Field(description="The port that it is about; empty for the product as a whole.")]
    column: str
    since: str
    status: Annotated[str, Field(description="open, or answered by the owner.")]
    text: Annotated[str, Field(description="What its author wrote.")]


@dataclass(frozen=True, slots=True)
class Described:
    kind: str
    name: str
    title: str
    description: str
    owner: str
    contact: str
    status: str = ""
    tags: list[str] = field(default_factory=list)
    state: str = ""
    version: int | None = None
    published: str = ""
    freshness: str = ""
    checks: Annotated[str, Field(description="Verdicts of the checks on what is published.")] = ""
    products: Annotated[list[str], Field(description="Of a domain: its products.")] = field(default_factory=list)
    made_from: Annotated[list[str], Field(description="The ports that a product reads.")] = field(default_factory=list)
    ports: list[PortTold] = field(default_factory=list)
    terms: list[TermTold] = field(default_factory=list)
    readme: str = ""
    rating: Annotated[str, Field(description="What people who read a product, or may, give it; empty while nobody did.")] = ""
    open_problems: Annotated[list[ProblemTold], Field(description="Of a product: reported, and not resolved.")] = field(
        default_factory=list
    )
    note: str = CONTENT


def describe(asking: Asking, asked: Describe) -> Described:
    address = asking.address(asked.name)
    if isinstance(address, DomainName):
        found = next((d for d in asking.sight.domains if d.name == address), None)
        if found is None:
            raise asking.unknown(asked.name)
        return _domain(asking, found)
    if isinstance(address, ProductName):
        product = asking.product(asked.name)
        return _product(asking, product, asking.described_ports(product), asked)
    product, port = asking.port(asked.name)
    return _product(asking, product, (port,), asked)


def _domain(asking: Asking, domain: Domain) -> Described:
    products = [str(p.address) for p in asking.sight.products if p.address.in_domain == domain.name]
    return Described(
        "domain", str(domain.name), domain.title, domain.description, domain.owner, _contact(asking, domain.owner),
        tags=list(domain.tags), products=products,
    )  # fmt: skip


def _product(asking: Asking, product: Product, ports: tuple[OutputPort, ...], asked: Describe) -> Described:
    name = str(product.address)
    if not asking.sight.described(product.address):
        return Described("product", name, product.title, product.purpose, product.owner, _contact(asking, product.owner))
    state = asking.catalogue.states().get(name) or ProductState(name, "declared")
    reads = (i.origin for i in product.inputs)
    suppliers = sorted({str(p) for p in (getattr(o, "pinned", None) for o in reads) if p and asking.sight.discovers(p)})
    used = {t for o in ports for c in o.table.columns for t in c.terms}
    return Described(
        kind="product" if len(ports) != 1 or asking.address(asked.name) == product.address else "port",
        name=name,
        title=product.title,
        description=product.purpose,
        owner=product.owner,
        contact=_contact(asking, product.owner),
        status=product.status,
        tags=list(product.tags),
        state=state.state,
        version=state.version,
        published=state.published.isoformat(timespec="seconds") if state.published is not None else "",
        freshness=state.freshness,
        checks=state.quality,
        made_from=suppliers,
        ports=[_port(asking, product, o, asked) for o in ports],
        terms=[TermTold(t.id, t.name, t.definition) for t in asking.sight.mesh.governance.terms if t.id in used],
        readme=product.readme[:_README],
        **_heard(asking, product),
    )


def _heard(asking: Asking, product: Product) -> Heard:
    """What people say, as far as the caller may see it."""
    heard = heard_of(asking.catalogue, asking.sight, product)
    average, count = heard.ratings.average, heard.ratings.count
    problems = [
        ProblemTold(
            str(f.port or ""), f.column, f.since.isoformat(timespec="seconds"), str(f.status), f.said.text[:_PROBLEM]
        )
        for f in (r.found for r in heard.problems[:_PROBLEMS])
    ]  # fmt: skip
    told = f"{average} of 5 stars by {count} {'person' if count == 1 else 'people'}" if average is not None else ""
    return {"rating": told, "open_problems": problems}


def _port(asking: Asking, product: Product, port: OutputPort, asked: Describe) -> PortTold:
    reader = asking.reader(asked.consumer, asked.purpose)
    decision = asking.catalogue.backing.decider.decide(reader, port.pinned, port.schema, asking.now, WAY)
    effects = {c.column.lower(): c for c in decision.columns} if decision.allowed else {}
    contract = port.contract
    table = table_written(product.address if product.main == port else port.pinned)
    columns = list(_columns(port, asked.first_column))
    told = []
    for column in columns:
        seen = effects.get(column.name.lower())
        effect = seen.effect if seen is not None else ColumnEffect.HIDDEN
        mask = seen.mask if seen is not None and effect is ColumnEffect.MASKED else ""
        told.append(replace(column, effect=str(effect), mask=mask))
    clear = [c.name for c in told if c.effect != ColumnEffect.HIDDEN] or [c.name for c in told]
    chosen = ", ".join(map(written, clear[:_EXAMPLE])) or "*"
    return PortTold(
        name=str(port.pinned),
        table=table,
        title=port.title,
        description=port.description or port.table.description,
        contract=f"{contract.id} {contract.version}",
        deprecated=port.deprecated,
        readable=decision.allowed,
        reasons=list(decision.reasons),
        mend=decision.mend,
        usage=contract.usage,
        limitations=contract.limitations,
        terms_of_use=contract.terms_of_use,
        service_levels=[LevelTold(s.property, f"{s.value} {s.unit}".strip()) for s in contract.service_levels],
        columns=told,
        total_columns=len(port.schema.names),
        example=f"SELECT {chosen} FROM {table} LIMIT 10",
    )


def _columns(port: OutputPort, first: int) -> Iterator[ColumnTold]:
    classes = {c.column.lower(): c for c in port.classes}
    for column in list(port.schema)[first : first + PER_PAGE]:
        promised, classed = port.table.find(column.name), classes.get(column.name.lower())
        yield ColumnTold(
            name=column.name,
            type=sql(column.type),
            required=column.required,
            key=promised is not None and promised.primary_key is not None,
            title=promised.title if promised is not None else "",
            description=promised.description if promised is not None else "",
            classes=list(classed.effective) if classed is not None else [],
            terms=list(promised.terms) if promised is not None else [],
            deprecated=promised is not None and promised.deprecated,
            effect=str(ColumnEffect.HIDDEN),
            mask="",
        )


def _contact(asking: Asking, team: str) -> str:
    return next((t.contact for t in asking.sight.mesh.teams if t.name == team), "")
