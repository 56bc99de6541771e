"""`export manifest --to URL`: manifests uploaded to the server of another mesh, one domain after the other."""

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import typer

from hansa.cli.output import counted, say, write_json, write_troubles
from hansa.trouble import Trouble

if TYPE_CHECKING:
    from hansa.client.manifests import Uploaded
    from hansa.model import Domain, Mesh


def upload(mesh: "Mesh", domains: "tuple[Domain, ...]", url: str, *, json: bool) -> None:
    """Upload the manifests of domains. Exits with 1 when the server refuses one; those before it are uploaded, and told of."""
    from hansa.client.manifests import UploadRefused, manifests_of
    from hansa.model.manifest import manifest_of, to_text

    server = manifests_of(url, os.environ)
    done: list[Uploaded] = []
    refused: tuple[Trouble, ...] = ()
    for domain in domains:
        try:
            done.append(server.upload(str(domain.name), to_text(manifest_of(mesh, (domain,)))))
        except UploadRefused as error:
            refused = error.troubles
            break
        say(_line(done[-1]))  # now, since the server may be gone at the next one
    if json:
        write_json({"to": _plain(url), "uploads": [_json(u) for u in done], "troubles": [t.to_json() for t in refused]})
    elif refused:
        write_troubles(refused)
    if refused:
        raise typer.Exit(1)


def _line(uploaded: "Uploaded") -> str:
    if uploaded.unchanged:
        return f"{uploaded.domain}: version {uploaded.version} is just that already"
    breaking = sum(bool(c.get("breaking")) for c in uploaded.changes)
    changes = f"{counted(len(uploaded.changes), 'change')}, {breaking} breaking"
    return f"{uploaded.domain}: version {uploaded.version} is uploaded ({changes})"


def _json(uploaded: "Uploaded") -> dict[str, object]:
    return {
        "domain": uploaded.domain,
        "version": uploaded.version,
        "unchanged": uploaded.unchanged,
        "changes": [dict(c) for c in uploaded.changes],
    }


def _plain(url: str) -> str:
    """The address without what may be secret in it."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
