"""`plan`: what changed, whom it concerns, what would run and why. No effects."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import EnvOption, JsonOption, MeshOption, SelectorArgument
from hansa.cli.output import write, write_json

if TYPE_CHECKING:
    from hansa.cli.trees import BaseTree
    from hansa.model import MeshChange
    from hansa.plan import Plan
    from hansa.wiring import Workplace


def add_to(app: typer.Typer) -> None:
    app.command()(plan)


BaseOption = Annotated[
    str | None,
    typer.Option("--base", metavar="GITREF", help="Compare with the mesh at a commit instead of with what is published."),
]


def plan(
    selector: SelectorArgument = None,
    env: EnvOption = "prod",
    base: BaseOption = None,
    force: Annotated[bool, typer.Option("--force", help="Plan to build even what did not change.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Write the plan as a comment for a pull request.")] = False,
    sarif: Annotated[
        Path | None, typer.Option("--sarif", metavar="FILE", help="Write changes and violations for code scanning, too.")
    ] = None,
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Show what changed and what a run would do.

    Names for each change the consumers' columns that depend on it, and why each step would be taken. Nothing is done. With --base
    no ledger is needed: the two states of the repository are compared.

    Example: hansa plan orders --env pr-17
    """
    from hansa.cli.planning import against
    from hansa.planning import planned, selected
    from hansa.wiring import Workplace

    tree: BaseTree | None = None
    with Workplace.open(mesh) as workplace:
        chosen = selected(workplace, selector or [])
        if base is not None:
            made, tree = against(workplace, chosen, base, force=force)
        else:
            made = planned(workplace, chosen, env, force=force)
        if sarif is not None:
            _write_sarif(sarif, made, workplace, tree)
    if json:
        write_json(plan_json(made, tree))
    elif markdown:
        from hansa.cli.plancomment import comment

        write(comment(made, tree))
    else:
        from hansa.cli.planview import write_plan

        write_plan(made, tree)
    raise typer.Exit(1 if made.blocked or any(t.is_error for t in made.warnings) else 0)


def _write_sarif(file: Path, made: "Plan", workplace: "Workplace", tree: "BaseTree | None") -> None:
    import hansa
    from hansa.cli.planfindings import findings
    from hansa.cli.sarif import in_repository, sarif, write_sarif

    compiled = workplace.compiled
    found = findings(made, compiled.troubles, compiled.mesh, tree.compiled.mesh if tree is not None else None)
    policies = compiled.mesh.governance.policies
    folder = in_repository(workplace.root)
    write_sarif(file, sarif(found, hansa.__version__, violations=made.violations, policies=policies, folder=folder))


def plan_json(made: "Plan", tree: "BaseTree | None" = None) -> dict[str, object]:
    """A plan as the public document; `hansa run --plan` reads it back."""
    from hansa.cli.judging import violation_json
    from hansa.plan import action, subject

    document: dict[str, object] = {
        "environment": made.environment if tree is None else "",
        "changes": [_change(c) for c in made.changes],
        "violations": [violation_json(v) for v in made.violations],
        "warnings": [t.to_json() for t in made.warnings],
        "steps": [{"product": subject(s), "action": action(s), "reason": s.reason} for s in made.steps],
        "fingerprint": made.fingerprint,
        "blocked": made.blocked,
    }
    document["base"] = None if tree is None else {"ref": tree.ref, "commit": tree.commit, "notCompared": not_compared(tree)}
    return document


def not_compared(tree: "BaseTree") -> list[str]:
    """The products that did not compile at the base, so that nobody knows what changed."""
    return sorted(map(str, tree.compiled.mesh.broken))


def _change(change: "MeshChange") -> dict[str, object]:
    return {
        "subject": change.subject,
        "change": change.change,
        "type": str(change.kind),
        "impact": str(change.impact),
        "breaking": change.breaking,
        "withImpact": change.with_impact,
        "product": change.product,
        "port": change.port,
        "column": change.column,
        "path": change.path,
        "before": change.before,
        "after": change.after,
        "versions": {
            "before": change.version_before,
            "after": change.version_after,
            "suggested": change.suggested,
            "tooSmall": change.too_small,
        },
        "consumers": [
            {
                "kind": h.kind,
                "name": h.name,
                "model": h.model,
                "column": h.column,
                "owner": h.owner,
                "learnt": h.learnt,
                "port": h.port,
                "reads": h.reads,
                "usage": h.usage,
                "acknowledged": h.acknowledged,
            }
            for h in change.consumers
        ],
    }
