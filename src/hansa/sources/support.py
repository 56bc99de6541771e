"""Which servers can be read: decided from the declaration alone, so that `check` can tell."""

from pathlib import PurePosixPath
from urllib.parse import urlsplit, urlunsplit

from hansa.model import Server

FORMATS = ("parquet", "csv", "json", "ndjson", "delta")
_SUFFIXES = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
}
_NEEDED = {
    "local": ("path",),
    "duckdb": ("database",),
    "postgres": ("host", "port", "database"),
    "postgresql": ("host", "port", "database"),
    "api": ("location",),
}


def shown_url(url: str) -> str:
    """An address without what may be secret in it: user, password, query. Of what is no address nothing is shown."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "at what is no address"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "…" if parts.query else "", ""))


def support(server: Server) -> str | None:
    """None when the server can be read; else why not, as the end of a sentence."""
    kind = kind_of(server)
    if kind is None:
        return f"servers of type `{server.type}` are not read yet"
    missing = [field for field in _NEEDED.get(server.type, ()) if not server.option(field)]
    if missing:
        return f"server `{server.name}` has no `{missing[0]}`"
    if kind in ("local", "http"):
        return _format_trouble(server, kind)
    if kind == "sqlite" and not (server.option("database") or server.option("path")):
        return f"server `{server.name}` has no `database`"
    return None


def kind_of(server: Server) -> str | None:
    """How a server is read: local, http, postgres, duckdb, sqlite; None when it is not.

    The standard has no type for SQLite: it is `custom` with a custom property `driver: sqlite`. Files behind HTTP are `api` (or
    `custom`) with their `location`; a `local` path that is a URL is taken for what it is.
    """
    match server.type.lower():
        case "local":
            return "http" if is_url(server.option("path")) else "local"
        case "api":
            return "http" if is_url(server.option("location")) else None
        case "postgres" | "postgresql":
            return "postgres"
        case "duckdb":
            return "duckdb"
        case "sqlite":
            return "sqlite"
        case "custom" if server.option("driver").lower() in ("sqlite", "duckdb", "postgres"):
            return server.option("driver").lower()
        case "custom" if is_url(server.option("location")):
            return "http"
        case _:
            return None


def location_of(server: Server) -> str:
    """The path or URL of a server of files."""
    return server.option("location") or server.option("path")


def format_of(server: Server) -> str:
    """The format of a server's files: as declared, else by the suffix; empty when neither tells."""
    written = server.option("format").lower().lstrip(".")
    if written:
        return {"jsonl": "ndjson", "json lines": "ndjson"}.get(written, written)
    location = location_of(server).removesuffix(".gz")
    try:
        path = urlsplit(location).path if is_url(location) else location
    except ValueError:
        return ""  # no address: reading it will say so
    return _SUFFIXES.get(PurePosixPath(path).suffix.lower(), "")


def is_url(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))


def _format_trouble(server: Server, kind: str) -> str | None:
    found = format_of(server)
    if not found:
        return f"server `{server.name}` does not say its `format`"
    if found not in FORMATS or (kind == "http" and found == "delta"):
        return f"files of format `{found}` are not read yet{' over HTTP' if kind == 'http' else ''}"
    return None
