"""Where the data of a new product comes from: a file, or a table of a database, as people write it after `--from`."""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from hansa.engines import Engine, EngineFailed
from hansa.frozen import dataclass
from hansa.model import DuckDbTable, Schema, Server, Table
from hansa.names import word_like
from hansa.scaffold.infer import Inferred, infer, infer_relation
from hansa.trouble import Place, Trouble, TroubleError

_POSTGRES_PORT = 5432


@dataclass(frozen=True, slots=True)
class Origin:
    """A source: how people name it, its entry of `servers` as plain ODCS data, its table (empty for files), what was found."""

    named: str
    server: Mapping[str, object]
    table: str
    inferred: Inferred


def find_origin(text: str, root: Path, engine: Engine, environ: Mapping[str, str]) -> Origin:
    """Look at what follows `--from`: a file, `duckdb:FILE#TABLE`, `sqlite:FILE#TABLE` or `postgresql://HOST:PORT/DB#TABLE`.

    Raises TroubleError when it cannot be read.
    """
    kind, _, rest = text.partition(":")
    match kind:
        case "duckdb" | "sqlite":
            return _table_of_file(text, kind, rest, root, engine, environ)
        case "postgres" | "postgresql":
            return _table_of_server(text, root, engine, environ)
        case _:
            return _file(text, root, engine)


def _file(text: str, root: Path, engine: Engine) -> Origin:
    inferred = infer(Path(text), engine)
    named = _from_root(Path(text), root)
    server: dict[str, object] = {"server": "file", "type": "local", "path": named, "format": inferred.format}
    if inferred.format == "parquet":
        inferred = _readable(inferred, server, root)
    if inferred.format == "csv" and inferred.delimiter != ",":
        server["customProperties"] = [{"property": "delimiter", "value": inferred.delimiter, "vendor": "hansa"}]
    return Origin(named, server, "", inferred)


def _readable(inferred: Inferred, server: Mapping[str, object], root: Path) -> Inferred:
    """Without the columns that a run could not read, such as durations, for which tables have no type."""
    from hansa.sources import open_source

    opened = open_source(_server(server), Table("file", ()), Schema(()), root, {})
    found = opened.describe()
    names = set(found.names) if found is not None else {c.found for c in inferred.columns}
    return replace(inferred, columns=tuple(c for c in inferred.columns if c.found in names))


def _server(data: Mapping[str, object]) -> Server:
    options = tuple((k, str(v)) for k, v in data.items() if k not in ("server", "type"))
    return Server(str(data["server"]), str(data["type"]), options=options)


def _table_of_file(text: str, kind: str, rest: str, root: Path, engine: Engine, environ: Mapping[str, str]) -> Origin:
    written, _, table = rest.partition("#")
    if not written or not table:
        raise _misspelled(text, f"{kind}:FILE#TABLE")
    path = _from_root(Path(written), root)
    name = word_like(Path(written).stem) or "database"
    if kind == "duckdb":
        server = {"server": name, "type": "duckdb", "database": path, "schema": "main"}
        return Origin(text, server, table, _landed(server, table, root, engine, environ))
    # The standard has no type for SQLite.
    server = {"server": name, "type": "custom"}
    options = [{"property": p, "value": v, "vendor": "hansa"} for p, v in (("driver", "sqlite"), ("database", path))]
    found = _landed({**server, "driver": "sqlite", "database": path}, table, root, engine, environ)
    return Origin(text, {**server, "customProperties": options}, table, found)


def _table_of_server(text: str, root: Path, engine: Engine, environ: Mapping[str, str]) -> Origin:
    try:
        url = urlsplit(text)
        host, port = url.hostname or "", url.port or _POSTGRES_PORT
    except ValueError:
        raise _misspelled(text, "postgresql://HOST:PORT/DATABASE#SCHEMA.TABLE") from None
    database, table = url.path.strip("/"), url.fragment
    if url.username or url.password:
        raise TroubleError(
            Trouble(
                "H919",
                "a source is named without user and password: contracts are no place for secrets",
                mend="set PGUSER and PGPASSWORD in the environment, and leave them out of the address",
            )
        )
    if not host or not database or not table:
        raise _misspelled(text, "postgresql://HOST:PORT/DATABASE#SCHEMA.TABLE")
    namespace, _, name = table.rpartition(".")
    server = {"server": word_like(database) or "database", "type": "postgresql", "host": host, "port": port}
    server |= {"database": database, "schema": namespace or "public"}
    return Origin(text, server, name, _landed(server, name, root, engine, environ))


def _landed(data: Mapping[str, object], table: str, root: Path, engine: Engine, environ: Mapping[str, str]) -> Inferred:
    """What a table holds, read the way a run will read it. Databases without types of columns are read as text and guessed."""
    from hansa.sources import open_source

    server = _server(data)
    promised = Table(table, (), physical_name=table)
    with tempfile.TemporaryDirectory() as landing:
        try:
            found = open_source(server, promised, Schema(()), root, environ).describe()
            relation = open_source(server, promised, found or Schema(()), root, environ).relation(Path(landing))
            if isinstance(relation, DuckDbTable):
                return infer_relation(relation, engine.schema_of(relation), engine)
            assert found is not None, server
            return infer_relation(relation, found, engine, texts=server.option("driver") == "sqlite")
        except EngineFailed as failed:
            raise TroubleError(Trouble("H913", f"table {table} cannot be read: {failed.reason}")) from failed


def _from_root(path: Path, root: Path) -> str:
    """A path inside the mesh moves with it; one outside is named from the root of the file system."""
    absolute, home = path.resolve(), root.resolve()
    return absolute.relative_to(home).as_posix() if absolute.is_relative_to(home) else absolute.as_posix()


def _misspelled(text: str, form: str) -> TroubleError:
    return TroubleError(Trouble("H913", f"`{text}` names no table", (Place(text),), f"write it {form}"))
