"""Uploaded manifests in the SQL ledger, each function inside the caller's transaction.

Only `text` reads documents: they are large, and lists are about who and when.
"""

from sqlalchemy import Connection, RowMapping, func, insert, select

from hansa.ledger import tables
from hansa.ledger.manifest_changes import ManifestIs, ManifestUploaded
from hansa.ledger.protocol import Conflict
from hansa.ledger.times import micros, moment
from hansa.model.uploaded import UploadedManifest
from hansa.names import DomainName

_table = tables.manifests
_columns = tuple(c for c in _table.c if c.name != "document")


def newest(connection: Connection) -> tuple[UploadedManifest, ...]:
    last = select(func.max(_table.c.serial)).group_by(_table.c.domain)
    query = select(*_columns).where(_table.c.serial.in_(last)).order_by(_table.c.domain)
    return tuple(_manifest_of(row) for row in connection.execute(query).mappings())


def versions(connection: Connection, domain: DomainName) -> tuple[UploadedManifest, ...]:
    query = select(*_columns).where(_table.c.domain == str(domain)).order_by(_table.c.version.desc())
    return tuple(_manifest_of(row) for row in connection.execute(query).mappings())


def text(connection: Connection, domain: DomainName, version: int) -> str | None:
    query = select(_table.c.document).where(_table.c.domain == str(domain), _table.c.version == version)
    return connection.execute(query).scalar()


def last(connection: Connection) -> int:
    return connection.execute(select(func.max(_table.c.serial))).scalar() or 0


def require(connection: Connection, condition: ManifestIs) -> None:
    query = select(func.max(_table.c.version)).where(_table.c.domain == str(condition.domain))
    found = connection.execute(query).scalar() or 0
    if found != condition.version:
        raise Conflict(condition, found)


def record(connection: Connection, change: ManifestUploaded) -> None:
    manifest = change.manifest
    require(connection, ManifestIs(manifest.domain, manifest.version - 1))
    values = {
        "domain": str(manifest.domain),
        "version": manifest.version,
        "digest": manifest.digest,
        "mesh": manifest.mesh,
        "products": manifest.products,
        "size": manifest.size,
        "at": micros(manifest.at),
        "actor": manifest.actor,
        "document": change.text,
    }
    connection.execute(insert(_table), values)


def _manifest_of(row: RowMapping) -> UploadedManifest:
    return UploadedManifest(
        domain=DomainName(row["domain"]),
        version=row["version"],
        digest=row["digest"],
        mesh=row["mesh"],
        products=row["products"],
        size=row["size"],
        at=moment(row["at"]),
        actor=row["actor"],
        serial=row["serial"],
    )
