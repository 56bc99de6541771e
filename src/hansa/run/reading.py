"""Reading a product's inputs: other products through their publications, external sources through their contracts."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import assert_never

from hansa.audit import Audit, audit
from hansa.engines import Cancellation, Engine, EngineFailed, Materialisation, SqlQuery
from hansa.frozen import dataclass
from hansa.model import (
    CsvFiles,
    DuckDbTable,
    InputPort,
    JsonFiles,
    MeshOrigin,
    ParquetFiles,
    Publication,
    Relation,
    SourceOrigin,
    View,
    quoted,
)
from hansa.names import ProductName
from hansa.plan import source_checks_print
from hansa.run.equipment import Equipment
from hansa.run.failures import InputMissing
from hansa.trouble import Trouble, TroubleError


class SourceRefused(TroubleError):
    """A source that breaks its contract; nothing was computed from it."""

    def __init__(self, trouble: Trouble, given: InputPort, relation: Relation, audited: Audit) -> None:
        super().__init__(trouble)
        self.given = given
        self.relation = relation
        self.audited = audited


@dataclass(frozen=True, slots=True)
class ReadInput:
    """An input ready for an engine. `version` tells later plans what was read; `audited` is None where no audit was due."""

    port: InputPort
    relation: Relation
    version: str
    audited: Audit | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the inputs of one product in one run.

    `shown` is what the environment shows, looked up once for all inputs, so that two ports of one supplier are never of two
    versions. `known` holds the versions whose source was audited before, by input. `scratch` is a folder of the product's own.
    """

    shown: Mapping[ProductName, Publication]
    known: Mapping[str, str]
    engine: Engine
    equipment: Equipment
    scratch: Path
    cancellation: Cancellation

    def read(self, given: InputPort) -> ReadInput:
        """Raises InputMissing, SourceRefused (the source breaks its contract), SourceFailed, LakeFailed."""
        match given.origin:
            case MeshOrigin():
                return self._from_mesh(given, given.origin)
            case SourceOrigin():
                return self._from_source(given)
            case _:
                assert_never(given.origin)

    def at_fault(self, failure: EngineFailed, inputs: Sequence[ReadInput]) -> EngineFailed:
        """The failure of a computation, as that of the source whose own values it comes from where there is one.

        Values are cast to what the contract says when they are first used, and an audit uses only what it has checks on; so each
        source is read once more, whole: the dear way, on the way to failing anyway.
        """
        if failure.kind != "data" or failure.table:
            return failure
        for read in inputs:
            if isinstance(read.port.origin, SourceOrigin):
                columns = ", ".join(f"count({quoted(c.name)})" for c in read.port.schema)
                (found,) = self.engine.measure([f"SELECT {columns} FROM source"], {"source": read.relation}, self.cancellation)
                if isinstance(found, EngineFailed):
                    where = ", ".join(_paths(read.relation)[:1])
                    return EngineFailed(f"{found.reason} [{where}]", "input", read.port.name)
        return failure

    def _from_mesh(self, given: InputPort, origin: MeshOrigin) -> ReadInput:
        publication = self.shown.get(origin.port.of_product)
        published = publication.port(origin.pinned) if publication else None
        if published is None:
            raise InputMissing(str(origin.pinned))
        files = self.equipment.lake.files(origin.pinned, published.snapshot)
        relation = ParquetFiles(tuple(f.path for f in files), given.schema)
        return ReadInput(given, relation, f"snapshot {published.snapshot}")

    def _from_source(self, given: InputPort) -> ReadInput:
        source = self.equipment.open_source(given)
        # The version is taken before reading: a source that changes meanwhile is read again by the next run.
        token = source.version()
        relation = source.relation(self.scratch / given.name)
        if token is None:
            token = _content_version(relation)
        version = f"{token} under {source_checks_print(given)}"
        relation = self._readable(relation, given.name)
        if self.known.get(given.name) == version:
            return ReadInput(given, relation, version)
        audited = audit(
            f"{given.name} (source)", given.table, given.schema, relation, self.engine, cancellation=self.cancellation
        )
        if not audited.passed:
            raise _refused(given, relation, audited)
        return ReadInput(given, relation, version, audited)

    def _readable(self, relation: Relation, name: str) -> Relation:
        """The relation itself where the engine can read its kind; else landed as Parquet by the embedded engine."""
        if type(relation) in self.engine.capability.reads or isinstance(relation, View):
            return relation
        work = Materialisation(
            query=SqlQuery("SELECT * FROM landed"),
            tables={"landed": relation},
            schema=relation.schema,
            target=self.scratch / f"{name}_parquet",
        )
        files = self.equipment.embedded().materialise(work, self.cancellation)
        return ParquetFiles(tuple(f.path for f in files), relation.schema)


def _refused(given: InputPort, relation: Relation, audited: Audit) -> SourceRefused:
    failing = audited.reasons
    named = "; ".join(f"{r.check}: {r.message or r.measured}" for r in failing[:3])
    more = f" and {len(failing) - 3} more" if len(failing) > 3 else ""
    place = given.contract.place.noted("the contract of the source") if given.contract.place else None
    return SourceRefused(
        Trouble(
            "H401",
            f"the source `{given.name}` breaks its contract: {named}{more}",
            (place,) if place else (),
            "mend the source, or change its contract to what it really holds",
        ),
        given,
        relation,
        audited,
    )


def _content_version(relation: Relation) -> str:
    """A digest of the bytes that were landed, for sources that cannot tell whether they changed."""
    digest = hashlib.blake2b(digest_size=16)
    for path in _paths(relation):
        with Path(path).open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return f"content {digest.hexdigest()}"


def _paths(relation: Relation) -> tuple[str, ...]:
    match relation:
        case ParquetFiles(paths) | CsvFiles(paths) | JsonFiles(paths):
            return paths
        case DuckDbTable(path):
            return (path,)
        case View():
            return ()
        case _:
            assert_never(relation)
