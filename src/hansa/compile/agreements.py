"""Agreements that producers keep in their folders: grants as code.

What an agreement names is looked up in the whole mesh, since the consumer may be anywhere in it. One that is wrong is told and
grants nothing; the product that it lies in stays whole.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from hansa.compile.consumers import day_of
from hansa.compile.findings import Findings
from hansa.declare.governance import GovernanceFiles
from hansa.declare.governance.agreements import AgreementEntry, read_agreements
from hansa.declare.reading import Reader
from hansa.model import PRODUCT_PURPOSE, Agreement, Mesh, Product, Terms
from hansa.names import PortMajor, PortName, parse_port, parse_product
from hansa.trouble import did_you_mean, one_of

LOWEST = 0
"""The major of an agreement that names none, until it is known which ones its port has."""


def compile_agreements(files: GovernanceFiles, findings: Findings) -> tuple[Agreement, ...]:
    """The agreements as written, as far as they say all they must; `with_valid_agreements` looks at what they name."""
    found: list[Agreement] = []
    for local in files.agreements:
        entries, reader = read_agreements(local.document)
        found += [a for e in entries if (a := _agreement(e, local.holder, reader)) is not None]
        findings.troubles += reader.troubles
    return tuple(found)


def _agreement(entry: AgreementEntry, holder: str, reader: Reader) -> Agreement | None:
    if not (entry.consumer and entry.port and entry.approver.strip()):
        if not entry.approver.strip() and reader.document.value((*entry.at, "approver")) is not None:
            reader.trouble("H192", "an agreement needs its approver", (*entry.at, "approver"), "say who of the owners agreed")
        return None
    port = _port(entry, holder, reader)
    expires = day_of(entry.expires, "expires", (*entry.at, "expires"), reader)
    granted = day_of(entry.granted, "granted", (*entry.at, "granted"), reader)
    unread = (entry.expires.strip() and expires is None) or (entry.granted.strip() and granted is None)
    if port is None or unread:
        return None
    end = dt.datetime.combine(expires, dt.time(), dt.UTC) + dt.timedelta(days=1) if expires is not None else None
    return Agreement(
        consumer=entry.consumer.strip(),
        purpose=entry.purpose.strip() or (PRODUCT_PURPOSE if "." in entry.consumer else ""),
        port=port,
        approver=entry.approver.strip(),
        reason=entry.reason,
        terms=Terms(entry.columns, entry.unmasked, entry.row_filter.strip(), end),
        granted=granted,
        place=reader.document.place((*entry.at, "consumer")),
    )


def _port(entry: AgreementEntry, holder: str, reader: Reader) -> PortMajor | None:
    """The port in the product that the file lies in, written `name`, `name@2` or in full."""
    text = entry.port.strip()
    try:
        said = parse_port(text if "." in text else f"{holder}.{text}")
    except ValueError as error:
        reader.trouble("H192", f"an agreement names no port: {error}", (*entry.at, "port"), "write the port's name")
        return None
    port = said if isinstance(said, PortMajor) else said.at(LOWEST)
    if port.name.of_product != parse_product(holder):
        summary = f"an agreement about {port.name} stands in the folder of {holder}"
        reader.trouble("H192", summary, (*entry.at, "port"), f"move it into the folder of {port.name.of_product}")
        return None
    return port


def with_valid_agreements(mesh: Mesh, findings: Findings) -> Mesh:
    """The mesh with those agreements whose consumer, purpose, port, columns and approver are there; the others are told.

    What is about a product that has troubles itself can be neither checked nor used.
    """
    if not mesh.governance.agreements:
        return mesh
    consumers: dict[str, tuple[str, ...]] = {str(p.address): (PRODUCT_PURPOSE,) for p in mesh.products}
    consumers |= {str(b): (PRODUCT_PURPOSE,) for b in mesh.broken}
    consumers |= {c.name: c.purposes for c in mesh.governance.consumers}
    products = mesh.by_name()
    kept = []
    for agreement in mesh.governance.agreements:
        product = products.get(agreement.port.name.of_product)
        if product is None:
            continue
        resolved = _resolved(agreement, product)
        troubles = [
            *_about_consumer(agreement, consumers),
            *_about_port(resolved, product),
            *_about_approver(agreement, product, mesh),
        ]
        for code, summary, mend in troubles:
            findings.add(code, summary, [agreement.place], mend)
        if not troubles:
            kept.append(resolved)
    return replace(mesh, governance=replace(mesh.governance, agreements=tuple(kept)))


_Told = tuple[str, str, str]
"""A trouble's code, summary and mend."""


