"""A plan as text for people: changes by product, those that break readers first, then what policies say, then the steps."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from hansa.cli.output import counted, table, write, write_troubles
from hansa.plan import Block, Build, Keep, Plan, action, subject
from hansa.plan.holding import REFUSED

if TYPE_CHECKING:
    from hansa.cli.trees import BaseTree
    from hansa.model import ConsumerHit, MeshChange, Violation

MOST_PRODUCTS = 100
MOST_CHANGES = 20
MOST_CONSUMERS = 10
MOST_STEPS = 60
IN_TROUBLE = "What is in trouble is not compared with what was before; `hansa check` shows the troubles."
MOST_VIOLATIONS = 10


def write_plan(made: Plan, tree: "BaseTree | None" = None) -> None:
    if tree is not None:
        write("\n".join(_about_base(tree)) + "\n")
    if made.changes:
        write("What changed")
        products = ["\n".join(_product(product, changes)) for product, changes in by_product(made.changes)]
        write("\n".join(cut(products, MOST_PRODUCTS, "product", "  ")))
        write("")
    if made.violations:
        write("What policies say")
        write("\n".join(_violations(made.violations)) + "\n")
    if made.warnings:
        write_troubles(made.warnings)
        write("")
    write(f"What would have to be built after {tree.ref}" if tree is not None else f"What a run would do in {made.environment}")
    write("\n".join(_steps(made)))
    if in_trouble(made):
        write(f"\n{IN_TROUBLE}")
    if made.idle:
        write("\nNothing to do.")


def by_product(changes: Iterable["MeshChange"]) -> list[tuple[str, list["MeshChange"]]]:
    """Changes by product: products with what breaks readers first, and within each the weightiest change first."""
    ordered = sorted(changes, key=lambda c: c.product)
    groups = [(product, sorted(group, key=weight)) for product, group in groupby(ordered, key=lambda c: c.product)]
    return sorted(groups, key=lambda pair: (weight(pair[1][0]), pair[0]))


def weight(change: "MeshChange") -> tuple[bool, bool, int]:
    return (not change.with_impact, not change.breaking, ("major", "minor", "patch").index(change.impact))


def in_weight(violations: Iterable["Violation"]) -> list["Violation"]:
    """Those that refuse before those that tell; waived ones last."""
    return sorted(violations, key=lambda v: (not v.refuses, v.waived is not None, v.policy, v.subject))


def in_trouble(made: Plan) -> bool:
    """Whether anything is blocked for another reason than a policy, which a plan does not show."""
    return any(isinstance(s, Block) and REFUSED not in s.codes for s in made.steps)


def cut(lines: Sequence[str], most: int, what: str, indent: str) -> Iterator[str]:
    """The first lines, and how many there are more."""
    yield from lines[:most]
    if len(lines) > most:
        yield f"{indent}… and {counted(len(lines) - most, f'more {what}')} (--json has all)"


def consumer(hit: "ConsumerHit") -> str:
    """`customer.preferences in model preferences → spent (aggregation), owner ada`."""
    where = f" in model {hit.model}" if hit.model else ""
    column = "" if hit.column in ("", "*") else f" → {hit.column}"
    usage = f" ({hit.usage})" if hit.usage else ""
    accepted = ", acknowledged" if hit.acknowledged else ""
    learnt = "" if hit.learnt == "lineage" else f", learnt from {hit.learnt}"
    return f"{hit.name}{where}{column}{usage}, owner {hit.owner or '–'}{learnt}{accepted}"


def judgement(change: "MeshChange") -> str:
    """What a change asks for, in brackets: its impact, whether it breaks readers and whether there are any."""
    parts = [str(change.impact)]
    if change.breaking:
        parts.append("breaking for readers" if change.consumers else "breaking, and nobody reads it")
    return ", ".join(parts)


def _about_base(tree: "BaseTree") -> Iterator[str]:
    yield f"Compared with {tree.ref} ({tree.commit[:12]})" + (", where there was no mesh yet" if tree.absent else "")
    broken = sorted(map(str, tree.compiled.mesh.broken))
    if broken:
        yield f"  not compared, since in trouble there: {', '.join(broken)}"


def _product(product: str, changes: Sequence["MeshChange"]) -> Iterator[str]:
    yield f"  {product}"
    blocks = ["\n".join(_change(change)) for change in changes]
    yield from cut(blocks, MOST_CHANGES, "change", "    ")
    for port in {c.port: c for c in changes if c.too_small}.values():
        yield f"    {port.port}  asks for version {port.suggested}, and its contract says {port.version_after}"


def _change(change: "MeshChange") -> Iterator[str]:
    about = "" if change.subject == change.product else f"{change.subject}  "
    yield f"    {about}{change.change}  ({judgement(change)})"
    lines = [f"        read by {consumer(hit)}" for hit in change.consumers]
    yield from cut(lines, MOST_CONSUMERS, "consumer", "        ")


def _violations(violations: Iterable["Violation"]) -> Iterator[str]:
    """Those that refuse first; of each policy only so many."""
    for (_, _, policy), found in groupby(in_weight(violations), key=lambda v: (not v.refuses, v.waived is not None, v.policy)):
        yield from cut(["\n".join(_violation(v)) for v in found], MOST_VIOLATIONS, f"violation of {policy}", "  ")


def _violation(violation: "Violation") -> Iterator[str]:
    word = "refused" if violation.refuses else "waived" if violation.waived else str(violation.severity)
    owner = f", owner {violation.owner}" if violation.owner else ""
    yield f"  {word} by {violation.policy}: {violation.subject}: {violation.message}{owner}"
    if violation.waived:
        yield f"      waived until {violation.waived.expires} by {violation.waived.approver}: {violation.waived.reason}"
    elif violation.mend:
        yield f"      mend: {violation.mend}"


def _steps(made: Plan) -> Iterator[str]:
    """The table of steps; of a long one what is kept is only counted, and the rest cut."""
    steps = made.steps if len(made.steps) <= MOST_STEPS else [s for s in made.steps if not isinstance(s, Keep)]
    # What is in the way must not be cut off.
    shown = [s for s in steps if isinstance(s, Block)] + [s for s in steps if not isinstance(s, Block)]
    rows = [(f"  {subject(s)}", action(s), s.reason) for s in (shown if len(steps) > MOST_STEPS else steps)[:MOST_STEPS]]
    yield table(("  product", "action", "reason"), rows) if made.steps else "  there are no products"
    if len(steps) > MOST_STEPS:
        builds = sum(isinstance(s, Build) for s in steps)
        yield f"  … {len(steps)} products in all, {builds} to be built (--json has all)"
    if len(steps) < len(made.steps):
        yield f"  {counted(len(made.steps) - len(steps), 'product')} kept as published"
