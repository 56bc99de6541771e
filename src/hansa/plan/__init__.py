"""Compares the compiled mesh with what is recorded and yields changes and steps. A plan is data with three readers.

Pure: the recorded facts come as a value (`Recorded`), nothing is carried out here. Finding is separate from blocking: every
change is told with those whom it concerns, and only violations that are handed in hold a product back.
"""

from hansa.model import ConsumerHit, Impact, MeshChange
from hansa.plan.acknowledged import brings, covers, product_of
from hansa.plan.base_mesh import recorded_as
from hansa.plan.changes import alike, changes_of_mesh
from hansa.plan.declaration import Declaration, changes_in, declaration_of, from_text, recorded_product, same_promise, to_text
from hansa.plan.former import FormerDeclaration
from hansa.plan.plan import Plan, input_version, make_plan
from hansa.plan.prints import checks_print, code_print, inputs_print, source_checks_print
from hansa.plan.recorded import Recorded
from hansa.plan.selection import select
from hansa.plan.steps import Audit, Block, Build, Keep, Republish, Step, action, subject

__all__ = [
    "Audit",
    "Block",
    "Build",
    "ConsumerHit",
    "Declaration",
    "FormerDeclaration",
    "Impact",
    "Keep",
    "MeshChange",
    "Plan",
    "Recorded",
    "Republish",
    "Step",
    "action",
    "alike",
    "brings",
    "changes_in",
    "changes_of_mesh",
    "checks_print",
    "code_print",
    "covers",
    "declaration_of",
    "from_text",
    "input_version",
    "inputs_print",
    "make_plan",
    "product_of",
    "recorded_as",
    "recorded_product",
    "same_promise",
    "select",
    "source_checks_print",
    "subject",
    "to_text",
]
