"""`policy rehearse`: what a rule would hit before it is a rule; and the commands that stand beside it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.adopting import adopt
from hansa.cli.options import EnvOption, JsonOption, MeshOption
from hansa.cli.output import counted, write, write_json
from hansa.cli.products import tell_left_out
from hansa.cli.scoring import scorecard
from hansa.trouble import Place, Severity, Trouble, TroubleError

if TYPE_CHECKING:
    from hansa.declare.document import Document
    from hansa.governance.examples import PolicyTest
    from hansa.governance.rehearsal import Moment, Rehearsal
    from hansa.model import Policy
    from hansa.wiring import Workplace

ALL_OF_HISTORY = 1000
MOST_VIOLATIONS = 50


def add_to(policy: typer.Typer) -> None:
    policy.command()(rehearse)
    policy.command()(scorecard)
    policy.command()(adopt)


def rehearse(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A policy's file; it need not lie in the mesh.")],
    at: Annotated[
        list[str] | None,
        typer.Option("--at", metavar="DATE", help="Also as it was at the end of this day, or at this moment (ISO 8601)."),
    ] = None,
    back: Annotated[int, typer.Option("--back", metavar="N", help="Also at the last N moments of publication.", min=0)] = 5,
    history: Annotated[bool, typer.Option("--history", help="Also at every moment of publication that is kept.")] = False,
    env: EnvOption = "prod",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Judge a new or changed policy without adopting it.

    Says who would fail now, which consumers would be left on old data if it were enforced, and how it would have gone before.

    Example: hansa policy rehearse governance/policies/owner-present.yaml --back 3
    """
    from hansa.catalog.past import Past
    from hansa.governance.examples import run_examples
    from hansa.governance.judging import judged
    from hansa.governance.rehearsal import rehearse as rehearsed
    from hansa.wiring import Workplace

    moments = [_moment(text) for text in at or ()]
    with Workplace.open(mesh) as workplace:
        policy = _policy(file, workplace)
        compiled = workplace.compiled.mesh
        tests = run_examples((policy,), workplace.open_database, workplace.today)[0]
        past = Past(compiled, workplace.ledger, env)
        if not moments:
            moments = list(past.changes(ALL_OF_HISTORY if history else back))
        told: Iterable[Moment] = (past.at(moment) for moment in moments)
        judge = partial(judged, open_database=workplace.open_database)
        found = rehearsed(policy, compiled, workplace.facts(env), told, judge, workplace.today)
        if found.trouble is not None:
            # However mild the policy: what was asked for could not be done.
            raise TroubleError(replace(found.trouble, severity=Severity.ERROR))
    tell_left_out(compiled.broken)
    if json:
        write_json(_json(found, tests))
    else:
        _write(found, tests)
        if back or history or at:
            _write_history(found)
    raise typer.Exit(0 if found.clean else 1)


def _policy(file: Path, workplace: "Workplace") -> "Policy":
    """The one policy of a file, as if it lay where it lies. Raises TroubleError for what cannot be judged."""
    from hansa.compile.policies import policies_of_file
    from hansa.declare.files import Folder

    path = next((p for p in (file.absolute(), workplace.root / file) if p.is_file()), None)
    if path is None:
        raise TroubleError(Trouble("H908", f"there is no file {file}", (Place(str(file)),), "name the file of a policy"))
    document, unreadable = Folder(workplace.root).document(path)
    if document is None:
        raise TroubleError(*unreadable)
    policies, troubles = policies_of_file(document, workplace.compiled.mesh, _holder(path, workplace))
    if errors := [t for t in (*unreadable, *troubles) if t.is_error]:
        raise TroubleError(*errors)
    if len(policies) != 1:
        raise TroubleError(_not_one(document, len(policies)))
    return policies[0]


def _holder(path: Path, workplace: "Workplace") -> str:
    """The domain or product in whose folder a file lies; empty for any other place."""
    for domain in workplace.declarations.domains:
        holders = [*((str(p.address), p.folder) for p in domain.products), (domain.name, domain.folder)]
        for holder, folder in holders:
            if path.resolve().is_relative_to((workplace.root / folder / "policies").resolve()):
                return holder
    return ""


def _not_one(document: "Document", count: int) -> Trouble:
    summary = f"{document.file} holds {count} policies that can be judged; a rehearsal is of one"
    return Trouble("H328", summary, (Place(document.file),), "write the policy into a file of its own (`kind: Policy`)")


