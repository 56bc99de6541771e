"""Third pass: every input port is resolved to a contract and to its origin: another product's output port, or a source."""

from collections.abc import Mapping

from hansa.compile.contracts import Contracts, by_id
from hansa.compile.findings import Findings
from hansa.compile.outputs import Offers, port_is_named
from hansa.compile.ports import InputDraft, OutputDraft, Unclear, choose_table, choose_version, custom_text, said
from hansa.declare import odps
from hansa.declare.declarations import Declarations, ProductDeclaration
from hansa.frozen import dataclass
from hansa.model import Contract, MeshOrigin, Server, SourceOrigin
from hansa.names import ProductName, Version
from hansa.sources import support
from hansa.trouble import Place, Severity, did_you_mean, one_of


@dataclass(frozen=True, slots=True)
class Needs:
    """What products read: their resolved input ports, and the products that each depends on, resolved or not."""

    by_product: Mapping[ProductName, tuple[InputDraft, ...]]
    suppliers: Mapping[ProductName, frozenset[ProductName]]


@dataclass(frozen=True, slots=True)
class _Known:
    """The contracts that input ports may name: those that each product keeps, and all of them by id and version."""

    kept: Contracts
    by_id: Mapping[str, Mapping[Version, Contract]]


@dataclass(frozen=True, slots=True)
class _Awaited:
    """A contract that other products mean to offer, and that did not compile: their trouble, not this port's."""

    suppliers: tuple[ProductName, ...]


def resolve_inputs(declarations: Declarations, contracts: Contracts, offers: Offers, findings: Findings) -> Needs:
    by_product: dict[ProductName, tuple[InputDraft, ...]] = {}
    suppliers: dict[ProductName, frozenset[ProductName]] = {}
    known = _Known(contracts, by_id(contracts))
    for product in sorted(declarations.products, key=lambda p: p.address):
        drafts: dict[str, InputDraft] = {}
        awaited: set[ProductName] = set()
        for port in product.odps.input_ports:
            found = _input(product, port, known, offers, findings)
            if isinstance(found, _Awaited):
                awaited.update(found.suppliers)
            elif found is not None:
                first = drafts.setdefault(found.name, found)
                if first is not found:
                    _refuse_twice(product, first, found, findings)
                if isinstance(found.origin, MeshOrigin):
                    awaited.add(found.origin.port.of_product)
        by_product[product.address] = tuple(drafts[name] for name in sorted(drafts))
        suppliers[product.address] = frozenset(awaited - {product.address})
    return Needs(by_product, suppliers)


def _refuse_twice(product: ProductDeclaration, first: InputDraft, second: InputDraft, findings: Findings) -> None:
    findings.add(
        "H227",
        f"input port `{second.name}` stands twice in {product.address}",
        [first.place.noted("first here"), second.place.noted("and again here")],
        "rename one: models read input ports by their names",
        products=[product.address],
    )


def _input(
    product: ProductDeclaration, port: odps.InputPort, known: _Known, offers: Offers, findings: Findings
) -> InputDraft | _Awaited | None:
    if not port_is_named(product, port, findings):
        return None
    place = product.document.place((*port.at, "name"))
    contract = _contract(product, port, known, offers)
    found = contract if not isinstance(contract, Contract) else _from_mesh(product, port, contract, offers, place)
    if found is None and isinstance(contract, Contract):
        found = _from_source(product, port, contract, offers, place)
        if isinstance(found, Unclear) and found.code == "H221":
            keepers = tuple(p for p in sorted(findings.broken) if contract.id in {c.id for c in known.kept.get(p, ())})
            if keepers and product.address not in keepers:
                found = _Awaited(keepers)  # whose ports could not all be read
    match found:
        case Unclear(code, summary, mend):
            where = product.document.place((*port.at, "contractId")) if code in ("H220", "H221", "H224") else place
            findings.add(code, summary, [where], mend, products=[product.address])
            return None
        case InputDraft():
            _warn_of_status(product, found, offers, findings)
            return found
        case _:
            return found


def _contract(product: ProductDeclaration, port: odps.InputPort, known: _Known, offers: Offers) -> Contract | Unclear | _Awaited:
    """The contract that a port names: the product's own first, then anyone's."""
    if not port.contract_id:
        return Unclear("H220", f"input port `{port.name}` of {product.address} names no contract", "add `contractId`")
    own = [c for c in known.kept[product.address] if c.id == port.contract_id]
    anyones = known.by_id.get(port.contract_id, {}).values()
    chosen = choose_version(own, port.name, port.version) if own else None
    if isinstance(chosen, Contract):
        return chosen
    if anyones:
        return choose_version(anyones, port.name, port.version)
    awaited = offers.meant.get(port.contract_id, ())
    if awaited:
        return _Awaited(awaited)
    mend = did_you_mean(port.contract_id, known.by_id) or (
        f"known contracts: {one_of(known.by_id)}" if known.by_id else "add it to `contracts/`"
    )
    return Unclear("H220", f"no contract `{port.contract_id}` for input port `{port.name}` of {product.address}", mend)


