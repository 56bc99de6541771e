"""Where data is computed: a narrow protocol, a capability record, and one folder an engine.

An engine is functions from files to files: `describe`, `materialise`, `measure`, `stream`. It commits nothing and decides
nothing. This door loads no engine; `wiring` does.
"""

from hansa.engines.protocol import (
    Cancellation,
    Cancelled,
    Capability,
    Engine,
    EngineFailed,
    Materialisation,
    PythonQuery,
    QueryRefused,
    SqlQuery,
)

__all__ = [
    "Cancellation",
    "Cancelled",
    "Capability",
    "Engine",
    "EngineFailed",
    "Materialisation",
    "PythonQuery",
    "QueryRefused",
    "SqlQuery",
]
