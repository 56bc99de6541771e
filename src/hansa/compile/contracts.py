"""First pass: every ODCS document becomes a contract as the mesh uses it."""

import json
from collections.abc import Mapping, Set
from dataclasses import replace

from hansa.compile.columns import compiled_columns
from hansa.compile.findings import Findings
from hansa.compile.ports import custom_text
from hansa.compile.rules import compiled_rules
from hansa.declare import odcs
from hansa.declare.declarations import ContractDeclaration, Declarations, Meaning, ProductDeclaration
from hansa.model import Contract, Server, ServiceLevel, SupportChannel, Table, fingerprint
from hansa.names import ProductName, Version
from hansa.trouble import Place

# The short names of service levels in ODCS, and the deprecated one.
_LEVELS = {
    "av": "availability",
    "th": "throughput",
    "er": "errorRate",
    "ga": "generalAvailability",
    "es": "endOfSupport",
    "el": "endOfLife",
    "re": "retention",
    "fy": "frequency",
    "ly": "latency",
    "td": "timeToDetect",
    "tn": "timeToNotify",
    "tr": "timeToRepair",
}
_LONG = {name.lower(): name for name in _LEVELS.values()} | {"freshness": "latency"}

Contracts = Mapping[ProductName, tuple[Contract, ...]]


def compile_contracts(declarations: Declarations, findings: Findings) -> Contracts:
    """The contracts of each product's folder, sorted by id and version."""
    compiled = {p.address: _of_product(p, findings) for p in sorted(declarations.products, key=lambda p: p.address)}
    producers = {(p.address, port.contract_id) for p in declarations.products for port in p.odps.output_ports}
    _refuse_contradictions(compiled, producers, findings)
    return compiled


def with_meaning(product: ProductDeclaration) -> ProductDeclaration:
    """The product with the meaning of its contracts instead of all that they say.

    It depends on nothing else, so it can be found where the product is read, of half of a large mesh in a second process; and
    it is a small part of what would otherwise have to be kept and handed on.
    """
    return replace(product, contracts=tuple(_meant(c, product.address) for c in product.contracts))


def _meant(declaration: ContractDeclaration, owner: ProductName) -> ContractDeclaration:
    findings = Findings()
    contract = _contract(declaration, owner, findings)
    meaning = Meaning(contract, tuple(findings.troubles), owner in findings.broken)
    return ContractDeclaration(declaration.document.light(), replace(declaration.odcs, schema=()), meaning)


def by_id(contracts: Contracts) -> dict[str, dict[Version, Contract]]:
    """All contracts, whoever keeps them; of several copies of one version, any."""
    found: dict[str, dict[Version, Contract]] = {}
    for kept in contracts.values():
        for contract in kept:
            found.setdefault(contract.id, {})[contract.version] = contract
    return found


def _of_product(product: ProductDeclaration, findings: Findings) -> tuple[Contract, ...]:
    found: dict[tuple[str, Version], Contract] = {}
    for declaration in sorted(product.contracts, key=lambda c: c.document.file):
        if declaration.meaning is None:
            contract = _contract(declaration, product.address, findings)
        else:
            contract = declaration.meaning.contract
            findings.troubles += declaration.meaning.troubles
            findings.broken.update((product.address,) if declaration.meaning.broken else ())
        if contract is None:
            continue
        first = found.setdefault((contract.id, contract.version), contract)
        if first is not contract:
            findings.add(
                "H201",
                f"contract `{contract.id}` stands twice in {product.address} at version {contract.version}",
                [first.place and first.place.noted("first here"), contract.place and contract.place.noted("and again here")],
                "give one of them its own id, or a version of its own",
                products=[product.address],
            )
    return tuple(found[key] for key in sorted(found))


def _refuse_contradictions(compiled: Contracts, producers: Set[tuple[ProductName, str]], findings: Findings) -> None:
    """A copy of a contract in a consumer's folder is welcome as long as it says the same; the producer's counts."""
    seen: dict[tuple[str, Version], tuple[ProductName, Contract]] = {}
    for product, contracts in compiled.items():
        for contract in contracts:
            other, first = seen.setdefault((contract.id, contract.version), (product, contract))
            if first is contract or fingerprint(first.tables) == fingerprint(contract.tables):
                continue
            findings.add(
                "H201",
                f"contract `{contract.id}` {contract.version} says one thing in {other} and another in {product}",
                [first.place and first.place.noted(str(other)), contract.place and contract.place.noted(str(product))],
                "copy the producer's contract, or give yours an id of its own",
                products=[other if (product, contract.id) in producers else product],
            )


