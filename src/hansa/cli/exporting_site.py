"""`export site`: the catalogue as a static site that any web server can serve."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import EnvOption, JsonOption, MeshOption
from hansa.cli.output import counted, say, write_json
from hansa.cli.products import tell_left_out

if TYPE_CHECKING:
    from hansa.catalog.exports.site import Look, Seen
    from hansa.serving import Serving

EVERYBODY = "hansa:everybody"
"""A principal of no team, whose name no account can have: what policies let it know, they let everybody who is signed in."""


def site(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The site's folder: a new one, or one made before.")] = Path(
        "site"
    ),
    user: Annotated[
        str, typer.Option("--as", metavar="USER", help="Only what this user may know of. By default what everybody may.")
    ] = "",
    environment: EnvOption = "prod",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Write the catalogue as a static site: pages, a search that runs in the browser, and cards for programs.

    It tells what everybody who is signed in may know of, no rows, and nothing of who reads. Written again, only what changed is
    written; a folder that was not made by this command is refused.

    Example: hansa export site --out public
    """
    from hansa.catalog.exports.site import keep
    from hansa.catalog.exports.site import site as files_of
    from hansa.serving import Serving
    from hansa.wiring import Workplace

    with Workplace.open(mesh) as workplace, Serving(workplace) as serving:
        shown = seen(serving, user, environment)
        kept = keep(out, files_of(shown, look()))
    products = len(shown.mesh.products)
    if json:
        write_json(
            {
                "folder": str(out),
                "audience": user or "everybody",
                "products": products,
                "files": kept.files,
                "written": kept.written,
                "unchanged": kept.unchanged,
                "removed": kept.removed,
            }
        )
        return
    whom = f"what {user} may know of" if user else "what everybody who is signed in may know of"
    say(f"{out}: {counted(products, 'product')}, {whom}")
    say(f"{counted(kept.written, 'file')} written, {kept.unchanged} as they were, {kept.removed} removed")


def seen(serving: "Serving", user: str, environment: str) -> "Seen":
    """What the site tells: of everybody who is signed in, or of one user."""
    from hansa.catalog.exports import Iris, Told
    from hansa.catalog.exports.site import past, seen_by, standing
    from hansa.model import Principal
    from hansa.publish import all_visible
    from hansa.server.sight import Sight

    known, ledger, now = serving.mesh(), serving.workplace.ledger, serving.clock()
    principal = serving.reader(user).principal if user else Principal(EVERYBODY)
    audience = Sight(known, serving.decider, principal, now)
    tell_left_out(filter(audience.discovers, known.broken))
    publications = all_visible(ledger, environment, declared=False)
    told = Told(known, Iris.of(known.name, ""), publications)
    return seen_by(audience, told, standing(known, ledger, environment, publications, now), past(ledger, environment))


def look() -> "Look":
    """The look of the server's pages, which is above what makes the site."""
    from hansa.catalog.exports.site import Look
    from hansa.server.pages.icons import icon
    from hansa.server.pages.readme import shown
    from hansa.server.pages.rendering import HERE

    return Look(
        styles=(HERE / "static" / "hansa.css").read_bytes(),
        favicon=(HERE / "static" / "icon.svg").read_bytes(),
        mark=(HERE / "templates" / "mark.html").read_text("utf-8"),
        icon=icon,
        markdown=shown,
    )
