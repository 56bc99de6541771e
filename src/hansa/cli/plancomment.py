"""A plan as a comment for a pull request: the verdict, what breaks whom, what policies say, the other changes folded away."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hansa.cli.markdown import code, folded, prose, table, text
from hansa.cli.output import counted
from hansa.cli.planview import IN_TROUBLE, consumer, in_trouble, in_weight, judgement, weight
from hansa.plan import Block, Build, Plan

if TYPE_CHECKING:
    from hansa.cli.trees import BaseTree
    from hansa.model import ConsumerHit, MeshChange, Violation

MOST_ROWS = 50
"""Code hosts refuse long comments: GitHub those of more than 65,536 characters."""
MOST_READERS = 5


def comment(made: Plan, tree: "BaseTree | None" = None) -> str:
    """The comment's Markdown. What people wrote in contracts and policies stands in it as text, never as markup."""
    breaking = sorted((c for c in made.changes if c.breaking), key=weight)
    others = sorted((c for c in made.changes if not c.breaking), key=weight)
    parts = [f"## Data mesh: {_verdict(made, breaking)}"]
    if tree is not None:
        parts.append(" ".join(_about_base(tree)))
    if breaking:
        parts += ["### Breaks readers", _changes(breaking)]
    if made.violations:
        parts += ["### What policies say", "\n".join(_violations(made.violations))]
    if made.warnings:
        parts += ["### To know", "\n".join(f"- {t.severity} {t.code}: {prose(t.summary)}" for t in made.warnings[:MOST_ROWS])]
    if others:
        parts.append(folded(counted(len(others), "other change"), _changes(others)))
    parts.append(_steps(made))
    return "\n\n".join(parts)


def _verdict(made: Plan, breaking: Sequence["MeshChange"]) -> str:
    hit = {h.name for c in breaking for h in c.consumers if not h.acknowledged}
    if hit:
        said = f"❌ breaks {counted(len(hit), 'product')}"
    elif in_trouble(made) or any(t.is_error for t in made.warnings):
        said = "❌ in trouble, so that nobody can say what it breaks"
    elif not made.changes:
        said = "nothing changed"
    else:
        said = "✅ breaks nobody who is known" if breaking else "✅ breaks no reader"
    blocked = sum(isinstance(s, Block) for s in made.steps)
    return f"{said}; {counted(blocked, 'product')} blocked" if blocked else said


def _about_base(tree: "BaseTree") -> Iterator[str]:
    yield f"Compared with {code(tree.ref)} ({tree.commit[:12]})" + (", where there was no mesh yet." if tree.absent else ".")
    broken = sorted(map(str, tree.compiled.mesh.broken))
    if broken:
        yield f"Not compared, since in trouble there: {', '.join(map(code, broken))}."


def _changes(changes: Sequence["MeshChange"]) -> str:
    rows = [(code(c.subject), prose(c.change), text(judgement(c)), _readers(c.consumers)) for c in changes[:MOST_ROWS]]
    made = table(("What", "Change", "Impact", "Read by"), rows)
    return made if len(changes) <= MOST_ROWS else f"{made}\n\n… and {len(changes) - MOST_ROWS} more"


def _readers(hits: Sequence["ConsumerHit"]) -> str:
    more = [f"… and {len(hits) - MOST_READERS} more"] if len(hits) > MOST_READERS else []
    return "<br>".join([*(text(consumer(hit)) for hit in hits[:MOST_READERS]), *more])


def _violations(violations: Sequence["Violation"]) -> Iterator[str]:
    for violation in in_weight(violations)[:MOST_ROWS]:
        word = "**refused**" if violation.refuses else "waived" if violation.waived else str(violation.severity)
        mend = f"; to mend it, {text(violation.mend)}" if violation.mend and not violation.waived else ""
        yield f"- {word} by {code(violation.policy)}: {code(violation.subject)}: {prose(violation.message)}{mend}"
    if len(violations) > MOST_ROWS:
        yield f"- … and {len(violations) - MOST_ROWS} more"


def _steps(made: Plan) -> str:
    blocked = [f"- {code(s.name)}: {prose(s.reason)}" for s in made.steps if isinstance(s, Block)]
    builds = sum(isinstance(s, Build) for s in made.steps)
    said = f"{builds} of {counted(len(made.steps), 'product')} would be built."
    more = [f"- … and {len(blocked) - MOST_ROWS} more"] if len(blocked) > MOST_ROWS else []
    hint = ["", IN_TROUBLE] if in_trouble(made) else []
    return "\n".join([f"{said} Blocked:", "", *blocked[:MOST_ROWS], *more, *hint]) if blocked else said