def _moment(text: str) -> dt.datetime:
    """A moment in UTC; a day means its end."""
    try:
        if len(text) == 10:
            return dt.datetime.combine(dt.date.fromisoformat(text), dt.time.max, dt.UTC)
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        summary = f"`{text}` is neither a day nor a moment"
        raise TroubleError(Trouble("H907", summary, mend="write it 2026-11-01 or 2026-11-01T12:00:00Z")) from None
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment


def _json(found: "Rehearsal", tests: "PolicyTest") -> dict[str, object]:
    from hansa.cli.judging import violation_json

    policy = found.policy
    scope = policy.scope
    return {
        "policy": policy.id,
        "title": policy.title,
        "scope": {
            "level": str(policy.level),
            "holder": policy.holder,
            "domains": list(scope.domains),
            "products": list(scope.products),
            "tags": list(scope.tags),
            "classes": list(scope.classes),
        },
        "mode": str(policy.mode),
        "severity": str(policy.severity),
        "examples": [{"name": r.example.name, "passed": r.passed, "found": r.found} for r in tests.results],
        "violations": [violation_json(v) for v in found.violations],
        "products": list(found.failing),
        "consumers": [
            {"name": str(d.product), "owner": d.owner, "because": list(d.because), "columns": list(d.columns)}
            for d in found.consumers
        ],
        "history": [
            {
                "at": h.at.isoformat(),
                "violations": len(h.violations),
                "products": list(h.products),
                "judged": h.judged,
                "untold": list(h.untold),
            }
            for h in found.history
        ],
    }


def _write(found: "Rehearsal", tests: "PolicyTest") -> None:
    policy = found.policy
    write(f"{policy.id}: {policy.title} ({policy.severity}, {policy.mode}, {policy.level})")
    _write_examples(tests)
    standing = [v for v in found.violations if v.waived is None]
    if not standing:
        write("Nobody would fail.")
    else:
        write(f"{counted(len(standing), 'subject')} of {counted(len(found.failing), 'product')} would fail:")
    for v in found.violations[:MOST_VIOLATIONS]:
        waived = f"; waived up to {v.waived.expires}" if v.waived is not None else ""
        write(f"  {v.subject}  {v.message}  (owner {v.owner or 'nobody'}{waived})")
    if len(found.violations) > MOST_VIOLATIONS:
        write(f"  … and {len(found.violations) - MOST_VIOLATIONS:,} more (--json has all)")
    if standing and policy.mend:
        write(f"mend: {policy.mend}")
    _write_consumers(found)


def _write_examples(tests: "PolicyTest") -> None:
    wrong = [r for r in tests.results if not r.passed]
    if not tests.results:
        write("It has no examples.")
    elif not wrong:
        write(f"Its examples hold: {len(tests.results)}.")
    for r in wrong:
        why = r.trouble.summary if r.trouble is not None else f"found {', '.join(r.subjects) or 'nobody'}"
        write(f"example `{r.example.name}` does not hold: {why}")


def _write_consumers(found: "Rehearsal") -> None:
    if not found.consumers:
        return
    consumers = counted(len(found.consumers), "consumer")
    write(f"\nIf it were enforced, {consumers} would keep reading the last published version of what is refused:")
    for d in found.consumers:
        columns = ", ".join(c.partition("#")[2] for c in d.columns[:6]) + (", …" if len(d.columns) > 6 else "")
        because = ", ".join(d.because)
        write(f"  {d.product}  {counted(len(d.columns), 'column')} ({columns}) by {because}, owner {d.owner or 'nobody'}")


def _write_history(found: "Rehearsal") -> None:
    if not found.history:
        write("\nThere is no earlier publication to judge.")
        return
    write("\nHow it would have gone, by what was published then:")
    for h in found.history:
        told = f"{counted(len(h.violations), 'violation')} in {counted(h.judged, 'product')}"
        names = f": {', '.join(h.products[:6])}{', …' if len(h.products) > 6 else ''}" if h.products else ""
        untold = f"; {counted(len(h.untold), 'product')} recorded too little to judge" if h.untold else ""
        write(f"  {h.at:%Y-%m-%d %H:%M}  {told}{names}{untold}")
