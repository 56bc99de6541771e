"""DuckDB as an engine: queries over files, in instances that nobody else sees.

Promises: what `hansa.engines.Engine` promises; a model's SQL reaches just the inputs it was given and its own target; results
are streamed to Parquet within the memory limit. Does not: commit anything, keep results between calls, or confine the Python
code of Python models, which runs with the rights of the process. The only folder, besides the gateway's executor, that
imports DuckDB.
"""

from hansa.engines.duckdb.engine import DuckDbEngine

__all__ = ["DuckDbEngine"]
