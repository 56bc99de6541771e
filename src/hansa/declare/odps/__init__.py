"""The Open Data Product Standard (Bitol ODPS 1.1.0, reads 1.0.0 and 0.9.0) as typed records, every field kept.

Records hold what was written, variables resolved; what it means is decided in `compile`. Nothing here reads files.
"""

from hansa.declare.odps.product import (
    DataProduct,
    InputContract,
    InputPort,
    ManagementPort,
    OutputPort,
    SoftwareBill,
    Support,
)

__all__ = ["DataProduct", "InputContract", "InputPort", "ManagementPort", "OutputPort", "SoftwareBill", "Support"]
