"""From a document to a `DataProduct`, by the version that it declares."""

from collections.abc import Mapping
from dataclasses import replace

from hansa.declare.bitol import Team, TeamMember
from hansa.declare.document import Document
from hansa.declare.odps.product import DataProduct, ManagementPort
from hansa.declare.reading import Data, Dialect, Reader
from hansa.declare.shape import Kind, Path
from hansa.declare.variables import resolve
from hansa.declare.versions import Standard
from hansa.trouble import Severity, Trouble

STANDARD = Standard("ODPS", "DataProduct", ("v1.1.0", "v1.0.0", "v0.9.0"))


def read(document: Document, environ: Mapping[str, str]) -> tuple[DataProduct | None, tuple[Trouble, ...]]:
    """The product that a document holds and everything that is wrong with it; None when it cannot be read at all."""
    data, unresolved = resolve(document, environ)
    version, undeclared = STANDARD.declared(document, data)
    if version is None:
        return None, (*unresolved, *undeclared)
    reader = Reader(document, data, replace(_NEWEST, version=version), [*unresolved, *undeclared])
    product = reader.record(DataProduct, data, ())
    troubles = (t for t in reader.troubles if not (undeclared and t.summary == "`apiVersion` is missing"))
    return product, tuple(troubles)


def _team(reader: Reader, value: object, path: Path) -> Team | None:
    """A team written as the list of its members: the form of ODPS 0.9, and of no later version."""
    if not isinstance(value, list):
        return None
    if reader.dialect.version >= (1, 0):
        reader.wrong_type(Kind.RECORD, value, path, "write `team:` with `members:` below it")
    return Team(members=reader.records(TeamMember, value, path) or (), at=path)


def _product(reader: Reader, data: Data, path: Path) -> None:
    _ports_once(reader, data.get("inputPorts"), (*path, "inputPorts"))
    reader.once(data.get("managementPorts"), "name", (*path, "managementPorts"), code="H128")
    _ports_once(reader, data.get("outputPorts"), (*path, "outputPorts"))


def _ports_once(reader: Reader, ports: object, path: Path) -> None:
    """A port is known by its name and version."""
    seen: dict[tuple[str, str], int] = {}
    for number, port in enumerate(ports if isinstance(ports, list) else ()):
        if not isinstance(port, dict) or not isinstance(port.get("name"), str):
            continue
        identity = (port["name"], str(port.get("version", "")))
        if identity in seen:
            places = (
                reader.document.place((*path, seen[identity], "name"), "the first"),
                reader.document.place((*path, number, "name"), "again here"),
            )
            shown = reader.shown((*path, number, "name"))
            reader.trouble(
                "H128", f"two entries of `{path[-1]}` are {shown} at one version", places, "rename one, or raise its version"
            )
        seen.setdefault(identity, number)


def _management_port(reader: Reader, data: Data, path: Path) -> None:
    wanted = {"rest": "url", "topic": "channel"}.get(str(data.get("type", "rest")))
    if wanted is not None and wanted not in data:
        place = (reader.document.place(path, f"`{wanted}` belongs here"),)
        summary = f"a management port of type `{data.get('type', 'rest')}` has a `{wanted}`"
        reader.trouble("H121", summary, place, f"add `{wanted}:`", Severity.WARNING)


_NEWEST = Dialect(
    "ODPS",
    (1, 1, 0),
    rules={DataProduct: _product, ManagementPort: _management_port},
    forms={Team: _team},
)
