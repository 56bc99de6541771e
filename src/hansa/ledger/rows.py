"""Records as rows and back: the only place that knows how a value is written in a column."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import RowMapping

from hansa.ledger.outbox import Message
from hansa.ledger.protocol import Event, EventKind, PointerMove
from hansa.ledger.times import micros, moment
from hansa.model import (
    CheckResult,
    CheckStatus,
    Evidence,
    Fingerprint,
    Lease,
    Outcome,
    PolicyDecision,
    PolicyLevel,
    PolicyMode,
    ProductRun,
    ProductStatus,
    Publication,
    PublicationId,
    PublishedPort,
    Run,
    RunId,
    RunStatus,
)
from hansa.names import PortMajor, ProductName, Version, parse_port, parse_product

Values = dict[str, Any]


def run_values(run: Run) -> Values:
    return {
        "id": run.id,
        "environment": run.environment,
        "started": micros(run.started),
        "mesh": run.mesh,
        "actor": run.actor,
        "status": str(run.status),
        "ended": None if run.ended is None else micros(run.ended),
        "products": json.dumps([str(name) for name in run.products]),
    }


def run_of(row: RowMapping) -> Run:
    return Run(
        id=RunId(row["id"]),
        environment=row["environment"],
        started=moment(row["started"]),
        mesh=Fingerprint(row["mesh"]),
        actor=row["actor"],
        status=RunStatus(row["status"]),
        ended=None if row["ended"] is None else moment(row["ended"]),
        products=tuple(parse_product(name) for name in json.loads(row["products"])),
    )


def product_run_values(result: ProductRun) -> Values:
    return {
        "run": result.run,
        "product": str(result.product),
        "status": str(result.status),
        "reason": result.reason,
        "seconds": result.seconds,
        "publication": result.publication,
    }


def product_run_of(row: RowMapping) -> ProductRun:
    return ProductRun(
        run=RunId(row["run"]),
        product=parse_product(row["product"]),
        status=ProductStatus(row["status"]),
        reason=row["reason"],
        seconds=row["seconds"],
        publication=_publication_id(row["publication"]),
    )


def check_values(run: RunId, product: ProductName, position: int, result: CheckResult) -> Values:
    return {
        "run": run,
        "product": str(product),
        "position": position,
        "name": result.check,
        "subject": result.subject,
        "column_name": result.column,
        "kind": result.kind,
        "status": str(result.status),
        "severity": result.severity,
        "dimension": result.dimension,
        # JSON keeps a whole number apart from a fraction and from text, which one column of one type could not.
        "measured_json": json.dumps(result.measured),
        "threshold": result.threshold,
        "how": str(result.how),
        "message": result.message,
        "failing_rows": result.failing_rows,
    }


def check_of(row: RowMapping) -> CheckResult:
    return CheckResult(
        check=row["name"],
        subject=row["subject"],
        column=row["column_name"],
        kind=row["kind"],
        status=CheckStatus(row["status"]),
        severity=row["severity"],
        dimension=row["dimension"],
        measured=json.loads(row["measured_json"]),
        threshold=row["threshold"],
        how=Evidence(row["how"]),
        message=row["message"],
        failing_rows=row["failing_rows"],
    )


def decision_values(run: RunId, decision: PolicyDecision) -> Values:
    """Without the run's time and mesh, which are the run's."""
    return {
        "run": run,
        "policy": decision.policy,
        "level": str(decision.level),
        "holder": decision.holder,
        "mode": str(decision.mode),
        "outcome": str(decision.outcome),
        "policy_print": decision.policy_print,
        "about_json": json.dumps(decision.about),
        "violations": decision.violations,
        "product": decision.product,
        "subject": decision.subject,
        "message": decision.message,
        "waiver": decision.waiver,
        "decides": int(decision.decides),
    }


def decision_of(row: RowMapping) -> PolicyDecision:
    """From a row of decisions joined with its run's `started` and `mesh`."""
    return PolicyDecision(
        policy=row["policy"],
        level=PolicyLevel(row["level"]),
        mode=PolicyMode(row["mode"]),
        outcome=Outcome(row["outcome"]),
        policy_print=Fingerprint(row["policy_print"]),
        holder=row["holder"],
        about=tuple(json.loads(row["about_json"])),
        violations=row["violations"],
        product=row["product"],
        subject=row["subject"],
        message=row["message"],
        waiver=row["waiver"],
        decides=bool(row["decides"]),
        run=RunId(row["run"]),
        at=moment(row["started"]),
        mesh=Fingerprint(row["mesh"]),
    )


