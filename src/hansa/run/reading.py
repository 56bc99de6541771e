"""Reading a product's inputs: other products through their publications, external sources through their contracts."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hansa.audit import Audit, audit
from hansa.engines import Cancellation, Engine, Materialisation, SqlQuery
from hansa.model import (
    InputPort,
    MeshOrigin,
    ParquetFiles,
    Product,
    Publication,
    Relation,
    SourceOrigin,
    View,
)
from hansa.names import ProductName
from hansa.plan import source_checks_print
from hansa.publish import visible
from hansa.run.equipment import Equipment
from hansa.sources import Source
from hansa.trouble import Trouble, TroubleError


class InputMissing(Exception):
    """A supplier has published nothing that could be read; the product waits for it."""

    def __init__(self, supplier: str) -> None:
        super().__init__(f"{supplier} has never been published")
        self.supplier = supplier


@dataclass(frozen=True, slots=True)
class ReadInput:
    """An input ready for an engine. `version` tells later plans what was read; `audited` is None where no audit was due."""

    port: InputPort
    relation: Relation
    version: str
    audited: Audit | None = None


def read_input(
    given: InputPort,
    product: ProductName,
    environment: str,
    previous: Publication | None,
    engine: Engine,
    equipment: Equipment,
    landing: Path,
    cancellation: Cancellation,
) -> ReadInput:
    """Resolve one input. Raises InputMissing, TroubleError (the source breaks its contract), SourceFailed."""
    match given.origin:
        case MeshOrigin():
            return _from_mesh(given, given.origin, environment, equipment)
        case SourceOrigin():
            return _from_source(given, previous, engine, equipment, landing, cancellation)


def readable(relation: Relation, name: str, engine: Engine, embedded: Engine, landing: Path) -> Relation:
    """The relation itself where the engine can read its kind; else landed as Parquet by the embedded engine."""
    if type(relation) in engine.capability.reads or isinstance(relation, View):
        return relation
    work = Materialisation(
        query=SqlQuery("SELECT * FROM landed"),
        tables={"landed": relation},
        schema=relation.schema,
        target=landing / name,
    )
    files = embedded.materialise(work)
    return ParquetFiles(tuple(f.path for f in files), relation.schema)


def _from_mesh(given: InputPort, origin: MeshOrigin, environment: str, equipment: Equipment) -> ReadInput:
    publication = visible(equipment.ledger, origin.port.of_product, environment)
    published = publication.port(origin.pinned) if publication else None
    if published is None:
        raise InputMissing(str(origin.pinned))
    files = equipment.lake.files(origin.pinned, published.snapshot)
    relation = ParquetFiles(tuple(f.path for f in files), given.schema)
    return ReadInput(given, relation, f"snapshot {published.snapshot}")


def _from_source(
    given: InputPort,
    previous: Publication | None,
    engine: Engine,
    equipment: Equipment,
    landing: Path,
    cancellation: Cancellation,
) -> ReadInput:
    source = equipment.open_source(given)
    # The version is taken before reading: a source that changes meanwhile is read again by the next run.
    version = source.version()
    landed = landing / given.name
    relation = source.relation(landed)
    if version is None:
        version = _content_version(relation)
    version = f"{version} under {source_checks_print(given)}"
    relation = readable(relation, f"{given.name}_parquet", engine, equipment.embedded(), landing)
    if previous is not None and dict(previous.input_versions).get(given.name) == version:
        return ReadInput(given, relation, version)
    audited = audit(f"{given.name} (source)", given.table, given.schema, relation, engine, cancellation=cancellation)
    if not audited.passed:
        _refuse(given, audited)
    return ReadInput(given, relation, version, audited)


def _refuse(given: InputPort, audited: Audit) -> None:
    failing = [r for r in audited.results if r.status in ("fail", "error")]
    named = "; ".join(f"{r.check}: {r.message or r.measured}" for r in failing[:3])
    more = f" and {len(failing) - 3} more" if len(failing) > 3 else ""
    place = given.contract.place.noted("the contract of the source") if given.contract.place else None
    raise SourceRefused(
        Trouble(
            "H401",
            f"the source `{given.name}` breaks its contract: {named}{more}",
            (place,) if place else (),
            "mend the source, or change its contract to what it really holds",
        ),
        audited,
    )


class SourceRefused(TroubleError):
    """A source that breaks its contract; nothing was computed from it."""

    def __init__(self, trouble: Trouble, audited: Audit) -> None:
        super().__init__(trouble)
        self.audited = audited


def _content_version(relation: Relation) -> str:
    """A digest of the bytes that were landed, for sources that cannot tell whether they changed."""
    digest = hashlib.blake2b(digest_size=16)
    for path in () if isinstance(relation, View) else _paths(relation):
        with Path(path).open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return f"content {digest.hexdigest()}"


def _paths(relation: Relation) -> tuple[str, ...]:
    return (relation.path,) if hasattr(relation, "path") else getattr(relation, "paths", ())


def source_versions(
    products: tuple[Product, ...], open_source: Callable[[InputPort], Source]
) -> dict[tuple[ProductName, str], str | None]:
    """A change token for every external input; None where only reading it can tell, or where it cannot be reached now."""
    versions: dict[tuple[ProductName, str], str | None] = {}
    for product in products:
        for given in product.inputs:
            if isinstance(given.origin, SourceOrigin):
                versions[product.address, given.name] = _version(given, open_source)
    return versions


def _version(given: InputPort, open_source: Callable[[InputPort], Source]) -> str | None:
    try:
        version = open_source(given).version()
    except TroubleError:
        # Planning has no effects and refuses nothing: the run will meet the trouble and report it with its place.
        return None
    return None if version is None else f"{version} under {source_checks_print(given)}"
