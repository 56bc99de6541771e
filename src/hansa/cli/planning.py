"""Gathering the recorded facts and making a plan of a workplace: what `plan` and `run` have in common."""

from collections.abc import Mapping

from hansa.model import DEFAULT_ENVIRONMENT, Publication
from hansa.names import ProductName
from hansa.plan import Plan, Recorded, make_plan, select
from hansa.publish import ROLLBACK, all_visible
from hansa.run import source_versions
from hansa.wiring import Workplace


def selected(workplace: Workplace, selectors: list[str]) -> frozenset[ProductName] | None:
    """The products that selectors name; None for all. Raises TroubleError for a selector that names nothing."""
    return select(workplace.compiled.mesh, selectors) if selectors else None


def planned(workplace: Workplace, chosen: frozenset[ProductName] | None, environment: str, *, force: bool) -> Plan:
    """Plan the chosen products of a mesh, all by default."""
    compiled = workplace.compiled
    visible = all_visible(workplace.ledger, environment)
    wanted = tuple(p for p in compiled.mesh.products if (chosen is None or p.address in chosen) and p.address in visible)
    recorded = Recorded(
        environment,
        visible,
        source_versions(wanted, workplace.open_source),
        _rolled_back(workplace, visible, environment),
    )
    return make_plan(compiled.mesh, recorded, selected=chosen, troubles=compiled.troubles, force=force)


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
