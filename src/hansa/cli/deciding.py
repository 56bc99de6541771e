"""`policy log`: which rule at which level decided what, run by run."""

from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import JsonOption, MeshOption
from hansa.cli.output import table, write, write_json
from hansa.cli.products import product_named
from hansa.trouble import Trouble, TroubleError

if TYPE_CHECKING:
    from hansa.model import PolicyDecision


def add_to(policy: typer.Typer) -> None:
    policy.command()(log)


def log(
    product: Annotated[
        str, typer.Argument(metavar="PRODUCT", help="Only decisions about this product.", show_default=False)
    ] = "",
    run: Annotated[str, typer.Option("--run", metavar="RUN", help="Only those of this run.")] = "",
    limit: Annotated[int, typer.Option("--limit", metavar="N", help="The newest N runs.", min=1, max=1_000_000)] = 10,
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Show what policies decided before each run.

    For every policy how it went, and for every violation which rule at which level decided.

    Example: hansa policy log customer.profiles
    """
    from hansa.model import RunId
    from hansa.names import parse_product
    from hansa.wiring import Workplace

    try:
        address = parse_product(product) if product else None
    except ValueError as wrong:
        raise TroubleError(Trouble("H907", str(wrong), mend="write it domain.product")) from None
    with Workplace.open(mesh) as workplace:
        found = workplace.ledger.decisions(product=address, run=RunId(run) if run else None, limit=limit)
        # Decisions about all products concern one that is mistyped as little as those about none.
        known = workplace.compiled.mesh
        if address is not None and address not in known.broken and not any(product in d.about for d in found):
            product_named(product, known)
    if json:
        write_json({"product": product, "decisions": [_json(d) for d in found]})
        return
    if not found:
        asked = product or run
        write("Nothing of that is on record." if asked else "No run has recorded decisions of policies yet: `hansa run` does.")
        return
    rows = [(d.run, d.policy, f"{d.level} {d.holder}".strip(), d.mode, d.outcome, _about(d), _why(d)) for d in found]
    write(table(("run", "policy", "level", "mode", "outcome", "about", "why"), rows))


def _about(decision: "PolicyDecision") -> str:
    if not decision.whole:
        return decision.subject
    shown = ", ".join(decision.about[:3])
    return "all products" if shown == "*" else shown + (", …" if len(decision.about) > 3 else "")


def _why(decision: "PolicyDecision") -> str:
    waived = f" (waived up to {decision.waiver})" if decision.waiver else ""
    decides = ", and decides" if decision.decides and not decision.waiver else ""
    return f"{decision.message}{waived}{decides}"


def _json(decision: "PolicyDecision") -> dict[str, object]:
    return {
        "run": decision.run,
        "at": decision.at.isoformat() if decision.at is not None else "",
        "mesh": decision.mesh,
        "policy": decision.policy,
        "fingerprint": decision.policy_print,
        "level": str(decision.level),
        "holder": decision.holder,
        "mode": str(decision.mode),
        "outcome": str(decision.outcome),
        "about": list(decision.about),
        "violations": decision.violations,
        "product": decision.product,
        "subject": decision.subject,
        "message": decision.message,
        "waiver": decision.waiver,
        "decides": decision.decides,
    }
