"""Where things lie in a warehouse: one folder a table, in it `data`, `metadata` and `listings`.

::

    <warehouse>/<domain>/<product>/<port>_v<major>/
        data/<run>/<random>/…     data files, written once, into their final place; the run's id tells whose they are
        metadata/…                Iceberg's own files
        listings/<snapshot>.json  the planned files of a snapshot, safe to delete

No part of these paths holds `=`: engines would take such a folder for a partition and invent a column.
"""

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

from hansa.model import DEFAULT_ENVIRONMENT, RunId
from hansa.names import PortMajor, PortName, unpinned

_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_SCHEME = "file://"

DATA = "data"
METADATA = "metadata"
LISTINGS = "listings"

DROPPED = "dropped"
"""A file that says of a table's folder that the catalogue has forgotten it on purpose, so that all of it may go."""


def identifier(port: PortMajor) -> tuple[str, str, str]:
    """The table's Iceberg identifier: namespace (domain, product), table `port_v1`."""
    return (port.name.domain, port.name.product, f"{port.name.port}_v{port.major}")


def table_name(port: PortMajor) -> str:
    """The table of a port's major: `customer.profiles.profiles_v2`, the same text that pins the major in SQL."""
    return port.sql


def port_of(parts: tuple[str, ...]) -> PortMajor | None:
    """The port whose table has this identifier; None for a table that is not one of ours."""
    if len(parts) != 3:
        return None
    port, major = unpinned(parts[2])
    try:
        return None if major is None else PortMajor(PortName(parts[0], parts[1], port), major)
    except ValueError:
        return None


def branch(environment: str) -> str:
    """The Iceberg branch of an environment: `main` for the default one, else a branch of its name.

    An environment that is itself called `main` gets `env.main`, so that it never moves what the default environment shows.
    """
    if environment == DEFAULT_ENVIRONMENT:
        return "main"
    return "env.main" if environment == "main" else environment


def table_folder(warehouse: Path, port: PortMajor) -> Path:
    return warehouse.joinpath(*identifier(port))


def staging_folder(warehouse: Path, port: PortMajor, run: RunId) -> Path:
    """A folder that nobody had before, under the run's own. Raises ValueError for a run id that cannot name a folder."""
    if _RUN.fullmatch(run) is None:
        raise ValueError(f"`{run}` cannot name a folder of the warehouse")
    return table_folder(warehouse, port) / DATA / run / uuid.uuid4().hex[:12]


def run_of(folder: Path, path: Path) -> str:
    """The run that staged a data file of a table's folder; empty for any other file."""
    parts = path.relative_to(folder).parts
    return parts[1] if len(parts) > 2 and parts[0] == DATA else ""


def to_uri(path: str | Path) -> str:
    """A path as Iceberg metadata names it: with its scheme, as the specification asks (no percent signs: readers keep them)."""
    return f"{_SCHEME}{path}"


def to_path(uri: str) -> str:
    """The local path of a location in Iceberg metadata."""
    return uri.removeprefix(_SCHEME)


def table_folders(warehouse: Path) -> Iterator[tuple[PortMajor, Path]]:
    """Every folder that has a table's place and form, whether or not the catalogue knows the table."""
    for folder in sorted(warehouse.glob("*/*/*_v*")):
        port = port_of(folder.relative_to(warehouse).parts)
        if port is not None and folder.is_dir() and not folder.is_symlink():
            yield port, folder
