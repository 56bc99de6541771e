"""`export …`: what the mesh tells other systems and other repositories."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli import exporting_catalogue, uploading
from hansa.cli.options import JsonOption, MeshOption
from hansa.cli.output import counted, say, write_json
from hansa.trouble import Place, Trouble, TroubleError, did_you_mean, one_of

if TYPE_CHECKING:
    from hansa.model import Domain, Mesh

export = typer.Typer(
    name="export",
    help="Documents for other systems and other repositories.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def add_to(app: typer.Typer) -> None:
    export.command()(manifest)
    export.command()(oaas)
    exporting_catalogue.add_to(export)
    app.add_typer(export)


@export.callback()
def documents() -> None:
    """Documents for other systems and other repositories."""


def manifest(
    domains: Annotated[
        list[str] | None, typer.Argument(metavar="[DOMAIN]...", help="The domains; all of this repository by default.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to a file instead of stdout.")] = None,
    to: Annotated[
        str, typer.Option("--to", metavar="URL", help="Upload to the server of a mesh that waits for it.", show_default=False)
    ] = "",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Write the public surface of domains.

    Contracts, ports, their lineage and classes, and who owns them, as one document that a mesh in another repository names
    under `domains`. It tells nothing of how they are made. With --to each domain is uploaded to the server of that mesh, with the
    token in HANSA_TOKEN; it is refused, with exit code 1, when it breaks who reads it there.

    Example: hansa export manifest customer --out customer.json
    """
    from hansa.model.manifest import manifest_of, to_text
    from hansa.scaffold import put
    from hansa.wiring import Workplace

    if to and out is not None:
        raise TroubleError(Trouble("H907", "--to and --out go not together", mend="upload it, or write it to a file"))
    with Workplace.open(mesh) as workplace:
        chosen = _chosen(workplace.compiled.mesh, domains or [])
        if to:
            uploading.upload(workplace.compiled.mesh, chosen, to, json=json)
            return
        text = to_text(manifest_of(workplace.compiled.mesh, chosen))
    if out is None:
        sys.stdout.write(text)
        return
    try:
        put(out, text)
    except OSError as error:
        summary = f"{out} cannot be written: {error.strerror or type(error).__name__}"
        raise TroubleError(Trouble("H939", summary, (Place(str(out)),), "name a file in a folder that is yours")) from None
    products = sum(len(d.products) for d in chosen)
    if json:
        write_json({"manifest": str(out), "domains": [str(d.name) for d in chosen], "products": products})
    else:
        say(f"{out}: {counted(len(chosen), 'domain')} with {counted(products, 'product')}")


def oaas(
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="A consumer, a request, or a domain, product or port; everything by default.")
    ] = "",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Write who may read what as access agreements.

    One YAML document for each request and agreement, of the Open Access Agreement Standard (Bitol RFC 56, a draft, v0.9.0).

    Example: hansa export oaas customer.profiles
    """
    import yaml

    from hansa.access.history import requests_of
    from hansa.access.oaas import access_agreements
    from hansa.wiring import Workplace, now

    with Workplace.open(mesh) as workplace:
        found = access_agreements(requests_of(workplace.ledger.access_steps()), workplace.compiled.mesh, now(), name)
    if not found and name:
        summary = f"nothing was asked for or agreed about `{name[:80]}`"
        raise TroubleError(Trouble("H946", summary, mend="`hansa access list` shows the requests, `--for` those of a consumer"))
    if json:
        write_json({"agreements": list(found)})
    else:
        yaml.safe_dump_all(found, sys.stdout, sort_keys=False, allow_unicode=True, width=130)


def _chosen(mesh: "Mesh", names: list[str]) -> "tuple[Domain, ...]":
    """The domains of this repository that are asked for. One with broken products is refused: the others would miss them."""
    own = {str(d.name): d for d in mesh.domains if not d.manifest}
    unknown = [n for n in names if n not in own]
    if unknown or not own:
        mend = (did_you_mean(unknown[0], own) if unknown else "") or (f"its domains: {one_of(own)}" if own else "add one")
        summary = f"this repository has no domain `{unknown[0]}`" if unknown else "this repository has no domain"
        raise TroubleError(Trouble("H938", summary, mend=mend))
    chosen = tuple(own[n] for n in dict.fromkeys(names)) or tuple(own.values())
    broken = sorted(p for p in mesh.broken if p.in_domain in {d.name for d in chosen})
    if broken:
        summary = f"the manifest would miss {', '.join(map(str, broken))}, which {'has' if len(broken) == 1 else 'have'} troubles"
        raise TroubleError(Trouble("H937", summary, mend="`hansa check` shows the troubles; mend them first"))
    return chosen
