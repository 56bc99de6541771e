"""Where the ports of a mesh are read: the addresses that `hansa serve` has for the world."""

import enum
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from hansa.catalog.exports.iris import web
from hansa.frozen import dataclass
from hansa.names import PortMajor
from hansa.rows import Format
from hansa.trouble import Trouble, TroubleError

API = "/api/v1"
MEDIA_TYPES: Mapping[Format, str] = {
    Format.CSV: "text/csv",
    Format.JSON: "application/json",
    Format.NDJSON: "application/x-ndjson",
    Format.ARROW: "application/vnd.apache.arrow.stream",
    Format.PARQUET: "application/vnd.apache.parquet",
}
"""As the HTTP API names them; a test compares."""


class Way(enum.StrEnum):
    HTTP = "http"
    FLIGHT = "flight"


_SCHEMES = {"http": Way.HTTP, "https": Way.HTTP, "grpc": Way.FLIGHT, "grpc+tcp": Way.FLIGHT, "grpc+tls": Way.FLIGHT}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address, without a slash at its end."""

    way: Way
    url: str

    def data(self, port: PortMajor) -> str:
        """Where the rows of a port are read over HTTP."""
        return f"{self.url}{data_path(port)}"


def endpoints_of(urls: Iterable[str]) -> tuple[Endpoint, ...]:
    """The addresses that were told, sorted, each once. Raises TroubleError for one that no port is read at."""
    return tuple(sorted({_endpoint(url.strip().rstrip("/")) for url in urls}, key=lambda e: (e.way != Way.HTTP, e.url)))


def data_path(port: PortMajor) -> str:
    return f"{API}/ports/{port.sql}/data"


def _endpoint(url: str) -> Endpoint:
    scheme, _, rest = url.partition("://")
    way = _SCHEMES.get(scheme.lower())
    checked = web(f"http://{rest}") if rest else None
    try:
        plain = checked is not None and urlsplit(f"http://{rest}").username is None and not set("?#") & set(rest)
        _ = urlsplit(f"http://{rest}").port
    except ValueError:
        plain = False
    if way is None or checked is None or not plain:
        mend = "https://hansa.example.com is one over HTTP, grpc+tls://hansa.example.com:8816 one over Flight SQL"
        raise TroubleError(Trouble("H815", f"`{url[:80]}` is no address that ports are read at", mend=mend))
    return Endpoint(way, f"{scheme.lower()}://{checked.text.removeprefix('http://')}")
