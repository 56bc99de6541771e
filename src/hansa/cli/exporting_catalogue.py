"""`export dcat`, `dprod`, `openapi`, `cards` and `site`: the catalogue as other systems and programs read it."""

import contextlib
import enum
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.exporting_site import site
from hansa.cli.options import EnvOption, JsonOption, MeshOption
from hansa.cli.output import counted, say, write_json
from hansa.cli.products import tell_left_out
from hansa.frozen import dataclass
from hansa.trouble import Place, Trouble, TroubleError

if TYPE_CHECKING:
    from hansa.catalog import ProductState
    from hansa.catalog.exports import MayDiscover, Told
    from hansa.serving import Serving


class Form(enum.StrEnum):
    JSON_LD = "jsonld"
    TURTLE = "turtle"


NameArgument = Annotated[str, typer.Argument(metavar="[NAME]", help="A domain or product; the whole mesh by default.")]
FormatOption = Annotated[Form, typer.Option("--format", help="JSON-LD 1.1 or Turtle.")]
BaseOption = Annotated[
    str, typer.Option("--base-iri", metavar="IRI", help="What all names begin with; `urn:hansa:` and the mesh by default.")
]
UrlOption = Annotated[
    list[str] | None,
    typer.Option(
        "--url", metavar="URL", help="Where the mesh is served: https://… or, over Flight SQL, grpc+tls://…; any number."
    ),
]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to a file instead of stdout.")]
AsOption = Annotated[str, typer.Option("--as", metavar="USER", help="Only what this user may know of. By default all of it.")]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be told, and how its products stand, which only cards say."""

    told: "Told"
    states: "Callable[[], Mapping[str, ProductState]]"


def add_to(export: typer.Typer) -> None:
    for command in (dcat, dprod, openapi, cards, site):
        export.command()(command)


def dcat(
    name: NameArgument = "",
    form: FormatOption = Form.JSON_LD,
    base_iri: BaseOption = "",
    url: UrlOption = None,
    out: OutOption = None,
    user: AsOption = "",
    environment: EnvOption = "prod",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Write the mesh as a catalogue of DCAT 3.

    Domains are themes, products and the ports of products are datasets, contracts are the standards that those conform to. With
    --url they have distributions and data services, too.

    Example: hansa export dcat --format turtle --url https://hansa.example.com --out catalogue.ttl
    """
    from hansa.catalog.exports import dcat as resources_of
    from hansa.catalog.exports import json_ld, turtle

    with _asked(mesh, user, environment, base_iri, url, name) as asked:
        resources, told = resources_of(asked.told), asked.told
        _write(json_ld(resources) if form is Form.JSON_LD else turtle(resources), form, told, out, as_json=json)


