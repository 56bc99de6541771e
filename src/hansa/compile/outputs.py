"""Second pass: every output port is resolved to one contract and one table of it."""

from collections.abc import Mapping

from hansa.compile.contracts import Contracts, by_id
from hansa.compile.findings import Findings
from hansa.compile.physical import COMMON_SPELLINGS, physical_type
from hansa.compile.ports import OutputDraft, Unclear, choose_table, choose_version, custom_text, said
from hansa.compile.refresh import read_refresh
from hansa.declare import odps
from hansa.declare.custom import custom
from hansa.declare.declarations import Declarations, ProductDeclaration
from hansa.frozen import dataclass
from hansa.model import Contract, Refresh, Table
from hansa.names import ProductName, is_word, word_like
from hansa.trouble import Severity, did_you_mean, one_of


@dataclass(frozen=True, slots=True)
class Offers:
    """What the mesh offers: the output ports of each product, and who means to offer each contract, resolved or not."""

    by_product: Mapping[ProductName, tuple[OutputDraft, ...]]
    by_contract: Mapping[tuple[str, int], tuple[OutputDraft, ...]]
    meant: Mapping[str, tuple[ProductName, ...]]


def resolve_outputs(declarations: Declarations, contracts: Contracts, findings: Findings) -> Offers:
    """The output ports that resolve. Two that offer the same table of one contract are refused: nobody could tell them apart."""
    by_product: dict[ProductName, tuple[OutputDraft, ...]] = {}
    by_contract: dict[tuple[str, int], tuple[OutputDraft, ...]] = {}
    meant: dict[str, tuple[ProductName, ...]] = {}
    for product in sorted(declarations.products, key=lambda p: p.address):
        for port in product.odps.output_ports:
            meant[port.contract_id] = (*meant.get(port.contract_id, ()), product.address)
        drafts = _outputs(product, contracts, findings)
        by_product[product.address] = drafts
        for draft in drafts:
            key = (draft.contract.id, draft.contract.version.major)
            for rival in by_contract.get(key, ()):
                if rival.table.name == draft.table.name and rival.pinned != draft.pinned:
                    _refuse_rivals(rival, draft, findings)
            by_contract[key] = (*by_contract.get(key, ()), draft)
    return Offers(by_product, by_contract, meant)


def _refuse_rivals(first: OutputDraft, second: OutputDraft, findings: Findings) -> None:
    findings.add(
        "H223",
        f"two output ports offer contract `{first.contract.id}` at major {first.contract.version.major}",
        [first.place.noted(said(first.address)), second.place.noted(said(second.address))],
        "a contract has one producer: give one of the ports a contract of its own",
        products=sorted({first.address.of_product, second.address.of_product}),
    )


def _outputs(product: ProductDeclaration, contracts: Contracts, findings: Findings) -> tuple[OutputDraft, ...]:
    drafts: dict[str, OutputDraft] = {}
    for port in product.odps.output_ports:
        draft = _output(product, port, contracts, findings)
        if draft is None:
            continue
        first = drafts.setdefault(str(draft.pinned), draft)
        if first is not draft:
            findings.add(
                "H227",
                f"output port `{port.name}` stands twice in {product.address} at major {draft.contract.version.major}",
                [first.place.noted("first here"), draft.place.noted("and again here")],
                "remove one, or give it a contract of another major version",
                products=[product.address],
            )
    return tuple(drafts[key] for key in sorted(drafts, key=lambda k: drafts[k].pinned.name))


def _output(product: ProductDeclaration, port: odps.OutputPort, contracts: Contracts, findings: Findings) -> OutputDraft | None:
    place = product.document.place((*port.at, "name"))
    if not port_is_named(product, port, findings):
        return None
    contract = _contract(product, port, contracts)
    table = contract if isinstance(contract, Unclear) else choose_table(contract, port.name, custom_text(port, "object"))
    if isinstance(contract, Unclear) or isinstance(table, Unclear):
        unclear = contract if isinstance(contract, Unclear) else table
        if isinstance(unclear, Unclear) and unclear.code:
            findings.add(unclear.code, unclear.summary, [place], unclear.mend, products=[product.address])
        findings.broken.add(product.address)
        return None
    _warn_of_unknown_types(product, port, table, findings)
    return OutputDraft(
        address=product.address.port(port.name),
        contract=contract,
        table=table,
        refresh=_refresh(product, port, table, findings),
        sort_by=_sort_by(product, port, table, findings),
        title=custom_text(port, "title"),
        description=port.description,
        deprecated=port.deprecated,
        place=place,
    )


