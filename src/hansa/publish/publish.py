"""Write–audit–publish, the last two moves: commit snapshots that nobody reads yet, then move one pointer for all ports.

A crash before the pointer moves leaves consumers on the old version of every port; after it, on the new version of every port.
"""

import datetime as dt
from typing import assert_never

from hansa.lake import Lake, Snapshot
from hansa.ledger import Change, ChecksRecorded, LeaseHeld, Ledger, PointerIs, Published
from hansa.model import Lease, Publication, PublishedPort
from hansa.plan import declaration_of, inputs_print, to_text
from hansa.publish.candidate import Candidate, CandidatePort, NewData, SameData


def commit(port: CandidatePort, candidate: Candidate, lake: Lake) -> PublishedPort:
    """One Iceberg snapshot for a port with new data. Consumers see nothing of it yet. Raises LakeFailed, LakeRefused."""
    match port:
        case SameData(output, base):
            return PublishedPort(
                port=output.pinned,
                contract_id=output.contract.id,
                contract_version=output.contract.version,
                table=base.table,
                snapshot=base.snapshot,
                rows=base.rows,
                bytes=base.bytes,
                schema=base.schema,
                watermark=base.watermark,
            )
        case NewData():
            return _published(port, _new_snapshot(port, candidate, lake))
        case _:
            assert_never(port)


def publish(
    candidate: Candidate,
    ports: tuple[PublishedPort, ...],
    *,
    ledger: Ledger,
    lease: Lease,
    own_pointer: Publication | None,
    now: dt.datetime,
    also: tuple[Change, ...] = (),
) -> Publication:
    """Make committed snapshots the published version, all ports in one transaction, with the verdicts and `also`.

    `own_pointer` is what the environment itself pointed to when the work began. Raises Conflict when it moved meanwhile or the
    lease was lost: then nothing is visible of the candidate.
    """
    publication = Publication(
        product=candidate.product.address,
        environment=candidate.environment,
        run=candidate.run,
        created=now,
        code=candidate.code,
        checks=candidate.checks,
        inputs=inputs_print(candidate.input_versions),
        ports=ports,
        declaration=to_text(declaration_of(candidate.product, candidate.changes)),
        input_versions=candidate.input_versions,
    )
    pointer = PointerIs(candidate.product.address, candidate.environment, own_pointer.id if own_pointer is not None else None)
    checks = ChecksRecorded(candidate.run, candidate.product.address, candidate.results)
    recorded = ledger.apply([Published(publication), checks, *also], [pointer, LeaseHeld(lease, now)])
    return recorded[0]


def _new_snapshot(port: NewData, candidate: Candidate, lake: Lake) -> Snapshot:
    contract = port.output.contract
    return lake.commit(
        port.output.pinned,
        port.files,
        port.output.schema,
        change=port.change,
        base=port.base.snapshot if port.base is not None else None,
        environment=candidate.environment,
        partition_by=port.output.partition_by,
        advance=False,
        properties={
            "hansa.run": candidate.run,
            "hansa.product": str(candidate.product.address),
            "hansa.environment": candidate.environment,
            "hansa.contract.id": contract.id,
            "hansa.contract.version": str(contract.version),
        },
    )


def _published(port: NewData, snapshot: Snapshot) -> PublishedPort:
    return PublishedPort(
        port=port.output.pinned,
        contract_id=port.output.contract.id,
        contract_version=port.output.contract.version,
        table=snapshot.table,
        snapshot=snapshot.id,
        rows=snapshot.rows,
        bytes=snapshot.bytes,
        schema=snapshot.schema_json,
        watermark=port.watermark,
    )
