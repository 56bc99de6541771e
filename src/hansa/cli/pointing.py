"""`rollback`, `promote`, `withdraw`, `gc`: what consumers see, moved without copying any data."""

from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import EnvOption, JsonOption, MeshOption
from hansa.cli.output import counted, size, write, write_json
from hansa.names import ProductName, parse_product
from hansa.trouble import Trouble, TroubleError, render

if TYPE_CHECKING:
    from hansa.publish import Garbage, Move

ProductArgument = Annotated[str, typer.Argument(metavar="PRODUCT", help="A product, such as customer.profiles.")]


def add_to(app: typer.Typer) -> None:
    app.command()(rollback)
    app.command()(promote)
    app.command()(withdraw)
    app.command()(gc)


def rollback(
    product: ProductArgument,
    to: Annotated[int | None, typer.Option("--to", metavar="VERSION", help="The published version to return to.")] = None,
    env: EnvOption = "prod",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Show consumers an earlier version again.

    All ports move together. It stays until something new is published.

    Example: hansa rollback customer.profiles --to 3
    """
    from hansa.publish import rollback as move_back
    from hansa.wiring import Workplace, actor, now

    with Workplace.open(mesh) as w:
        move = move_back(_product(product), to, environment=env, ledger=w.ledger, lake=w.lake, now=now(), actor=actor(w.environ))
    _write_moves((move,), json)


def promote(
    source: Annotated[str, typer.Option("--from", metavar="ENV", help="The environment whose publications to take over.")],
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Publish for all what an environment published.

    Everything moves at once, and nothing is computed again.

    Example: hansa promote --from pr-17
    """
    from hansa.publish import promote as move_all
    from hansa.wiring import Workplace, actor, now

    with Workplace.open(mesh) as w:
        moves = move_all(source, ledger=w.ledger, lake=w.lake, now=now(), actor=actor(w.environ))
    _write_moves(moves, json)


def withdraw(product: ProductArgument, env: EnvOption = "prod", mesh: MeshOption = None, json: JsonOption = False) -> None:
    """Take a product away from its consumers.

    Afterwards `hansa gc` may remove its data.

    Example: hansa withdraw customer.old_profiles
    """
    from hansa.publish import withdraw as take_away
    from hansa.wiring import Workplace, actor, now

    with Workplace.open(mesh) as w:
        move = take_away(_product(product), environment=env, ledger=w.ledger, lake=w.lake, now=now(), actor=actor(w.environ))
    _write_moves((move,), json)


def gc(
    keep: Annotated[int, typer.Option("--keep", metavar="N", min=0, help="Versions to keep for rollback, per product.")] = 3,
    events: Annotated[int, typer.Option("--events", metavar="DAYS", min=1, max=36_500, help="Days to keep events for.")] = 30,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Remove data that nothing points to, and old events.

    What any environment shows, and what a running run writes, is never touched. Of events, 100,000 are kept at most.

    Example: hansa gc --keep 5 --dry-run
    """
    from hansa.ledger.retention import clear_outbox
    from hansa.publish import collect
    from hansa.run import bury_the_dead
    from hansa.wiring import Workplace, now

    with Workplace.open(mesh) as w:
        bury_the_dead(w.equipment())
        spared = (str(w.equipment().quarantine),)
        garbage = collect(w.ledger, w.lake, now=now(), spared=spared, keep_versions=keep, dry_run=dry_run)
        cleared = clear_outbox(w.ledger, now=now(), days=events, dry_run=dry_run)
    if json:
        write_json(_garbage_json(garbage, cleared, dry_run=dry_run))
        return
    collected, verb = garbage.collected, "would remove" if dry_run else "removed"
    write(
        f"{verb} {counted(len(garbage.forgotten), 'old version')}, {counted(collected.snapshots, 'snapshot')}, "
        f"{counted(collected.files, 'file')}, {size(collected.bytes)}, {counted(cleared, 'old event')}"
    )
    for trouble in collected.troubles:
        write(f"\nleft alone: {render(trouble)}")


def _garbage_json(garbage: "Garbage", events: int, *, dry_run: bool) -> dict[str, object]:
    collected = garbage.collected
    return {
        "dryRun": dry_run,
        "versions": [{"product": str(p.product), "version": p.version} for p in garbage.forgotten],
        "files": collected.files,
        "bytes": collected.bytes,
        "snapshots": collected.snapshots,
        "events": events,
        "troubles": [t.to_json() for t in collected.troubles],
    }


def _product(text: str) -> ProductName:
    try:
        return parse_product(text)
    except ValueError as wrong:
        raise TroubleError(Trouble("H905", str(wrong), mend="`hansa status` lists the products")) from wrong


def _write_moves(moves: "tuple[Move, ...]", as_json: bool) -> None:
    if as_json:
        write_json({"moves": [_move_json(m) for m in moves]})
        return
    for move in moves:
        before = f"version {move.before.version}" if move.before else "nothing"
        after = f"version {move.after.version}" if move.after else "nothing"
        here = f" (published in {move.after.environment})" if move.after and move.after.environment != move.environment else ""
        write(f"{move.product} in {move.environment}: {before} → {after}{here}")
    if not moves:
        write("nothing to move: everything is shown already")


def _move_json(move: "Move") -> dict[str, object]:
    return {
        "product": str(move.product),
        "environment": move.environment,
        "from": move.before.version if move.before else None,
        "to": move.after.version if move.after else None,
        "ports": [
            {"name": str(p.port.name), "version": str(p.contract_version), "snapshot": p.snapshot}
            for p in (move.after.ports if move.after else ())
        ],
    }
