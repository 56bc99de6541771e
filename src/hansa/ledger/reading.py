"""What the SQL ledger asks of its tables, one function a question, each inside the caller's transaction."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, literal, select

from hansa.ledger import tables
from hansa.ledger.protocol import Event, PointerMove
from hansa.ledger.rows import check_of, decision_of, event_of, lease_of, move_of, product_run_of, publication_of, run_of
from hansa.ledger.times import micros
from hansa.model import (
    CheckResult,
    CheckStatus,
    Lease,
    PolicyDecision,
    ProductRun,
    ProductStatus,
    Publication,
    PublicationId,
    Run,
    RunId,
    RunStatus,
)
from hansa.names import ProductName, parse_product

_runs = tables.runs
_product_runs = tables.product_runs
_publications = tables.publications
_ports = tables.publication_ports
_pointers = tables.pointers


def run(connection: Connection, id_: RunId) -> Run | None:
    row = connection.execute(select(_runs).where(_runs.c.id == id_)).mappings().first()
    return None if row is None else run_of(row)


def runs(connection: Connection, environment: str | None, limit: int) -> tuple[Run, ...]:
    query = select(_runs).order_by(_runs.c.serial.desc()).limit(max(limit, 0))
    if environment is not None:
        query = query.where(_runs.c.environment == environment)
    return tuple(run_of(row) for row in connection.execute(query).mappings())


def unfinished_runs(connection: Connection) -> tuple[Run, ...]:
    query = select(_runs).where(_runs.c.status == str(RunStatus.RUNNING)).order_by(_runs.c.serial.desc())
    return tuple(run_of(row) for row in connection.execute(query).mappings())


def product_runs(connection: Connection, run_id: RunId) -> tuple[ProductRun, ...]:
    query = select(_product_runs).where(_product_runs.c.run == run_id).order_by(_product_runs.c.serial)
    return tuple(product_run_of(row) for row in connection.execute(query).mappings())


def product_statuses(connection: Connection, run_id: RunId) -> Mapping[ProductName, ProductStatus]:
    query = select(_product_runs.c.product, _product_runs.c.status).where(_product_runs.c.run == run_id)
    return {parse_product(product): ProductStatus(status) for product, status in connection.execute(query)}


def last_product_run(connection: Connection, product: ProductName, environment: str) -> ProductRun | None:
    query = (
        select(_product_runs)
        .join(_runs, _runs.c.id == _product_runs.c.run)
        .where(_product_runs.c.product == str(product), _runs.c.environment == environment)
        .order_by(_product_runs.c.serial.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else product_run_of(row)


def checks(connection: Connection, run_id: RunId, product: ProductName) -> tuple[CheckResult, ...]:
    table = tables.checks
    query = select(table).where(table.c.run == run_id, table.c.product == str(product)).order_by(table.c.position)
    return tuple(check_of(row) for row in connection.execute(query).mappings())


def last_product_runs(connection: Connection, environment: str) -> Mapping[ProductName, ProductRun]:
    newest = (
        select(func.max(_product_runs.c.serial))
        .join(_runs, _runs.c.id == _product_runs.c.run)
        .where(_runs.c.environment == environment)
        .group_by(_product_runs.c.product)
    )
    rows = connection.execute(select(_product_runs).where(_product_runs.c.serial.in_(newest))).mappings()
    return {found.product: found for found in map(product_run_of, rows)}


def check_counts(connection: Connection, run_id: RunId) -> Mapping[ProductName, Mapping[CheckStatus, int]]:
    table = tables.checks
    query = (
        select(table.c.product, table.c.status, func.count())
        .where(table.c.run == run_id)
        .group_by(table.c.product, table.c.status)
    )
    found: dict[ProductName, dict[CheckStatus, int]] = {}
    for product, status, number in connection.execute(query):
        found.setdefault(parse_product(product), {})[CheckStatus(status)] = number
    return found


def decisions(
    connection: Connection, product: ProductName | None, run_id: RunId | None, limit: int
) -> tuple[PolicyDecision, ...]:
    table = tables.policy_decisions
    newest = select(table.c.run, func.max(table.c.serial).label("last")).group_by(table.c.run)
    if run_id is not None:
        newest = newest.where(table.c.run == run_id)
    wanted = newest.order_by(func.max(table.c.serial).desc()).limit(max(limit, 0)).subquery()
    query = (
        select(table, _runs.c.started, _runs.c.mesh)
        .join(wanted, wanted.c.run == table.c.run)
        .join(_runs, _runs.c.id == table.c.run)
        .order_by(wanted.c.last.desc(), table.c.serial)
    )
    if product is not None:
        query = query.where(table.c.product.in_((str(product), "")))
    found = (decision_of(row) for row in connection.execute(query).mappings())
    return tuple(d for d in found if product is None or d.concerns(str(product)))


def pointer(connection: Connection, product: ProductName, environment: str) -> PublicationId | None:
    query = select(_pointers.c.publication).where(*_at(product, environment))
    found = connection.execute(query).scalar()
    return None if found is None else PublicationId(found)


def current(connection: Connection, product: ProductName, environment: str) -> Publication | None:
    pointed = select(_pointers.c.publication).where(*_at(product, environment))
    return next(iter(_read(connection, _publications.c.id.in_(pointed))), None)


def currents(connection: Connection, environment: str, *, declared: bool = True) -> tuple[Publication, ...]:
    pointed = select(_pointers.c.publication).where(_pointers.c.environment == environment)
    found = _read(connection, _publications.c.id.in_(pointed), declared=declared)
    # Sorted here, since databases differ in how they sort text.
    return tuple(sorted(found, key=lambda publication: publication.product))


def publication(connection: Connection, id_: PublicationId) -> Publication | None:
    return next(iter(_read(connection, _publications.c.id == id_)), None)


def published_by(connection: Connection, run_id: RunId) -> tuple[Publication, ...]:
    return _read(connection, _publications.c.run == run_id)


def history(connection: Connection, product: ProductName, environment: str | None) -> tuple[Publication, ...]:
    of_product = _publications.c.product == str(product)
    here = of_product if environment is None else of_product & (_publications.c.environment == environment)
    return _read(connection, here)[::-1]


def pointed(connection: Connection) -> tuple[Publication, ...]:
    return _read(connection, _publications.c.id.in_(select(_pointers.c.publication)))


def environments_of(connection: Connection, id_: PublicationId) -> tuple[str, ...]:
    """The environments whose pointers name a publication."""
    query = select(_pointers.c.environment).where(_pointers.c.publication == id_).distinct()
    return tuple(sorted(connection.execute(query).scalars()))


def published_products(connection: Connection) -> tuple[ProductName, ...]:
    query = select(tables.publications.c.product).distinct()
    return tuple(sorted(parse_product(text) for text in connection.execute(query).scalars()))


def environments(connection: Connection) -> tuple[str, ...]:
    return tuple(sorted(connection.execute(select(_pointers.c.environment).distinct()).scalars()))


def moves(connection: Connection, product: ProductName, environment: str) -> tuple[PointerMove, ...]:
    table = tables.moves
    here = (table.c.product == str(product), table.c.environment == environment)
    query = select(table).where(*here).order_by(table.c.id.desc())
    return tuple(move_of(row) for row in connection.execute(query).mappings())


def events(connection: Connection, after: int, limit: int, subject: str) -> tuple[Event, ...]:
    table = tables.outbox
    query = select(table).where(table.c.id > after).order_by(table.c.id).limit(max(limit, 0))
    if subject:
        query = query.where(table.c.subject == subject)
    return tuple(event_of(row) for row in connection.execute(query).mappings())


def last_event(connection: Connection) -> int:
    return connection.execute(select(func.max(tables.outbox.c.id))).scalar() or 0


def old_events(connection: Connection, before: dt.datetime, most: int) -> tuple[int, int]:
    table = tables.outbox
    young = connection.execute(select(table.c.id).where(table.c.at >= micros(before)).order_by(table.c.id).limit(1)).scalar()
    # The one that `most` newer ones follow, found along the index of ids, and passed over when there are not so many.
    beyond = connection.execute(select(table.c.id).order_by(table.c.id.desc()).offset(max(most, 1)).limit(1)).scalar() or 0
    newest = last_event(connection)
    until = max(min(newest, young or newest) - 1, beyond)
    count, last = connection.execute(select(func.count(), func.max(table.c.id)).where(table.c.id <= until)).one()
    return count, last or 0


def lease(connection: Connection, key: str) -> Lease | None:
    """What is recorded of a lease, be it live or not."""
    row = connection.execute(select(tables.leases).where(tables.leases.c.key == key)).mappings().first()
    return None if row is None else lease_of(row)


def _read(connection: Connection, where: ColumnElement[Any], *, declared: bool = True) -> tuple[Publication, ...]:
    """Publications with their ports, by id."""
    kept = [c for c in _publications.c if declared or c.name != "declaration_json"]
    columns = kept if declared else [*kept, literal("").label("declaration_json")]
    found = connection.execute(select(*columns).where(where).order_by(_publications.c.id)).mappings().all()
    if not found:
        return ()
    wanted = select(_publications.c.id).where(where)
    query = select(_ports).where(_ports.c.publication.in_(wanted)).order_by(_ports.c.publication, _ports.c.position)
    ports: defaultdict[int, list[RowMapping]] = defaultdict(list)
    for port in connection.execute(query).mappings():
        ports[port["publication"]].append(port)
    return tuple(publication_of(row, ports[row["id"]]) for row in found)


def _at(product: ProductName, environment: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return _pointers.c.product == str(product), _pointers.c.environment == environment
