"""`feedback`: what people say of a product to its owner."""

from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import JsonOption, MeshOption
from hansa.cli.output import table, write, write_json
from hansa.trouble import Trouble, TroubleError, did_you_mean, one_of

if TYPE_CHECKING:
    from hansa.feedback import Feedback, Ratings
    from hansa.model import FeedbackStep

_LONGEST = 72  # characters of a text in the table


def add_to(app: typer.Typer) -> None:
    app.command()(feedback)


def feedback(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A product, such as customer.profiles.")],
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="Only ratings, praise, questions or problems.")] = "",
    open_only: Annotated[bool, typer.Option("--open", help="Only what is not settled: unanswered, or not resolved.")] = False,
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Show what people say of a product: its ratings, and praise, questions and problems, the newest first.

    It is given, answered and resolved on the product's page, or over the HTTP API.

    Example: hansa feedback customer.profiles --open
    """
    from hansa.cli.products import product_named
    from hansa.feedback import FeedbackStatus, counted, feedbacks_of, major_of, ratings_of
    from hansa.wiring import Workplace

    wanted = _kind(kind)
    with Workplace.open(mesh) as workplace:
        product = product_named(name, workplace.compiled.mesh)
        said = feedbacks_of(workplace.ledger.feedback_steps(product=product.address))
    ratings, counts = ratings_of(said, major_of(product)), {f.id for f in counted(said)}
    shown = [
        f
        for f in reversed(said)
        if f.status is not FeedbackStatus.WITHDRAWN and wanted in ("", f.kind) and (f.unsettled or not open_only)
    ]
    if json:
        told = [_feedback_json(f, counts=f.id in counts) for f in shown]
        write_json({"product": str(product.address), "ratings": _ratings_json(ratings), "feedback": told})
        return
    write(_ratings_said(str(product.address), ratings))
    if shown:
        rows = [(f.id, f.kind, f.status, "★" * f.stars, _about(f), f.author, f"{f.since:%Y-%m-%d}", _short(f)) for f in shown]
        write(table(("id", "kind", "status", "stars", "about", "by", "on", ""), rows))
    else:
        write("Nothing was said." if not (kind or open_only) else "Nothing of that was said.")


def _kind(text: str) -> str:
    """`problem`, and `problems` as people say it. Raises TroubleError."""
    from hansa.model import FeedbackKind

    known = tuple(map(str, FeedbackKind))
    for word in (text, text.removesuffix("s")):
        if word in known:
            return word
    if not text:
        return ""
    mend = did_you_mean(text, known) or f"known: {one_of(known)}"
    raise TroubleError(Trouble("H889", f"nothing that is said is called `{text[:40]}`", mend=mend))


def _ratings_said(product: str, ratings: "Ratings") -> str:
    earlier = f"; {ratings.earlier} of other versions" if ratings.earlier else ""
    if ratings.average is None:
        return f"{product}: nobody has rated this version yet{earlier}"
    each = ", ".join(f"{stars}: {n}" for stars, n in reversed(list(enumerate(ratings.distribution, 1))))
    return f"{product}: {ratings.average} of 5 by {ratings.count} ({each}){earlier}"


def _about(found: "Feedback") -> str:
    port = f"{found.port.name.port}@{found.port.major}" if found.port is not None else ""
    return f"{port}#{found.column}" if found.column else port


def _short(found: "Feedback") -> str:
    text = " ".join(found.said.text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _ratings_json(ratings: "Ratings") -> dict[str, object]:
    return {
        "average": ratings.average,
        "count": ratings.count,
        "distribution": list(ratings.distribution),
        "earlier": ratings.earlier,
    }


def _feedback_json(found: "Feedback", *, counts: bool) -> dict[str, object]:
    return {
        "feedback": found.id,
        "kind": str(found.kind),
        "status": str(found.status),
        "major": found.major,
        "port": str(found.port) if found.port is not None else None,
        "column": found.column or None,
        "stars": found.stars or None,
        "text": found.said.text,
        "author": found.author,
        "ground": str(found.ground),
        "counts": counts,
        "given": found.first.at.isoformat(),
        "changed": found.said.at.isoformat() if found.changed else None,
        "replies": [_reply_json(s) for s in found.replies],
    }


def _reply_json(step: "FeedbackStep") -> dict[str, object]:
    return {
        "kind": str(step.kind),
        "at": step.at.isoformat(),
        "actor": step.actor,
        "text": step.text,
        "run": step.run or None,
        "version": step.version or None,
    }