def _contract(declaration: ContractDeclaration, owner: ProductName, findings: Findings) -> Contract | None:
    written = declaration.odcs
    place = declaration.document.place
    try:
        version = Version.parse(written.version)
    except ValueError as error:
        findings.add(
            "H200", f"contract `{written.id}`: {error}", [place(("version",))], "write a version such as 1.0.0", products=[owner]
        )
        return None
    described, price, team = written.description, written.price, written.team
    return Contract(
        id=written.id,
        version=version,
        tables=_tables(declaration, owner, findings),
        status=written.status,
        title=written.name,
        description=described.purpose if described else "",
        service_levels=tuple(_service_level(s) for s in written.sla_properties),
        servers=tuple(_server(declaration, s) for s in written.servers),
        tags=written.tags,
        limitations=described.limitations if described else "",
        usage=described.usage if described else "",
        license=custom_text(written, "license") or _defined(written, "license"),
        terms_of_use=custom_text(written, "termsOfUse") or _defined(written, "termsOfUse"),
        price=price.price_amount if price else None,
        price_currency=price.price_currency if price else "",
        price_unit=price.price_unit if price else "",
        support=tuple(SupportChannel(s.channel, s.url, s.tool, s.scope, s.description) for s in written.support),
        team=team.name if team else "",
        members=tuple(m.username for m in team.members if m.username and not m.date_out) if team else (),
        roles=tuple(r.role for r in written.roles if r.role),
        domain=written.domain,
        data_product=written.data_product,
        tenant=written.tenant,
        document=json.dumps(declaration.document.data, ensure_ascii=False, separators=(",", ":"), default=str),
        place=place(("id",)),
    )


def _defined(written: odcs.DataContract, kind: str) -> str:
    """Where the contract, or its description, says that something of a kind is defined."""
    described = written.description.authoritative_definitions if written.description else ()
    definitions = (*written.authoritative_definitions, *described)
    return next((d.url for d in definitions if d.type.lower() == kind.lower()), "")


def _tables(declaration: ContractDeclaration, owner: ProductName, findings: Findings) -> tuple[Table, ...]:
    tables: dict[str, Table] = {}
    for written in declaration.odcs.schema:
        place = declaration.document.place((*written.at, "name"))
        table = Table(
            name=written.name,
            columns=compiled_columns(declaration, written, owner, findings),
            physical_name=written.physical_name,
            rules=compiled_rules(declaration, written.quality, written, None, owner, findings),
            title=written.business_name,
            description=written.description,
            place=place,
        )
        first = tables.setdefault(table.name.lower(), table)
        if first is not table:
            places: list[Place | None] = [first.place, place]
            findings.add(
                "H203", f"`{table.name}` stands twice in contract `{declaration.odcs.id}`", places, "rename one", products=[owner]
            )
    return tuple(tables.values())


def long_name(property_: str) -> str:
    """The standard's long name of a service level that is written in any of its ways; other names as they are."""
    said = property_.lower()
    return _LEVELS.get(said) or _LONG.get(said, property_)


def _service_level(written: odcs.ServiceLevelProperty) -> ServiceLevel:
    value = written.value if isinstance(written.value, str | int | float | bool) or written.value is None else str(written.value)
    return ServiceLevel(
        property=long_name(written.property),
        value=value,
        unit=written.unit,
        element=written.element,
        driver=written.driver,
    )


def _server(declaration: ContractDeclaration, written: odcs.Server) -> Server:
    """A server with its type's own fields, and custom properties of ours for what the standard has no field for."""
    options = dict(written.options)
    for custom in written.custom_properties:
        if isinstance(custom.value, bool):
            options.setdefault(custom.property, str(custom.value).lower())
        elif isinstance(custom.value, str | int | float):
            options.setdefault(custom.property, str(custom.value))
    return Server(
        name=written.server,
        type=written.type,
        environment=written.environment,
        options=tuple(sorted(options.items())),
        place=declaration.document.place(written.at),
    )
