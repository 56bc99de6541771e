"""`policy list|show|test`: the rules, their verdicts now, and their examples."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli import deciding, waiving
from hansa.cli.options import EnvOption, JsonOption, MeshOption
from hansa.cli.output import counted, table, write, write_json
from hansa.cli.products import tell_left_out
from hansa.trouble import Place, Trouble, TroubleError, did_you_mean, one_of, render

if TYPE_CHECKING:
    from hansa.governance.examples import ExampleResult, PolicyTest
    from hansa.governance.judging import PolicyVerdict
    from hansa.model import Policy, PolicyScope
    from hansa.wiring import Workplace

MOST_VIOLATIONS = 20

PolicyArgument = Annotated[str, typer.Argument(metavar="POLICY", help="The id of a policy.")]


def add_to(policy: typer.Typer) -> None:
    """Add the commands of this module, and those of its siblings."""
    policy.command(name="list")(list_policies)
    policy.command()(show)
    policy.command(name="test")(run_tests)
    waiving.add_to(policy)
    deciding.add_to(policy)


def list_policies(
    everything: Annotated[bool, typer.Option("--all", help="Show every violation, waived ones, too.")] = False,
    env: EnvOption = "prod",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """List the policies and what each finds now.

    Policies about changes find some only in a plan. Ends with 1 when an enforced policy is broken.

    Example: hansa policy list --mesh retail
    """
    from hansa.cli.judging import judged_now
    from hansa.wiring import Workplace

    with Workplace.open(mesh) as workplace:
        judgement = judged_now(workplace, env)
        tell_left_out(workplace.compiled.mesh.broken)
    if json:
        write_json({"policies": [_verdict_json(v) for v in judgement.verdicts]})
    else:
        rules = [(v.policy, v.verdict) for v in judgement.verdicts]
        rows = [(p.id, _level(p), p.mode, p.severity, p.when, verdict) for p, verdict in rules]
        write(table(("policy", "level", "mode", "severity", "when", "verdict"), rows))
        for verdict in judgement.verdicts:
            _write_verdict(verdict, everything=everything)
    raise typer.Exit(1 if judgement.refuses else 0)


def show(policy: PolicyArgument, mesh: MeshOption = None, json: JsonOption = False) -> None:
    """Show a policy: what it asks, why, and of whom.

    A policy of one name at several levels is shown at each.

    Example: hansa policy show contract-version-bump
    """
    from hansa.wiring import Workplace

    with Workplace.open(mesh) as workplace:
        found = named(workplace, policy)
    if json:
        write_json({"policies": [_policy_json(p) for p in found]})
        return
    for each in found:
        write(f"{each.id}: {each.title}")
        write(f"  {_level(each)}, {each.mode}, {each.severity}, judged at {each.when}" + _told_scope(each.scope))
        for what, text in (("why", each.why), ("mend", each.mend), ("tightens", each.tightens), ("file", each.place or "")):
            if text:
                write(f"  {what}: {text}")
        write("\n" + each.sql.rstrip() + "\n")


def run_tests(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE", help="Files of policies, or ids of policies in force; all by default.", show_default=False
        ),
    ] = None,
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Run the examples of policies.

    Each gives rows of the mesh's relations that must pass, or the subjects that must be found. Ends with 1 when one fails.

    Example: hansa policy test governance/policies/owner.yaml
    """
    from hansa.governance.examples import run_examples
    from hansa.wiring import Workplace

    with Workplace.open(mesh) as workplace:
        named_twice = [p for f in files for p in _given(workplace, f)] if files else workplace.compiled.mesh.governance.policies
        policies = list(dict.fromkeys(named_twice))
        tests = run_examples(policies, workplace.open_database, workplace.today)
    results = [r for t in tests for r in t.results]
    failed = sum(not r.passed for r in results)
    if json:
        write_json({"passed": len(results) - failed, "failed": failed, "policies": [_test_json(t) for t in tests]})
    else:
        _write_tests(tests)
        policies_run = f"{len(tests)} {'policy' if len(tests) == 1 else 'policies'}"
        write(f"{counted(len(results), 'example')} of {policies_run}: {failed} failed")
    raise typer.Exit(1 if failed else 0)


def named(workplace: "Workplace", policy: str) -> tuple["Policy", ...]:
    """The policies of an id, the highest level first. Raises TroubleError when there is none."""
    policies = workplace.compiled.mesh.governance.policies
    found = tuple(p for p in policies if p.id == policy)
    if not found:
        ids = {p.id for p in policies}
        mend = did_you_mean(policy, ids) or f"policies: {one_of(ids)}"
        raise TroubleError(Trouble("H920", f"there is no policy `{policy}`", mend=mend))
    return found