def publication_values(publication: Publication) -> Values:
    """Without its id, which the database gives, and its ports, which are rows of their own."""
    return {
        "product": str(publication.product),
        "environment": publication.environment,
        "version": publication.version,
        "run": publication.run,
        "created": micros(publication.created),
        "code": publication.code,
        "checks": publication.checks,
        "inputs": publication.inputs,
        "declaration_json": publication.declaration,
        "input_versions_json": json.dumps(publication.input_versions),
    }


def port_values(publication: PublicationId, position: int, port: PublishedPort) -> Values:
    return {
        "publication": publication,
        "position": position,
        "port": str(port.port),
        "contract_id": port.contract_id,
        "contract_version": str(port.contract_version),
        "lake_table": port.table,
        "snapshot": port.snapshot,
        "row_count": port.rows,
        "byte_count": port.bytes,
        "schema_json": port.schema,
        "watermark": port.watermark,
    }


def publication_of(row: RowMapping, ports: Iterable[RowMapping]) -> Publication:
    return Publication(
        product=parse_product(row["product"]),
        environment=row["environment"],
        run=RunId(row["run"]),
        created=moment(row["created"]),
        code=Fingerprint(row["code"]),
        checks=Fingerprint(row["checks"]),
        inputs=Fingerprint(row["inputs"]),
        ports=tuple(_port_of(port) for port in ports),
        declaration=row["declaration_json"],
        input_versions=tuple((name, version) for name, version in json.loads(row["input_versions_json"])),
        version=row["version"],
        id=PublicationId(row["id"]),
    )


def _port_of(row: RowMapping) -> PublishedPort:
    pinned = parse_port(row["port"])
    if not isinstance(pinned, PortMajor):
        raise ValueError(f"the ledger names a port without its major: {pinned}")
    return PublishedPort(
        port=pinned,
        contract_id=row["contract_id"],
        contract_version=Version.parse(row["contract_version"]),
        table=row["lake_table"],
        snapshot=row["snapshot"],
        rows=row["row_count"],
        bytes=row["byte_count"],
        schema=row["schema_json"],
        watermark=row["watermark"],
    )


def move_values(move: PointerMove) -> Values:
    return {
        "product": str(move.product),
        "environment": move.environment,
        "at": micros(move.at),
        "before": move.before,
        "after": move.after,
        "reason": move.reason,
        "actor": move.actor,
    }


def move_of(row: RowMapping) -> PointerMove:
    return PointerMove(
        product=parse_product(row["product"]),
        environment=row["environment"],
        at=moment(row["at"]),
        before=_publication_id(row["before"]),
        after=_publication_id(row["after"]),
        reason=row["reason"],
        actor=row["actor"],
    )


def lease_values(lease: Lease) -> Values:
    return {"key": lease.key, "holder": lease.holder, "fence": lease.fence, "expires": micros(lease.expires)}


def lease_of(row: RowMapping) -> Lease:
    return Lease(key=row["key"], holder=row["holder"], fence=row["fence"], expires=moment(row["expires"]))


def message_values(message: Message) -> Values:
    return {
        "at": micros(message.at),
        "kind": str(message.kind),
        "subject": message.subject,
        "body_json": message.body,
    }


def event_of(row: RowMapping) -> Event:
    return Event(id=row["id"], at=moment(row["at"]), kind=EventKind(row["kind"]), subject=row["subject"], body=row["body_json"])


def _publication_id(number: int | None) -> PublicationId | None:
    return None if number is None else PublicationId(number)