def _from_mesh(
    product: ProductDeclaration, port: odps.InputPort, contract: Contract, offers: Offers, place: Place
) -> InputDraft | Unclear | None:
    """The input as another product's output port; None when no port of the mesh offers the contract at this major."""
    offered = offers.by_contract.get((contract.id, contract.version.major), ())
    wanted = custom_text(port, "object").lower() or (port.name if len(offered) > 1 else "")
    chosen = [o for o in offered if wanted in ("", o.table.name.lower(), o.table.physical_name.lower())] or (
        list(offered) if len({o.table.name for o in offered}) == 1 else []
    )
    if not chosen:
        if not offered:
            return None
        tables = one_of(o.table.name for o in offered)
        summary = f"input port `{port.name}` of {product.address} could mean several tables of contract `{contract.id}`"
        return Unclear("H226", summary, f"add the custom property `object` with one of {tables}")
    # Where two products offer the same, that is their trouble (H223); the first stands in so that the rest can be checked.
    offer = chosen[0]
    if offer.address.of_product == product.address:
        summary = f"{product.address} reads its own output port `{offer.address.port}` through input port `{port.name}`"
        return Unclear("H224", summary, "read the sibling model by its name instead, and remove the input port")
    origin = MeshOrigin(offer.address, offer.contract.version.major)
    return InputDraft(port.name, offer.contract, offer.table, origin, place)


def _from_source(
    product: ProductDeclaration, port: odps.InputPort, contract: Contract, offers: Offers, place: Place
) -> InputDraft | Unclear | _Awaited:
    meant = tuple(p for p in offers.meant.get(contract.id, ()) if p != product.address)
    if not contract.servers:
        if meant and not offers.by_contract.get((contract.id, contract.version.major)):
            return _Awaited(meant)
        summary = f"nothing provides input port `{port.name}` of {product.address}: contract `{contract.id}` has no producer here"
        return Unclear("H221", summary, "add an output port with this contract to a product, or `servers` to the contract")
    server = _server(port, contract)
    if isinstance(server, Unclear):
        return server
    table = choose_table(contract, port.name, custom_text(port, "object"))
    if isinstance(table, Unclear):
        return table
    reason = support(server)
    if reason is not None:
        return Unclear(
            "H234", f"input port `{port.name}` of {product.address} cannot be read: {reason}", _supported_mend(server, reason)
        )
    return InputDraft(port.name, contract, table, SourceOrigin(server), place)


def _supported_mend(server: Server, reason: str) -> str:
    if "has no" in reason:
        return "complete the server in the contract"
    if "does not say its `format`" in reason:
        return "add the custom property `format` to the server: `csv`, `json`, `ndjson` or `parquet`"
    if "format `tsv`" in reason:
        return "say `format: csv`, and the custom property `delimiter` with the value `tab`"
    return f"land the data of `{server.name}` as Parquet, CSV or JSON files, and say `type: local` with their `path`"


def _server(port: odps.InputPort, contract: Contract) -> Server | Unclear:
    """The only server, the one that the port names, or the one for production."""
    names = [s.name for s in contract.servers]
    wanted = custom_text(port, "server")
    if wanted:
        named = [s for s in contract.servers if wanted in (s.name, s.environment)]
        if named:
            return named[0]
        mend = did_you_mean(wanted, names) or f"servers of this contract: {one_of(names)}"
        return Unclear("H235", f"contract `{contract.id}` has no server `{wanted}`, which port `{port.name}` asks for", mend)
    if len(contract.servers) == 1:
        return contract.servers[0]
    live = [s for s in contract.servers if s.environment.lower() in ("prod", "production", "prd")]
    if len(live) == 1:
        return live[0]
    mend = f"add the custom property `server` to the input port, with one of {one_of(names)}"
    return Unclear("H235", f"input port `{port.name}` could read several servers of contract `{contract.id}`", mend)


def _warn_of_status(product: ProductDeclaration, draft: InputDraft, offers: Offers, findings: Findings) -> None:
    """Reading what is deprecated or retired is allowed and told, with the day on which support ends if it is known."""
    ended = {"deprecated": "is deprecated", "retired": "is retired"}.get(draft.contract.status.lower(), "")
    offer = _offer(draft, offers)
    if not ended and (offer is None or not offer.deprecated):
        return
    dates = {s.property: str(s.value) for s in draft.contract.service_levels if s.property in ("endOfSupport", "endOfLife")}
    until = dates.get("endOfSupport") or dates.get("endOfLife")
    what = f"contract `{draft.contract.id}` {draft.contract.version}" if ended else f"port {said(offer.address)}" if offer else ""
    newer = max((major for id_, major in offers.by_contract if id_ == draft.contract.id), default=0)
    mend = f"move to major {newer}" if newer > draft.contract.version.major else "ask its owner what comes after it"
    findings.add(
        "H236",
        f"{product.address} reads `{draft.name}`: {what} {ended or 'is deprecated'}"
        + (f", support ends {until}" if until else ""),
        [draft.place, draft.contract.place and draft.contract.place.noted("said here")],
        mend,
        products=[product.address],
        severity=Severity.WARNING,
    )


def _offer(draft: InputDraft, offers: Offers) -> OutputDraft | None:
    if not isinstance(draft.origin, MeshOrigin):
        return None
    pinned = draft.origin.pinned
    return next((o for o in offers.by_product.get(pinned.name.of_product, ()) if o.pinned == pinned), None)
