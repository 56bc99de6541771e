"""From a document to a `DataContract`, by the version that it declares."""

from collections.abc import Mapping
from dataclasses import replace

from hansa.declare.bitol import Context, Description, Team
from hansa.declare.document import Document
from hansa.declare.odcs import narrowing, rules
from hansa.declare.odcs.contract import DataContract
from hansa.declare.odcs.quality import Quality
from hansa.declare.odcs.schema import LogicalTypeOptions, Relationship, SchemaObject, SchemaProperty
from hansa.declare.odcs.server import Server
from hansa.declare.reading import Dialect, Reader
from hansa.declare.variables import resolve
from hansa.declare.versions import Standard
from hansa.trouble import Trouble

STANDARD = Standard("ODCS", "DataContract", ("v3.2.0", "v3.1.0", "v3.0.2", "v3.0.1", "v3.0.0"))

_NEWEST = Dialect(
    "ODCS",
    (3, 2, 0),
    open=frozenset({Description}),
    narrow={
        Server: narrowing.server,
        SchemaProperty: narrowing.schema_property,
        LogicalTypeOptions: narrowing.options,
        Quality: narrowing.quality,
        Relationship: narrowing.relationship,
    },
    rules={
        DataContract: rules.contract,
        Server: rules.server,
        SchemaObject: rules.schema_object,
        SchemaProperty: rules.schema_property,
        LogicalTypeOptions: rules.options,
        Quality: rules.quality,
        Relationship: rules.relationship,
    },
    forms={Team: rules.team, Context: rules.context},
)


def read(document: Document, environ: Mapping[str, str]) -> tuple[DataContract | None, tuple[Trouble, ...]]:
    """The contract that a document holds and everything that is wrong with it; None when it cannot be read at all."""
    data, unresolved = resolve(document, environ)
    version, undeclared = STANDARD.declared(document, data)
    if version is None:
        return None, (*unresolved, *undeclared)
    # Before 3.1 the standard let people add keys anywhere.
    dialect = replace(_NEWEST, version=version, strict=version >= (3, 1))
    reader = Reader(document, data, dialect, [*unresolved, *undeclared])
    contract = reader.record(DataContract, data, ())
    troubles = (t for t in reader.troubles if not (undeclared and t.summary == "`apiVersion` is missing"))
    return contract, tuple(troubles)