def _resolved(agreement: Agreement, product: Product) -> Agreement:
    """An agreement that says no major is about the lowest one that is offered, so that a later one binds nobody anew."""
    if agreement.port.major != LOWEST:
        return agreement
    majors = _majors(product, agreement.port.name)
    return replace(agreement, port=agreement.port.name.at(min(majors))) if majors else agreement


def _majors(product: Product, name: PortName) -> list[int]:
    return sorted(o.major for o in product.outputs if o.address == name)


def _about_consumer(agreement: Agreement, consumers: dict[str, tuple[str, ...]]) -> Iterator[_Told]:
    purposes = consumers.get(agreement.consumer)
    if purposes is None:
        mend = did_you_mean(agreement.consumer, consumers) or "declare it in governance/consumers, or name a product"
        yield "H292", f"an agreement is with `{agreement.consumer[:80]}`, which is neither a use case nor a product", mend
    elif agreement.purpose not in purposes:
        said = f"`{agreement.purpose[:60]}`" if agreement.purpose else "no purpose"
        mend = did_you_mean(agreement.purpose, purposes) or f"purposes of {agreement.consumer}: {one_of(purposes)}"
        yield "H292", f"an agreement with {agreement.consumer} is for {said}, which is no purpose of it", mend


def _about_port(agreement: Agreement, product: Product) -> Iterator[_Told]:
    majors = _majors(product, agreement.port.name)
    if not majors or agreement.port.major > majors[-1]:
        ports = sorted(
            {o.address.port for o in product.outputs} if not majors else {f"{agreement.port.name.port}@{m}" for m in majors}
        )
        what = str(agreement.port) if majors else str(agreement.port.name)
        mend = did_you_mean(agreement.port.name.port, ports) or f"its output ports: {one_of(ports)}"
        yield "H292", f"an agreement is about {what}, which {product.address} does not offer", mend
        return
    # Whoever was granted a major inherits the later ones, where a column may have gone: only what no major has is a mistake.
    outputs = [o for o in product.outputs if o.address == agreement.port.name and o.major >= agreement.port.major]
    columns = list(dict.fromkeys(name for o in outputs for name in o.schema.names))
    known = {c.lower() for c in columns}
    for column in (*agreement.terms.columns, *agreement.terms.unmasked):
        if column.lower() not in known:
            mend = did_you_mean(column, columns) or f"its columns: {one_of(columns)}"
            yield "H292", f"an agreement names `{column[:60]}`, which is no column of {agreement.port}", mend
    if agreement.terms.row_filter:
        from hansa.compile.rowfilter import row_filter_fault  # SQLGlot is loaded only for who filters rows

        yield from row_filter_fault(agreement.terms.row_filter, columns)


def _about_approver(agreement: Agreement, product: Product, mesh: Mesh) -> Iterator[_Told]:
    domain = next((d for d in mesh.domains if d.name == product.address.in_domain), None)
    of_domain = next((t for t in mesh.teams if domain is not None and t.name == domain.owner), None)
    teams = [t for t in (product.team, of_domain) if t is not None]
    members = {name for t in teams for name in (*t.members, *t.delegates)}
    speakers = {product.owner, *(t.name for t in teams), *members} - {""}
    if members and agreement.approver.lower() not in {s.lower() for s in speakers}:
        mend = did_you_mean(agreement.approver, speakers) or f"these may: {one_of(speakers)}"
        yield "H293", f"`{agreement.approver[:60]}` approves an agreement of {product.address} and does not answer for it", mend
