"""`acknowledge`: a consumer's owner accepts a breaking change, in a file of the consumer's folder."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import EnvOption, JsonOption, MeshOption
from hansa.cli.output import write, write_json
from hansa.cli.plans import BaseOption
from hansa.names import ProductName, Version, parse, parse_product
from hansa.trouble import Place, Trouble, TroubleError, did_you_mean, one_of

if TYPE_CHECKING:
    from hansa.wiring import Workplace


def add_to(app: typer.Typer) -> None:
    app.command()(acknowledge)


def acknowledge(
    subject: Annotated[
        str,
        typer.Argument(metavar="SUBJECT", help="The port or column that changes, as `hansa plan` names it.", show_default=False),
    ],
    consumer: Annotated[str, typer.Option("--for", metavar="PRODUCT", help="The product that accepts the change.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it can live with it.")],
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who accepts it: of the product's team. By default you.")] = "",
    version: Annotated[
        str,
        typer.Option("--version", metavar="V", help="The contract version that brings it, for a change that is not here yet."),
    ] = "",
    env: EnvOption = "prod",
    base: BaseOption = None,
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Accept a breaking change for a product that reads what changes.

    The entry goes into the product's acknowledgements.yaml, to be committed like everything else. Without --version, the change
    is looked up in the plan, and must concern the product.

    Example: hansa acknowledge orders.history.history#total --for customer.preferences --reason "we move to amount in May"
    """
    from hansa.compile.acknowledgements import speakers_for
    from hansa.declare.governance.acknowledgements import FILE
    from hansa.wiring import Workplace, actor, now

    with Workplace.open(mesh) as workplace:
        name = _product(consumer, workplace)
        file = _folder(workplace, name) / FILE
        who = by or actor(workplace.environ)
        _check_speaker(who, name, speakers_for(name, workplace.declarations))
        _check_subject(subject, version, workplace)
        _check_words(reason, version)
        accepted = version or _version(workplace, subject, name, env, base)
        today = now().astimezone().date()
        entry = {"subject": subject, "version": accepted, "by": who, "reason": reason, "on": today.isoformat()}
        shown = Path(os.path.relpath(file, workplace.root)).as_posix()
        known = [a for a in workplace.compiled.mesh.governance.acknowledgements if a.consumer == name]
        if any((a.subject, a.version) == (subject, accepted) for a in known):
            raise TroubleError(Trouble("H334", f"{name} has accepted {subject} {accepted} before", (Place(shown),)))
        _add(file, entry, shown)
    if json:
        write_json({"acknowledged": {**entry, "consumer": str(name)}, "file": str(shown)})
    else:
        write(f"{name} accepts {subject} {accepted}: written to {shown}")


def _add(file: Path, entry: dict[str, str], shown: str) -> None:
    """Add an entry at the end of a product's acknowledgements. Raises TroubleError."""
    from hansa.declare.governance.acknowledgements import with_entry
    from hansa.scaffold import amend

    try:
        amend(file, lambda text: with_entry(text, entry, shown))
    except OSError as error:
        summary = f"an entry cannot be added to {shown}: {error.strerror or type(error).__name__}"
        mend = "make it a file of text that is yours to write"
        raise TroubleError(Trouble("H165", summary, (Place(shown),), mend)) from None


def _product(text: str, workplace: "Workplace") -> ProductName:
    try:
        return parse_product(text)
    except ValueError as error:
        if any(c.name == text for c in workplace.compiled.mesh.governance.consumers):
            summary = f"`{text}` is a use case, and only products accept changes: they keep it among their files"
            mend = "talk to its owner, then `hansa policy waive breaking-change-with-impact PRODUCT` says why it may go on"
            raise TroubleError(Trouble("H334", summary, mend=mend)) from None
        raise TroubleError(Trouble("H334", str(error), mend="write the product as domain.product")) from None


def _folder(workplace: "Workplace", consumer: ProductName) -> Path:
    """The folder of a product of this repository; it may be in trouble, as it is when what it reads is gone."""
    products = {p.address: p.folder for p in workplace.declarations.products}
    if consumer not in products:
        known = [str(p) for p in products]
        mend = did_you_mean(str(consumer), known) or f"products here: {one_of(known)}"
        raise TroubleError(Trouble("H334", f"{consumer} is no product of this repository", mend=mend))
    return (workplace.root / products[consumer]).resolve()


def _check_subject(subject: str, version: str, workplace: "Workplace") -> None:
    """Refuses what means nothing. With a version nobody looks it up; then a name that is nearly one of the mesh is a slip."""
    from hansa.plan import product_of

    try:
        product = product_of(parse(subject))
    except ValueError as error:
        raise TroubleError(Trouble("H334", str(error), mend="write it as `hansa plan` names it")) from None
    if product is None:
        mend = "name the port or column that changes: domain.product.port#column"
        raise TroubleError(Trouble("H334", f"`{subject}` is a domain, and domains do not change; their ports do", mend=mend))
    mesh = workplace.compiled.mesh
    known = {p.address for p in mesh.products} | mesh.broken
    near = did_you_mean(str(product), map(str, known)) if version and product not in known else ""
    if near:
        raise TroubleError(Trouble("H334", f"this mesh has no product {product}", mend=near))


def _check_words(reason: str, version: str) -> None:
    if not reason.strip():
        raise TroubleError(
            Trouble("H334", "an acknowledgement needs a reason", mend="say with --reason why the product can live with it")
        )
    try:
        Version.parse(version or "1.0.0")
    except ValueError as error:
        mend = "name the contract version that brings the change, such as 2.0.0"
        raise TroubleError(Trouble("H334", str(error), mend=mend)) from None


def _check_speaker(who: str, consumer: ProductName, speakers: frozenset[str]) -> None:
    if not who.strip():
        raise TroubleError(Trouble("H334", "it is not known who you are", mend="name who accepts the change with --by"))
    if speakers and who.lower() not in {s.lower() for s in speakers}:
        mend = f"name who accepts it with --by: {one_of(speakers)}"
        raise TroubleError(Trouble("H332", f"`{who}` accepts a change for {consumer} and is not of its team", mend=mend))


def _version(workplace: "Workplace", subject: str, consumer: ProductName, env: str, base: str | None) -> str:
    """The contract version that brings the change. Raises TroubleError when nothing of the subject concerns the consumer."""
    from hansa.cli.planning import against
    from hansa.plan import brings, covers
    from hansa.planning import planned

    made = against(workplace, None, base, force=False)[0] if base is not None else planned(workplace, None, env, force=False)
    about = [c for c in made.changes if covers(subject, c) and any(h.name == str(consumer) for h in c.consumers)]
    found = next((brings(c) for c in sorted(about, key=lambda c: not c.breaking) if brings(c)), "")
    if found:
        return found
    subjects = {c.subject for c in made.changes if c.breaking and any(h.name == str(consumer) for h in c.consumers)}
    mend = did_you_mean(subject, subjects) or (
        f"what breaks {consumer}: {one_of(subjects)}" if subjects else "accept a change to come with --version"
    )
    raise TroubleError(Trouble("H334", f"no change of {subject} concerns {consumer}", mend=mend))