def _given(workplace: "Workplace", name: str) -> tuple["Policy", ...]:
    """The policies of a file, in force or not, or those of an id."""
    from hansa.compile.policies import policies_of_file
    from hansa.declare.files import Folder

    path = next((p for p in (Path(name).absolute(), workplace.root / name) if p.is_file()), None)
    if path is None and ("/" in name or name.endswith((".yaml", ".yml"))):
        raise TroubleError(Trouble("H908", f"there is no file {name}", (Place(name),), "name the file of a policy, or its id"))
    if path is None:
        return named(workplace, name)
    document, unreadable = Folder(workplace.root).document(path)
    if document is None:
        raise TroubleError(*unreadable)
    policies = workplace.compiled.mesh.governance.policies
    in_force = tuple(p for p in policies if p.place is not None and p.place.file == document.file)
    if in_force:
        return in_force
    found, troubles = policies_of_file(document, workplace.compiled.mesh)
    if errors := [t for t in troubles if t.is_error]:
        raise TroubleError(*errors)
    return found


def _level(policy: "Policy") -> str:
    return f"{policy.level} {policy.holder}".strip()


def _told_scope(scope: "PolicyScope") -> str:
    parts = (("domains", scope.domains), ("products", scope.products), ("tags", scope.tags), ("classes", scope.classes))
    return "".join(f", {what} {', '.join(names)}" for what, names in parts if names)


def _write_verdict(verdict: "PolicyVerdict", *, everything: bool) -> None:
    if verdict.trouble is not None:
        write(f"\n{render(verdict.trouble)}")
        return
    shown = [v for v in verdict.violations if everything or v.waived is None]
    if not shown:
        return
    write(f"\n{verdict.policy.id}: {verdict.policy.title}")
    for v in shown if everything else shown[:MOST_VIOLATIONS]:
        waived = f", waived up to {v.waived.expires}" if v.waived is not None else ""
        write(f"  {v.subject}  {v.message}  (owner {v.owner or 'nobody'}{waived})")
    if len(shown) > MOST_VIOLATIONS and not everything:
        write(f"  … and {len(shown) - MOST_VIOLATIONS:,} more (--all shows them)")
    if verdict.policy.mend:
        write(f"  mend: {verdict.policy.mend}")


def _write_tests(tests: tuple["PolicyTest", ...]) -> None:
    for result in (r for t in tests for r in t.results if not r.passed):
        example = result.example
        wanted = "no violation" if example.passes else f"violations of {', '.join(example.subjects) or 'somebody'}"
        write(f"failed: {example.name}" + (f"  {example.place}" if example.place else ""))
        if result.trouble is not None:
            write(f"  {result.trouble.summary}; {result.trouble.mend}")
        else:
            write(f"  expected {wanted}, found {', '.join(result.subjects) or 'none'}")


def _verdict_json(verdict: "PolicyVerdict") -> dict[str, object]:
    from hansa.cli.judging import violation_json

    policy = verdict.policy
    return {
        "policy": policy.id,
        "title": policy.title,
        "level": str(policy.level),
        "holder": policy.holder,
        "severity": str(policy.severity),
        "scope": _scope_json(policy.scope),
        "mode": str(policy.mode),
        "when": str(policy.when),
        "verdict": str(verdict.verdict),
        "reason": verdict.trouble.summary if verdict.trouble is not None else "",
        "violations": [violation_json(v) for v in verdict.violations],
    }


def _policy_json(policy: "Policy") -> dict[str, object]:
    place = policy.place
    return {
        "policy": policy.id,
        "title": policy.title,
        "why": policy.why,
        "level": str(policy.level),
        "holder": policy.holder,
        "severity": str(policy.severity),
        "scope": _scope_json(policy.scope),
        "mode": str(policy.mode),
        "when": str(policy.when),
        "sql": policy.sql,
        "mend": policy.mend,
        "tightens": policy.tightens,
        "tags": list(policy.tags),
        "examples": [e.name for e in policy.examples],
        "file": place.file if place is not None else "",
        "line": place.line if place is not None else 0,
    }


def _scope_json(scope: "PolicyScope") -> dict[str, list[str]]:
    return {
        "domains": list(scope.domains),
        "products": list(scope.products),
        "tags": list(scope.tags),
        "classes": list(scope.classes),
    }


def _test_json(test: "PolicyTest") -> dict[str, object]:
    policy = test.policy
    examples = [_example_json(r) for r in test.results]
    return {"policy": policy.id, "level": str(policy.level), "holder": policy.holder, "examples": examples}


def _example_json(result: "ExampleResult") -> dict[str, object]:
    return {
        "name": result.example.name,
        "expect": "pass" if result.example.passes else "fail",
        "found": result.found,
        "passed": result.passed,
        "subjects": list(result.subjects),
        "reason": result.trouble.summary if result.trouble is not None else "",
    }