def dprod(
    name: NameArgument = "",
    form: FormatOption = Form.JSON_LD,
    base_iri: BaseOption = "",
    url: UrlOption = None,
    out: OutOption = None,
    user: AsOption = "",
    environment: EnvOption = "prod",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Write data products in the words of DPROD, the ontology of data products.

    Each with its owner, domain, purpose, stage of life, input and output ports and their datasets.

    Example: hansa export dprod customer.profiles
    """
    from hansa.catalog.exports import SHORT, json_ld, turtle
    from hansa.catalog.exports import dprod as resources_of

    with _asked(mesh, user, environment, base_iri, url, name) as asked:
        resources, told = resources_of(asked.told), asked.told
        _write(json_ld(resources, SHORT) if form is Form.JSON_LD else turtle(resources), form, told, out, as_json=json)


def openapi(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The product.")],
    url: UrlOption = None,
    out: OutOption = None,
    user: AsOption = "",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Write how the ports of a product are read over HTTP, as a document of OpenAPI 3.1.

    It has a path for each port at each major, with the schema of its rows.

    Example: hansa export openapi customer.profiles --url https://hansa.example.com
    """
    from hansa.catalog.exports import openapi as document_of
    from hansa.catalog.exports import product_of, written

    with _asked(mesh, user, "prod", "", url) as asked:
        document = document_of(asked.told, product_of(asked.told.mesh, name))
        if out is None:
            sys.stdout.write(written(document))
            return
        _write_file(out, (written(document),))
    if json:
        write_json({"file": str(out), "format": "openapi", "paths": len(document["paths"])})
    else:
        say(f"{out}: {counted(len(document['paths']), 'path')}")


def cards(
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write into a folder instead of to stdout.")] = None,
    url: UrlOption = None,
    user: AsOption = "",
    environment: EnvOption = "prod",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Write a card of Markdown for each product, and an index of them as llms.txt.

    For programs that look for data: what a product is, its ports and columns, who answers for it, how to ask for access.

    Example: hansa export cards --out public
    """
    from hansa.catalog.exports import cards as cards_of

    with _asked(mesh, user, environment, "", url) as asked:
        made = cards_of(asked.told, asked.states())
        if out is not None:
            files = []
            for card in made:
                _write_file(out / card.path, (card.text,))
                files.append(card.path)
            strays = sorted(f"products/{p.name}" for p in (out / "products").glob("*.md") if f"products/{p.name}" not in files)
        elif json:
            write_json({"cards": [{"path": c.path, "text": c.text} for c in made]})
            return
        else:
            for number, card in enumerate(made):
                sys.stdout.write(("\n---\n\n" if number else "") + card.text)
            return
    if json:
        write_json({"folder": str(out), "files": files, "strays": strays})
        return
    say(f"{out}: an index and {counted(len(files) - 1, 'card')}")
    if strays:
        say(f"{out} has cards of what is not in this export, which were left as they are: {', '.join(strays)}")


@contextlib.contextmanager
def _asked(
    mesh: Path | None, user: str, environment: str, base_iri: str, urls: list[str] | None, name: str = ""
) -> Iterator[_Asked]:
    """What is to be told of a mesh, to a user or to whoever works on this machine. What is in trouble is named and left out."""
    from hansa.catalog import states
    from hansa.catalog.exports import Iris, Told, about, discoverable, endpoints_of
    from hansa.publish import all_visible
    from hansa.serving import Serving
    from hansa.wiring import Workplace, now

    with Workplace.open(mesh) as workplace, Serving(workplace) as serving:
        known = serving.mesh()
        endpoints, iris = endpoints_of(urls or ()), Iris.of(known.name, base_iri)
        if user:
            known = discoverable(known, _may(serving, user))
        chosen = about(known, name)
        tell_left_out(p for p in chosen.broken if not name or str(p.in_domain) == name)
        told = Told(chosen, iris, all_visible(workplace.ledger, environment), endpoints)
        yield _Asked(told, lambda: {s.name: s for s in states(chosen, workplace.ledger, environment, now())})


def _may(serving: "Serving", user: str) -> "MayDiscover":
    """Whether a user may know of something, as it is decided now."""
    from hansa.access import Action

    principal, now = serving.reader(user).principal, serving.clock()
    return lambda what: serving.decider.may(principal, Action.DISCOVER, what, now).allowed


def _write(pieces: Iterable[str], form: Form, told: "Told", out: Path | None, *, as_json: bool) -> None:
    """A document to stdout or to a file. With --json stdout has JSON: a document that is none is put into one."""
    if out is not None:
        _write_file(out, pieces)
        products = len(told.mesh.products)
        if as_json:
            write_json({"file": str(out), "format": str(form), "products": products})
        else:
            say(f"{out}: {counted(products, 'product')}")
    elif as_json and form is Form.TURTLE:
        write_json({"format": str(form), "document": "".join(pieces)})
    else:
        sys.stdout.writelines(pieces)


def _write_file(path: Path, pieces: Iterable[str]) -> None:
    """Write piece by piece, so that a large mesh is never in memory as text. Folders that are missing are made."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
    except OSError as error:
        summary = f"{path} cannot be written: {error.strerror or type(error).__name__}"
        raise TroubleError(Trouble("H817", summary, (Place(str(path)),), "name one in a folder that is yours")) from None
