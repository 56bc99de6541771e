"""`/contracts`: what ports promise, as data or as the standard's YAML; their versions, and what changed."""

import json
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from hansa.model import Contract, OutputPort, ServiceLevel
from hansa.names import Version
from hansa.plan import recorded_product
from hansa.server.api import Listing, Paged, Resource, Shown, Viewer, Viewing, example, refusals
from hansa.server.reading.forms import accepted
from hansa.server.transport import Answered
from hansa.trouble import Trouble, did_you_mean, one_of

if TYPE_CHECKING:
    from hansa.plan.difference import Difference

router = APIRouter(prefix="/contracts", tags=["contracts"], route_class=Resource)
YAML = "application/yaml"
JSON = "application/json"
_MEANT = {
    JSON: (JSON,), YAML: (YAML,), "application/x-yaml": (YAML,), "text/yaml": (YAML,), "application/*": (JSON, YAML),
    "*/*": (JSON, YAML),
}  # fmt: skip


class Level(Shown):
    """A service level, as it is promised."""

    property: str
    value: str | float | int | bool | None
    unit: str
    element: str


class ContractLine(Shown):
    """Which contract a port is offered under."""

    model_config = example(
        port="customer.profiles.profiles", major=1, contract="customer.profiles.profiles", version="1.2.0", status="active"
    )
    port: str
    major: int
    contract: str
    version: str
    status: str


class Contracts(Listing[ContractLine]):
    """Contracts, by port and major."""


class ContractShown(ContractLine):
    """A contract with its whole document, in the words of the Open Data Contract Standard."""

    title: str
    description: str
    usage: str
    limitations: str
    license: str
    terms_of_use: str
    service_levels: list[Level]
    document: dict[str, Any]


class ContractVersion(Shown):
    """A version that was published, or is declared now; `published` is the first version of the product that had it."""

    version: str
    major: int
    declared: bool
    published: int | None


class ContractVersions(Listing[ContractVersion]):
    """The versions of a port's contract, the newest first."""


class ContractChangeShown(Shown):
    """One change: what it asks of the version, and whether readers break."""

    path: str
    type: str
    before: Any
    after: Any
    impact: str
    breaking: bool
    rule: str
    summary: str
    table: str | None
    column: str | None
    renamed_from: str | None


class ContractDifference(Shown):
    """What changed between two versions of a contract."""

    port: str
    before: str
    after: str
    breaking: bool
    impact: str | None
    suggested_version: str
    too_small: bool
    changes: list[ContractChangeShown]


@router.get("", responses=refusals("H742"))
def listed(viewer: Viewing, pages: Paged) -> Contracts:
    """The contracts of all ports that the caller may have described."""
    ports = (o for p in viewer.sight.products if viewer.sight.described(p.address) for o in viewer.ports(p))
    found = pages.of(ports, lambda o: (str(o.address), o.major))
    return Contracts(items=[ContractLine(**_line(o)) for o in found], total=found.total, next=found.next)


@router.get(
    "/{port}",
    response_model=ContractShown,
    responses={**refusals("H857", "H741"), 200: {"content": {YAML: {"schema": {"type": "string"}}}}},
)
def one(request: Request, port: str, viewer: Viewing) -> ContractShown | Response:
    """The contract of a port: JSON, or the standard's own YAML with `Accept: application/yaml`."""
    found = viewer.port(port)
    contract = found.contract
    document = _document(contract)
    if _wants_yaml(request.headers.get("accept", "")):
        from hansa.declare.write import contract as contract_text

        return Response(contract_text(document) if document else "", media_type=YAML)
    return ContractShown(
        **_line(found),
        title=contract.title,
        description=contract.description,
        usage=contract.usage,
        limitations=contract.limitations,
        license=contract.license,
        terms_of_use=contract.terms_of_use,
        service_levels=[level(s) for s in contract.service_levels],
        document=document,
    )


@router.get("/{port}/versions", responses=refusals("H742", "H857"))
def versions(port: str, viewer: Viewing, pages: Paged) -> ContractVersions:
    """The versions of a port's contract that were published, and the one that is declared."""
    found = _versions(viewer, viewer.port(port))
    shown = pages.of(found.values(), lambda v: _key(v[0].version), newest=True)
    items = [
        ContractVersion(version=str(c.version), major=c.version.major, declared=declared, published=first)
        for c, declared, first in shown
    ]
    return ContractVersions(items=items, total=shown.total, next=shown.next)


