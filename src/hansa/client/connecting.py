"""`hansa.connect`: which way an address means, and where its token comes from when nobody says it."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from hansa.client.connection import Connection
from hansa.client.flight import Claims
from hansa.trouble import Trouble, TroubleError

SCHEMES = ("grpc", "grpc+tls", "http", "https")


def connect(
    url: str = "",
    *,
    token: str = "",
    consumer: str = "",
    purpose: str = "",
    environment: str = "",
    mesh: str | Path = "",
    as_user: str = "",
    roots: bytes | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Connection:
    """A connection to a gateway at `grpc://host:port` or `http://host:port`, or to the mesh in a folder.

    What is not said is taken from HANSA_URL, HANSA_TOKEN, HANSA_CONSUMER and HANSA_PURPOSE. `roots` are certificates in PEM that
    a server's own is checked against. A mesh in a folder needs no token: whoever has the folder could read its files anyway.
    """
    claims = Claims(
        token=token or (environ.get("HANSA_TOKEN", "") if not mesh else ""),
        consumer=consumer or environ.get("HANSA_CONSUMER", ""),
        purpose=purpose or environ.get("HANSA_PURPOSE", ""),
        environment=environment,
    )
    if mesh:
        from hansa.client.local import LocalWay

        return Connection(LocalWay(Path(mesh), as_user), claims, str(mesh))
    address = (url or environ.get("HANSA_URL", "")).rstrip("/")
    at = urlsplit(address)
    if at.scheme not in SCHEMES or not at.hostname:
        mend = "name grpc://host:port or http://host:port, or set HANSA_URL; `hansa serve` prints both"
        raise TroubleError(Trouble("H953", "there is no address of a gateway to connect to", mend=mend))
    if not claims.token.isascii() or not claims.token:
        mend = "pass token=…, or set HANSA_TOKEN; `hansa token issue USER` makes one"
        raise TroubleError(Trouble("H953", "a connection needs a token", mend=mend))
    shown = f"{at.scheme}://{at.hostname}" + (f":{at.port}" if at.port else "")
    if at.scheme.startswith("http"):
        from hansa.client.http import HttpWay

        return Connection(HttpWay(address, roots), claims, shown)
    from hansa.client.dbapi import FlightConnection

    way = FlightConnection(address, claims, roots=roots)
    return Connection(way, claims, shown, way.cursor)
