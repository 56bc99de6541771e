"""The Open Data Contract Standard (Bitol ODCS 3.2.0, reads 3.1.0 and 3.0.x) as typed records, every field kept.

Records hold what was written, variables resolved; what it means is decided in `compile`. Nothing here reads files.
"""

from hansa.declare.odcs.contract import DataContract, Price, ServiceLevelProperty, Support
from hansa.declare.odcs.quality import OPERATORS, Quality
from hansa.declare.odcs.schema import (
    EnumValue,
    LogicalTypeOptions,
    MapParts,
    Relationship,
    SchemaObject,
    SchemaProperty,
)
from hansa.declare.odcs.server import Role, Server

__all__ = [
    "OPERATORS",
    "DataContract",
    "EnumValue",
    "LogicalTypeOptions",
    "MapParts",
    "Price",
    "Quality",
    "Relationship",
    "Role",
    "SchemaObject",
    "SchemaProperty",
    "Server",
    "ServiceLevelProperty",
    "Support",
]
