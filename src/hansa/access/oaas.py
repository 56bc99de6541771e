"""Requests, grants and agreements as documents of the Open Access Agreement Standard (Bitol RFC 56, a draft, v0.9.0).

The draft knows requested, approved and rejected. What was revoked or has expired was approved, and says by its end that it is
over; the word that holds here, and what the draft has no field for, stand in `customProperties` of ours.
"""

import datetime as dt
from collections.abc import Iterable, Iterator

from hansa.access.approvers import responsible
from hansa.access.consumers import consumers_of
from hansa.access.grants import ALWAYS, agreed, grant_of
from hansa.access.history import AccessRequest, Status
from hansa.frozen import dataclass
from hansa.model import Agreement, Consumer, ConsumerKind, Grant, Mesh, OutputPort, Product, Terms
from hansa.names import PortMajor

VERSION = "v0.9.0"
Document = dict[str, object]

_STATUS = {Status.REQUESTED: "requested", Status.DENIED: "rejected", Status.WITHDRAWN: "rejected"}


@dataclass(frozen=True, slots=True)
class _Entry:
    """One agreement as the document tells of it: `status` in the draft's words, `word` in ours."""

    id: str
    status: str
    word: str
    consumer: str
    purpose: str
    reason: str
    port: PortMajor
    terms: Terms
    grant: Grant | None


def access_agreements(requests: Iterable[AccessRequest], mesh: Mesh, now: dt.datetime, about: str = "") -> tuple[Document, ...]:
    """A document for each request and each agreement in code that is about a name: a consumer, a request, or a domain, product or
    port; all of them by default. What is about a product that the mesh no longer has is left out.
    """
    entries = [*(_of_request(r, now) for r in requests), *(_of_agreement(a, now) for a in mesh.governance.agreements)]
    made = (_document(e, mesh) for e in entries if not about or _is_about(e, about))
    return tuple(m for m in made if m is not None)


def _of_request(request: AccessRequest, now: dt.datetime) -> _Entry:
    status = request.status(now)
    told = (request.id, _STATUS.get(status, "approved"), str(status), request.consumer, request.purpose)
    return _Entry(*told, request.first.reason, request.port, request.terms, grant_of(request))


def _of_agreement(agreement: Agreement, now: dt.datetime) -> _Entry:
    grant = agreed(agreement)
    word = "granted" if grant.holds(now) else "expired" if now >= grant.begins else "agreed"
    told = (grant.id, "approved", word, grant.consumer, grant.purpose)
    return _Entry(*told, agreement.reason, grant.port, grant.terms, grant)


def _is_about(entry: _Entry, name: str) -> bool:
    return name in (entry.id, entry.consumer) or f"{entry.port}.".startswith((f"{name}.", f"{name}@"))


def _document(entry: _Entry, mesh: Mesh) -> Document | None:
    product = mesh.product(entry.port.name.of_product)
    if product is None:
        return None
    offered = product.output(entry.port.name.port, entry.port.major)
    consumer = consumers_of(mesh).get(entry.consumer, Consumer(entry.consumer))
    why = f"{entry.purpose}: {entry.reason}" if entry.reason else entry.purpose
    return {
        "apiVersion": VERSION,
        "kind": "AccessAgreement",
        "id": entry.id,
        "name": f"{consumer.title or consumer.name}: {entry.port}",
        "status": entry.status,
        "description": {"purpose": why, **_about(offered)},
        **_times(entry.terms, entry.grant),
        "provider": _provider(product, entry.port, offered),
        "consumer": _consumer(consumer, mesh),
        "customProperties": [{"property": n, "value": v, "vendor": "hansa"} for n, v in _ours(entry, consumer) if v],
    }


def _about(port: OutputPort | None) -> dict[str, str]:
    """What the contract says of usage; nothing for a major that is not offered any more."""
    if port is None:
        return {}
    said = {"usage": port.contract.usage, "limitations": port.contract.limitations, "terms": port.contract.terms_of_use}
    return {name: text for name, text in said.items() if text}


def _times(terms: Terms, grant: Grant | None) -> dict[str, str]:
    begins = grant.begins if grant is not None and grant.begins != ALWAYS else None
    ends = [at for at in (terms.expires, grant.revoked if grant is not None else None) if at is not None]
    said = {"startTimestamp": begins, "endTimestamp": min(ends, default=None)}
    return {name: _utc(at) for name, at in said.items() if at is not None}


def _provider(product: Product, port: PortMajor, offered: OutputPort | None) -> dict[str, str]:
    said = {"teamId": responsible(product), "dataProductId": product.id, "outputPortId": port.name.port}
    if offered is not None:
        said |= {"dataContractId": offered.contract.id, "dataContractVersion": str(offered.contract.version)}
    return said


def _consumer(consumer: Consumer, mesh: Mesh) -> dict[str, str]:
    """The owner team, and the product if it is one; the draft has no use cases."""
    said = {"teamId": consumer.owner or consumer.name}
    if consumer.kind is ConsumerKind.PRODUCT:
        product = next(p for p in mesh.products if str(p.address) == consumer.name)
        said["dataProductId"] = product.id
    return said


def _ours(entry: _Entry, consumer: Consumer) -> Iterator[tuple[str, object]]:
    yield "status", entry.word
    yield "consumer", entry.consumer
    yield "purpose", entry.purpose
    yield "legalBasis", consumer.legal_basis
    yield "port", str(entry.port)
    yield "columns", list(entry.terms.columns)
    yield "unmasked", list(entry.terms.unmasked)
    yield "rowFilter", entry.terms.row_filter
    yield "approvers", list(entry.grant.approvers) if entry.grant is not None else []


def _utc(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
