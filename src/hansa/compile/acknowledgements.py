"""Acknowledgements of breaking changes, as consumers keep them in their folders.

One that is wrong accepts nothing, and is told; the product that it lies in stays whole. Whether an accepted change is to come, or
has happened, is for a plan to say: what is published is not known here.
"""

import datetime as dt
from collections.abc import Iterator, Mapping

from hansa.compile.findings import Findings
from hansa.compile.owners import owner_of
from hansa.declare.declarations import Declarations
from hansa.declare.governance import GovernanceFiles
from hansa.declare.governance.acknowledgements import AcknowledgementEntry, read_acknowledgements
from hansa.declare.reading import Reader
from hansa.frozen import dataclass
from hansa.model import Acknowledgement
from hansa.names import ColumnName, DomainName, PortMajor, ProductName, Version, parse, parse_product
from hansa.trouble import Severity, did_you_mean, one_of


@dataclass(frozen=True, slots=True)
class _Known:
    """What acknowledgements are checked against: this repository's products, and who may speak for each where that is known.

    `complete` says that there are no products of other repositories, which a subject could mean as well.
    """

    products: frozenset[str]
    speakers: Mapping[str, frozenset[str]]
    complete: bool


def compile_acknowledgements(
    files: GovernanceFiles, declarations: Declarations, findings: Findings
) -> tuple[Acknowledgement, ...]:
    if not files.acknowledgements:
        return ()
    products = frozenset(str(p.address) for p in declarations.products)
    known = _Known(products, dict(_speakers(declarations)), complete=not declarations.manifests)
    found: list[Acknowledgement] = []
    for local in files.acknowledgements:
        entries, reader = read_acknowledgements(local.document)
        found += [a for e in entries if (a := _acknowledgement(e, local.holder, known, reader)) is not None]
        findings.troubles += reader.troubles
    return tuple(found)


def speakers_for(consumer: ProductName, declarations: Declarations) -> frozenset[str]:
    """Who may accept a change for a product: its owner, its team and the team's members; empty when nobody knows the team."""
    return dict(_speakers(declarations)).get(str(consumer), frozenset())


def _speakers(declarations: Declarations) -> Iterator[tuple[str, frozenset[str]]]:
    silent = Findings()  # what is wrong with owners is told by their own pass
    for domain in declarations.domains:
        for product in domain.products:
            owner, team = owner_of(declarations, domain, product, silent)
            members = team.members if team is not None else ()
            yield str(product.address), frozenset((owner, team.name, *members)) - {""} if team and members else frozenset()


def _acknowledgement(entry: AcknowledgementEntry, holder: str, known: _Known, reader: Reader) -> Acknowledgement | None:
    if not (entry.subject and entry.version and entry.by):
        return None  # told by the reader already
    consumer = _consumer(entry, holder, known, reader)
    valid = all((_check_subject(entry, known, reader), _check_version(entry, reader)))
    if consumer is None or not valid or not _check_speaker(entry, consumer, known, reader):
        return None
    return Acknowledgement(
        consumer=consumer,
        subject=entry.subject.strip(),
        version=entry.version.strip(),
        by=entry.by.strip(),
        reason=entry.reason,
        on=_day(entry.on),
        place=reader.document.place((*entry.at, "subject")),
    )


def _consumer(entry: AcknowledgementEntry, holder: str, known: _Known, reader: Reader) -> ProductName | None:
    """The product in whose folder the file lies, or the one of the domain that the entry names."""
    try:
        said = parse_product(entry.consumer or holder)
    except ValueError:
        mend = "add `consumer`, a product of this domain" if not entry.consumer else "write domain.product"
        reader.trouble("H331", "an acknowledgement does not say for which product", (*entry.at, "consumer"), mend)
        return None
    within = holder in (str(said), said.domain) and str(said) in known.products
    if not within:
        summary = f"an acknowledgement for {said} stands in a file of {holder}"
        mend = did_you_mean(str(said), known.products) or f"write it into the folder of {said}"
        reader.trouble("H331", summary, (*entry.at, "consumer"), mend)
    return said if within else None


def _check_subject(entry: AcknowledgementEntry, known: _Known, reader: Reader) -> bool:
    at = (*entry.at, "subject")
    try:
        subject = parse(entry.subject)
    except ValueError as error:
        reader.trouble("H331", f"an acknowledgement has no readable subject: {error}", at, "write domain.product.port#column")
        return False
    match subject:
        case DomainName():
            reader.trouble("H331", "a domain does not change; its ports do", at, "write domain.product.port#column")
            return False
        case ProductName():
            product = str(subject)
        case PortMajor(name=port) | ColumnName(port=port):
            product = str(port.of_product)
        case _:
            product = str(subject.of_product)
    if known.complete and product not in known.products:
        mend = did_you_mean(product, known.products) or "delete the entry if that product is gone for good"
        reader.trouble(
            "H330", f"an acknowledgement is about {product}, which is no product of this mesh", at, mend, Severity.WARNING
        )
    return True


def _check_version(entry: AcknowledgementEntry, reader: Reader) -> bool:
    try:
        Version.parse(entry.version)
    except ValueError as error:
        mend = "write the contract version that brings the change, such as 2.0.0"
        reader.trouble("H331", f"an acknowledgement: {error}", (*entry.at, "version"), mend)
        return False
    return True


def _check_speaker(entry: AcknowledgementEntry, consumer: ProductName, known: _Known, reader: Reader) -> bool:
    speakers = known.speakers.get(str(consumer), frozenset())
    if not speakers or entry.by.strip().lower() in {s.lower() for s in speakers}:
        return True
    summary = f"`{entry.by[:60]}` accepts a change for {consumer} and is not of its team"
    mend = did_you_mean(entry.by, speakers) or f"these may: {one_of(speakers)}"
    reader.trouble("H332", summary, (*entry.at, "by"), mend)
    return False


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        return None  # not said, or told by the reader already
