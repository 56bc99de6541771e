"""`run`: carry out a plan, showing progress as a bar on a terminal and as JSON lines otherwise."""

import json as jsonlib
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import EnvOption, JsonOption, MeshOption, QuietOption, SelectorArgument
from hansa.cli.outcome import outcome_json, write_outcome
from hansa.cli.output import write_json
from hansa.trouble import Place, Trouble, TroubleError

if TYPE_CHECKING:
    from hansa.engines import Cancellation
    from hansa.model import Run
    from hansa.plan import Plan
    from hansa.wiring import Workplace


def add_to(app: typer.Typer) -> None:
    app.command(name="run")(run_command)


def run_command(
    selector: SelectorArgument = None,
    env: EnvOption = "prod",
    plan: Annotated[
        Path | None, typer.Option("--plan", metavar="FILE", help="Carry out this plan (`hansa plan --json`), or refuse if stale.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Build even what did not change.")] = False,
    resume: Annotated[
        str, typer.Option("--resume", metavar="RUN", help="Finish what this run was about: its products, its environment.")
    ] = "",
    mesh: MeshOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Compute, audit and publish what changed.

    A failed audit leaves consumers on what they had, and keeps the refused batch with its failing rows.

    Example: hansa run customer.profiles --env pr-17
    """
    from hansa.cli.judging import told_after
    from hansa.cli.progress import listener
    from hansa.engines import Cancellation
    from hansa.ledger import LedgerGone
    from hansa.planning import planned, selected
    from hansa.run import bury_the_dead, run
    from hansa.wiring import PARALLEL, Workplace, actor

    cancellation = Cancellation()
    with Workplace.open(mesh) as workplace, _stopping(cancellation):
        equipment = workplace.equipment()
        bury_the_dead(equipment)
        chosen = selected(workplace, selector or [])
        if resume:
            before = _resumable(workplace, resume)
            chosen, env = frozenset(before.products), before.environment
        made = planned(workplace, chosen, env, force=force)
        if plan is not None:
            _refuse_stale(made, plan)
        if not made.idle:
            workplace.prepare_lake()
        with listener(quiet=quiet, expected=len(made.steps)) as tell:
            outcome = run(
                made,
                workplace.compiled.mesh.fingerprint,
                equipment,
                tell,
                cancellation=cancellation,
                parallel=PARALLEL,
                actor=actor(workplace.environ),
            )
        # A ledger that went away meanwhile is told by the outcome itself.
        with suppress(LedgerGone):
            told = told_after(workplace, env, [str(p.name) for p in outcome.products])
            outcome = replace(outcome, troubles=(*outcome.troubles, *told))
        # What stopped products that are in no trouble of their own is told once.
        errors = tuple(t for t in made.warnings if t.is_error)
        outcome = replace(outcome, troubles=(*errors, *outcome.troubles))
    write_json(outcome_json(outcome)) if json else write_outcome(outcome)
    raise typer.Exit(0 if outcome.good else 1)


@contextmanager
def _stopping(cancellation: "Cancellation") -> Iterator[None]:
    """The first Ctrl-C or SIGTERM asks the run to stop cleanly; a second one ends the process at once."""

    def stop(number: int, _: object) -> None:
        if cancellation.requested:
            # What the run leaves behind is repaired by the next one, as after any death.
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        cancellation.request()

    before = {s: signal.signal(s, stop) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _refuse_stale(made: "Plan", path: Path) -> None:
    try:
        stored = jsonlib.loads(path.read_text(encoding="utf-8"))
        wanted = stored["fingerprint"]
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise TroubleError(
            Trouble("H904", f"{path} is not a plan: {wrong}", (Place(str(path)),), "write one: hansa plan --json > plan.json")
        ) from wrong
    if wanted != made.fingerprint:
        raise TroubleError(
            Trouble(
                "H402",
                "the plan is stale: the mesh, its sources or what is published moved since it was made",
                (Place(str(path)),),
                "look at a new plan, then run that: hansa plan --json > plan.json",
            )
        )


def _resumable(workplace: "Workplace", run: str) -> "Run":
    from hansa.model import RunId, RunStatus

    found = workplace.ledger.run(RunId(run))
    if found is None:
        known = ", ".join(r.id for r in workplace.ledger.runs(limit=5)) or "none yet"
        raise TroubleError(Trouble("H403", f"there is no run `{run}`", mend=f"the latest runs: {known}"))
    if found.status in (RunStatus.SUCCEEDED, RunStatus.RUNNING):
        raise TroubleError(
            Trouble("H404", f"the run {run} {found.status}; there is nothing to resume", mend="hansa run starts a new one")
        )
    return found
