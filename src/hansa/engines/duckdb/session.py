"""Instances of DuckDB: in memory, deterministic, and locked before a model's SQL is run in them."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import _duckdb

from hansa.frozen import dataclass

# No extension is loaded that is not in the wheel, so a machine's ~/.duckdb changes nothing; Python variables are not tables.
_ALWAYS = {
    "errors_as_json": "true",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "python_enable_replacements": "false",
}

# Most files are read once and the system caches them; a kept instance is to hold no memory.
_FORGETFUL = {"enable_external_file_cache": "false"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may use. Empty, 0 and None leave DuckDB's defaults; without `spill`, nothing is spilled to disk."""

    memory: str = ""
    threads: int = 0
    spill: Path | None = None


@contextmanager
def instance(limits: Limits) -> Iterator[_duckdb.DuckDBPyConnection]:
    """An own in-memory instance, closed at the end, with its own spill directory, removed at the end."""
    with _spill_directory(limits.spill) as spill:
        connection = opened(limits, spill)
        try:
            yield connection
        finally:
            connection.close()


NEUTRAL = "SET TimeZone = 'UTC'; SET GLOBAL TimeZone = 'UTC'; SET enable_progress_bar = false"
"""What must not depend on the machine, or on who embeds us: casts of times, here and in cursors, and what stands on stdout."""


def opened(limits: Limits, spill: str = "", also: Mapping[str, str] = _FORGETFUL) -> _duckdb.DuckDBPyConnection:
    """An in-memory instance that the caller closes. `also` are settings of its own."""
    config: dict[str, str | bool | int | float | list[str]] = {**_ALWAYS, **also, "temp_directory": spill}
    if limits.memory:
        config["memory_limit"] = limits.memory
    if limits.threads:
        config["threads"] = str(limits.threads)
    connection = _duckdb.connect(":memory:", config=config)
    connection.execute(NEUTRAL)
    return connection


def lock(connection: _duckdb.DuckDBPyConnection, files: Iterable[str], directories: Iterable[str] = ()) -> None:
    """From here on this instance reaches just these files and directories, and no statement can change that."""
    connection.execute(f"SET allowed_paths = {text_list(files)}")
    connection.execute(f"SET allowed_directories = {text_list(d.rstrip('/') + '/' for d in directories)}")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def text(value: str) -> str:
    """A text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def text_list(values: Iterable[str]) -> str:
    """Texts as an SQL list literal."""
    return "[" + ", ".join(text(v) for v in values) + "]"


@contextmanager
def _spill_directory(spill: Path | None) -> Iterator[str]:
    if spill is None:
        yield ""
        return
    spill.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="duckdb-", dir=spill, ignore_cleanup_errors=True) as directory:
        yield directory
