"""Gathering the recorded facts, judging changes and making a plan of a workplace: for commands, and for pages that show it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from hansa.governance import Facts
from hansa.governance.decisions import decisions_of
from hansa.governance.judging import Judgement, judged
from hansa.model import DEFAULT_ENVIRONMENT, MeshChange, PolicyTime, Publication
from hansa.names import ProductName, parse_product
from hansa.plan import Plan, Recorded, alike, changes_of_mesh, make_plan, select
from hansa.publish import ROLLBACK, all_visible
from hansa.publish.recorded import Later
from hansa.run import source_versions
from hansa.trouble import Trouble
from hansa.wiring import Workplace

BEFORE_A_RUN = (PolicyTime.DESIGN, PolicyTime.RUN)


def selected(workplace: Workplace, selectors: list[str]) -> frozenset[ProductName] | None:
    """The products that selectors name; None for all. Raises TroubleError for a selector that names nothing."""
    return select(workplace.compiled.mesh, selectors) if selectors else None


def planned(workplace: Workplace, chosen: frozenset[ProductName] | None, environment: str, *, force: bool) -> Plan:
    """Plan the chosen products of a mesh, all by default, against what is published in an environment."""
    recorded = _recorded(workplace, chosen, environment)
    same = alike(workplace.compiled.mesh, recorded, chosen)
    changes = changes_of_mesh(workplace.compiled.mesh, recorded, chosen, same)
    return plan_judged(workplace, chosen, recorded, same, workplace.facts(environment, changes), force=force)


def _recorded(workplace: Workplace, chosen: frozenset[ProductName] | None, environment: str) -> Recorded:
    compiled = workplace.compiled
    visible = all_visible(workplace.ledger, environment)
    wanted = tuple(p for p in compiled.mesh.own if (chosen is None or p.address in chosen) and p.address in visible)
    versions = source_versions(wanted, workplace.open_source)
    return Recorded(
        environment,
        visible,
        versions,
        _rolled_back(workplace, visible, environment),
        grants=Later(workplace.holding_grants),
        reads=Later(workplace.lately_read),
    )


def judged_by(workplace: Workplace, times: Collection[PolicyTime], facts: Facts) -> Judgement:
    """The policies of some times over what is declared and over recorded facts, such as the changes of a plan."""
    mesh = workplace.compiled.mesh
    policies = [p for p in mesh.governance.policies if p.when in times]
    return judged(mesh, policies, facts, workplace.today, workplace.open_database)


def plan_judged(
    workplace: Workplace,
    chosen: frozenset[ProductName] | None,
    recorded: Recorded,
    same: frozenset[ProductName],
    facts: Facts,
    *,
    force: bool,
) -> Plan:
    """A plan against recorded facts or a base, the mesh and its changes judged by policies.

    What a policy finds about products that are not chosen is left to the plans that are about them.
    """
    compiled = workplace.compiled
    lost = () if compiled.valid else _unheard(workplace)
    judgement = judged_by(workplace, BEFORE_A_RUN, facts)
    names = {str(p.address) for p in compiled.mesh.own if chosen is None or p.address in chosen}
    violations = tuple(v for v in judgement.violations if chosen is None or not v.concerned or names.intersection(v.concerned))
    made = make_plan(
        compiled.mesh,
        recorded,
        selected=chosen,
        troubles=compiled.troubles,
        force=force,
        changes=tuple(facts.changes),
        same=same,
        violations=violations,
        ungoverned=_in_the_dark(workplace, facts.changes, lost),
    )
    told = tuple(dict.fromkeys((*lost, *made.warnings, *judgement.errors)))
    return replace(made, warnings=told, decisions=decisions_of(judgement, names))


def _unheard(workplace: Workplace) -> tuple[Trouble, ...]:
    """The errors of manifests that bring nothing."""
    from hansa.compile.elsewhere import unheard

    return unheard(workplace.declarations, workplace.compiled)


def _in_the_dark(
    workplace: Workplace, changes: Iterable[MeshChange], lost: tuple[Trouble, ...]
) -> Mapping[ProductName, tuple[Trouble, ...]]:
    """Products of which nobody can say what would be refused, with the errors that hide it.

    Governance files with errors hide rules; a manifest that brings nothing hides readers, and so whom a change breaks.
    """
    if workplace.compiled.valid:
        return {}
    # The compiler, with its parser, is not needed for a mesh that was kept, and is slow to come.
    from hansa.compile.governing import ungoverned

    found = dict(ungoverned(workplace.declarations, workplace.compiled))
    for name in {parse_product(c.product) for c in changes if c.breaking} if lost else ():
        found[name] = tuple(dict.fromkeys((*found.get(name, ()), *lost)))
    return found


def _rolled_back(
    workplace: Workplace, visible: Mapping[ProductName, Publication], environment: str
) -> dict[ProductName, Publication]:
    """For products whose last pointer move was a rollback: the publication that was left."""
    left: dict[ProductName, Publication] = {}
    for product, publication in visible.items():
        shown_in = environment if workplace.ledger.current(product, environment) else DEFAULT_ENVIRONMENT
        moves = workplace.ledger.moves(product, shown_in)
        last = moves[0] if moves else None
        if last is not None and last.reason == ROLLBACK and last.after == publication.id and last.before is not None:
            gone = workplace.ledger.publication(last.before)
            if gone is not None:
                left[product] = gone
    return left
