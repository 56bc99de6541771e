"""Planning against a commit, where `hansa.planning` plans against what is published: for `plan` and `acknowledge`."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from hansa.governance import Facts
from hansa.names import ProductName
from hansa.plan import Plan, alike, changes_of_mesh, recorded_as
from hansa.planning import plan_judged
from hansa.publish.recorded import Later
from hansa.wiring import Workplace

if TYPE_CHECKING:
    from hansa.cli.trees import BaseTree


def against(workplace: Workplace, chosen: frozenset[ProductName] | None, ref: str, *, force: bool) -> "tuple[Plan, BaseTree]":
    """Plan against the mesh as it stood at a commit: no ledger is opened, so of access only agreements in files are known.

    Raises TroubleError when git does not know it.
    """
    from hansa.cli.trees import base_tree

    tree = base_tree(workplace, ref)
    grants = Later(partial(workplace.holding_grants, declared=True))
    recorded = replace(recorded_as(tree.compiled.mesh, workplace.compiled.mesh, ref), grants=grants)
    same = alike(workplace.compiled.mesh, recorded, chosen)
    changes = changes_of_mesh(workplace.compiled.mesh, recorded, chosen, same)
    facts = Facts(changes=changes, access=Later(partial(workplace.access_records, declared=True)))
    return plan_judged(workplace, chosen, recorded, same, facts, force=force), tree