def _warn_of_unknown_types(product: ProductDeclaration, port: odps.OutputPort, table: Table, findings: Findings) -> None:
    """A type that is spelt as none that we know promises nothing. Only told of outputs: a source may have types of its own."""
    for column in table.columns:
        if not column.physical_type or column.exact or physical_type(column.physical_type) is not None:
            continue
        instead = f"`{column.logical_type}` alone is promised" if column.logical_type else "no type is promised"
        findings.add(
            "H211",
            f"output port `{port.name}` of {product.address}: `{column.physical_type}` of column `{column.name}` is no type that "
            f"is known here, so {instead}",
            [column.place],
            did_you_mean(column.physical_type.split("(")[0], COMMON_SPELLINGS)
            or f"write one of {one_of(COMMON_SPELLINGS, most=30)}, or leave `physicalType` out",
            products=[product.address],
            severity=Severity.WARNING,
        )


def port_is_named(product: ProductDeclaration, port: odps.OutputPort | odps.InputPort, findings: Findings) -> bool:
    """Whether a port's name can be a table's name in SQL; a trouble if it cannot."""
    if is_word(port.name):
        return True
    hint = word_like(port.name)
    findings.add(
        "H242",
        f"`{port.name}` cannot name a port: lower-case letters, digits and underscores, a letter first",
        [product.document.place((*port.at, "name"))],
        f"`{hint}` can" if hint else "",
        products=[product.address],
    )
    return False


def _contract(product: ProductDeclaration, port: odps.OutputPort, contracts: Contracts) -> Contract | Unclear:
    """The contract in the product's own folder first, then anyone's. An empty code: the trouble is told already."""
    if not port.contract_id:
        return Unclear("H232", f"output port `{port.name}` of {product.address} has no contract", "add `contractId`")
    own = [c for c in contracts[product.address] if c.id == port.contract_id]
    # Nearly every contract lies with its product; only for one that does not is everybody's looked through.
    found = own or tuple(by_id(contracts).get(port.contract_id, {}).values())
    if found:
        return choose_version(found, port.name, port.version)
    if any(d.odcs.id == port.contract_id for d in product.contracts):
        return Unclear("", "", "")
    known = [c.id for c in contracts[product.address]] or [c.id for cs in contracts.values() for c in cs]
    mend = did_you_mean(port.contract_id, known) or (f"contracts here: {one_of(known)}" if known else "add it to `contracts/`")
    return Unclear("H232", f"no contract `{port.contract_id}` for output port `{port.name}` of {product.address}", mend)


def _sort_by(product: ProductDeclaration, port: odps.OutputPort, table: Table, findings: Findings) -> tuple[str, ...]:
    """The custom property `sortBy`: one column or several, in which the rows are stored."""
    written = custom(port, "sortBy")
    if written is None:
        return ()
    names = [str(v) for v in (written.value if isinstance(written.value, list | tuple) else [written.value])]
    found = {name: table.find(name) for name in names}
    for name in [n for n, column in found.items() if column is None]:
        columns = [c.name for c in table.columns]
        findings.add(
            "H245",
            f"output port `{port.name}` of {product.address} is to be sorted by `{name}`, which `{table.name}` does not have",
            [product.document.place((*written.at, "value"))],
            did_you_mean(name, columns) or f"columns of `{table.name}`: {one_of(columns)}",
            products=[product.address],
        )
    return tuple(column.name for column in found.values() if column is not None)


def _refresh(product: ProductDeclaration, port: odps.OutputPort, table: Table, findings: Findings) -> Refresh:
    written = custom(port, "refresh")
    if written is None:
        return Refresh()
    refresh, faults = read_refresh(written.value, table)
    for fault in faults:
        place = product.document.place((*written.at, "value"))
        summary = f"output port `{port.name}` of {product.address}: {fault.summary}"
        findings.add("H237", summary, [place], fault.mend, products=[product.address])
    return refresh
