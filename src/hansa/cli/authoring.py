"""`init` and `new`: scaffolds that pass `check` at once."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import JsonOption, MeshOption
from hansa.cli.output import counted, write, write_json
from hansa.names import DomainName, ProductName, is_word, parse_product, word_like
from hansa.trouble import Place, Trouble, TroubleError, did_you_mean, one_of

if TYPE_CHECKING:
    from hansa.declare import DomainDeclaration, ProductDeclaration
    from hansa.wiring import Workplace

new = typer.Typer(no_args_is_help=True, help="Make a domain, product, port or contract.")


def add_to(app: typer.Typer) -> None:
    app.command()(init)
    app.add_typer(new, name="new")


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the new mesh.")],
    template: Annotated[str, typer.Option("--template", help="blank, or retail: the reference mesh on real data.")] = "blank",
    json: JsonOption = False,
) -> None:
    """Make a new mesh.

    Example: hansa init retail --template retail
    """
    from hansa.scaffold import TEMPLATES, new_mesh

    if template not in TEMPLATES:
        mend = did_you_mean(template, TEMPLATES) or f"templates: {one_of(TEMPLATES)}"
        raise TroubleError(Trouble("H915", f"there is no template `{template}`", mend=mend))
    files = new_mesh(folder, template)
    if json:
        write_json({"mesh": str(folder), "files": list(files)})
    else:
        write(f"a new mesh in {folder}: {counted(len(files), 'file')}")
        again = f" --mesh {folder}" if folder.absolute() != Path.cwd() else ""
        write(f"next: hansa run{again}" if template == "retail" else f"next: hansa new domain NAME{again}")


@new.command()
def domain(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A word: lower-case letters, digits, underscores.")],
    title: Annotated[str, typer.Option("--title", help="The name that people read.")] = "",
    owner: Annotated[str, typer.Option("--owner", metavar="TEAM", help="The team that answers for it.")] = "",
    capability: Annotated[str, typer.Option("--capability", help="The business capability it serves.")] = "",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Make a domain.

    Example: hansa new domain customer --owner customer-team
    """
    from hansa.scaffold import new_domain
    from hansa.wiring import Workplace

    with Workplace.open(mesh) as workplace:
        address = DomainName(_word(name, "domain"))
        if address.domain in {d.name for d in workplace.declarations.domains}:
            raise TroubleError(Trouble("H910", f"there is a domain {address} already", mend="choose another name"))
        files = new_domain(workplace.root, address, title=title, owner=owner, capability=capability)
    _created(files, f"next: hansa new product {address}/NAME --from FILE", json)


@new.command()
def product(
    name: Annotated[str, typer.Argument(metavar="DOMAIN/NAME", help="The domain and a word for the product.")],
    source: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="FILE|TABLE",
            help="Infer input, contract and model from Parquet, CSV, JSON, NDJSON, duckdb:FILE#TABLE, sqlite:FILE#TABLE "
            "or postgresql://HOST:PORT/DB#TABLE.",
        ),
    ] = "",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Make a product with contract, model and output port.

    Example: hansa new product customer/profiles --from profiles.csv
    """
    from hansa.scaffold import find_origin, new_product
    from hansa.wiring import Workplace

    address = _product_name(name)
    with Workplace.open(mesh) as workplace:
        home = _domain(workplace, address)
        if any(p.address == address for p in home.products):
            raise TroubleError(Trouble("H910", f"there is a product {address} already", mend="choose another name"))
        origin = find_origin(source, workplace.root, workplace.embedded(), workplace.environ) if source else None
        files = new_product(workplace.root, f"{home.folder}/{address.product}", address, owner=home.owner, origin=origin)
    _created(files, f"next: hansa check, then hansa run {address}", json)


@new.command()
def port(
    name: Annotated[str, typer.Argument(metavar="PRODUCT", help="The product, such as customer.profiles.")],
    port_name: Annotated[str, typer.Argument(metavar="PORT", help="A word for the port.")],
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Add an output port to a product.

    With a contract and a model of two example rows.

    Example: hansa new port customer.profiles households
    """
    from hansa.scaffold import new_port
    from hansa.wiring import Workplace

    word = _word(port_name, "port")
    with Workplace.open(mesh) as workplace:
        home, found = _product(workplace, _product_name(name))
        files = new_port(workplace.root, found.folder, found.address, word, home.owner)
    _created(files, f"next: edit {files[0]} and {files[1]}, then hansa check", json)


@new.command()
def contract(
    name: Annotated[str, typer.Argument(metavar="PRODUCT", help="The product, such as customer.profiles.")],
    contract_name: Annotated[str, typer.Argument(metavar="NAME", help="A word for the contract.")],
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Add a contract to a product.

    It has two example columns; name its id in a port to use it.

    Example: hansa new contract customer.profiles households
    """
    from hansa.scaffold import new_contract
    from hansa.wiring import Workplace

    word = _word(contract_name, "contract")
    with Workplace.open(mesh) as workplace:
        home, found = _product(workplace, _product_name(name))
        files = new_contract(workplace.root, found.folder, found.address, word, home.owner)
    _created(files, f"next: edit {files[0]}, and name its id in a port of product.odps.yaml", json)


def _created(files: tuple[str, ...], following: str, as_json: bool) -> None:
    if as_json:
        write_json({"created": list(files)})
        return
    write("\n".join(files))
    write(following)


def _word(text: str, what: str) -> str:
    if not is_word(text):
        near = word_like(text)
        raise TroubleError(
            Trouble(
                "H916",
                f"`{text}` cannot name a {what}: lower-case letters, digits and underscores, a letter first",
                mend=f"`{near}` can" if near else "choose a word such as `profiles`",
            )
        )
    return text


def _product_name(text: str) -> ProductName:
    try:
        return parse_product(text)
    except ValueError as wrong:
        raise TroubleError(Trouble("H916", str(wrong), mend="write it DOMAIN/NAME, such as customer/profiles")) from wrong


def _domain(workplace: "Workplace", address: ProductName) -> "DomainDeclaration":
    domains = {d.name: d for d in workplace.declarations.domains}
    if address.domain not in domains:
        mend = did_you_mean(address.domain, domains) or f"hansa new domain {address.domain}"
        raise TroubleError(Trouble("H917", f"there is no domain `{address.domain}`", (Place("hansa.yaml"),), mend))
    return domains[address.domain]


def _product(workplace: "Workplace", address: ProductName) -> "tuple[DomainDeclaration, ProductDeclaration]":
    home = _domain(workplace, address)
    for found in home.products:
        if found.address == address:
            return home, found
    known = [str(p.address) for p in home.products]
    mend = did_you_mean(str(address), known) or f"hansa new product {address.domain}/{address.product}"
    raise TroubleError(Trouble("H905", f"there is no product {address}", mend=mend))