@router.get("/{port}/diff", responses=refusals("H857", "H860"))
def diff(
    port: str,
    viewer: Viewing,
    before: Annotated[str, Query(max_length=60, description="A version on record, such as 1.0.0.")],
    after: Annotated[str, Query(max_length=60, description="Another; the one that is declared without it.")] = "",
) -> ContractDifference:
    """What changed between two versions, and whether readers break."""
    from hansa.plan.difference import difference  # takes as long to load as all of the API

    found = viewer.port(port)
    known = {str(c.version): c for c, _, _ in _versions(viewer, found).values()}
    old, new = _version(before, known), _version(after, known) if after else found.contract
    return _difference(found, old, new, difference(_document(old), _document(new)))


def level(said: ServiceLevel) -> Level:
    return Level(property=said.property, value=said.value, unit=said.unit, element=said.element)


def _line(output: OutputPort) -> dict[str, Any]:
    contract = output.contract
    return {
        "port": str(output.address),
        "major": output.major,
        "contract": contract.id,
        "version": str(contract.version),
        "status": contract.status,
    }


def _key(version: Version) -> tuple[str | int, ...]:
    """A release comes after its candidates."""
    return version.major, version.minor, version.patch, version.pre or "~"


def _document(contract: Contract) -> dict[str, Any]:
    return dict(json.loads(contract.document)) if contract.document else {}


def _wants_yaml(accept: str) -> bool:
    """Whether YAML is liked better than JSON, which is given to whoever does not say. Raises a trouble with 406 for neither."""
    liked = {YAML: 0.0, JSON: 0.0}
    for kind, quality in accepted(accept):
        for form in _MEANT.get(kind, ()):
            # Whoever would take anything has asked for nothing in particular.
            liked[form] = max(liked[form], quality / 1000 if "*" in kind else quality)
    if not any(liked.values()):
        mend = f"accept {JSON} or {YAML}"
        raise Answered(Trouble("H741", f"contracts are not given as `{accept[:100]}`", mend=mend), 406)
    return liked[YAML] > liked[JSON]


Known = tuple[Contract, bool, int | None]


def _versions(viewer: Viewer, output: OutputPort) -> dict[Version, Known]:
    """Each version that is on record, with whether it is declared now, and the first version of the product that had it."""
    found: dict[Version, Known] = {}
    for publication in reversed(viewer.backing.ledger.history(output.address.of_product, viewer.environment)):
        product = recorded_product(publication.declaration)
        for port in product.outputs if product is not None else ():
            if port.address == output.address and port.contract.document:
                found.setdefault(port.contract.version, (port.contract, False, publication.version))
    now = viewer.sight.product(output.address.of_product)
    for port in viewer.ports(now) if now is not None else ():
        if port.address == output.address:
            _, _, first = found.get(port.contract.version, (port.contract, False, None))
            found[port.contract.version] = (port.contract, True, first)
    return found


def _version(text: str, known: dict[str, Contract]) -> Contract:
    if text in known:
        return known[text]
    mend = did_you_mean(text[:60], known) or f"on record: {one_of(known)}"
    raise Answered(Trouble("H860", f"no version `{text[:60]}` of the contract is on record", mend=mend), 404)


def _difference(port: OutputPort, old: Contract, new: Contract, found: "Difference") -> ContractDifference:
    return ContractDifference(
        port=str(port.address),
        before=str(old.version),
        after=str(new.version),
        breaking=found.breaking,
        impact=str(found.impact) if found.impact is not None else None,
        suggested_version=str(found.suggested),
        too_small=found.too_small,
        changes=[
            ContractChangeShown(
                path=c.path, type=str(c.kind), before=c.before, after=c.after, impact=str(c.impact), breaking=c.breaking,
                rule=c.rule, summary=c.summary, table=c.table or None, column=c.column or None,
                renamed_from=c.renamed_from or None,
            )
            for c in found.changes
        ],
    )  # fmt: skip
