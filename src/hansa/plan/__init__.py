"""Compares the compiled mesh with what is recorded and yields changes and steps. A plan is data with three readers.

Pure: the recorded facts come as a value (`Recorded`), nothing is carried out here.
"""

from hansa.model import ConsumerHit, Impact, MeshChange
from hansa.plan.declaration import Declaration, declaration_of, from_text, to_text
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
    "Impact",
    "Keep",
    "MeshChange",
    "Plan",
    "Recorded",
    "Republish",
    "Step",
    "action",
    "checks_print",
    "code_print",
    "declaration_of",
    "from_text",
    "input_version",
    "inputs_print",
    "make_plan",
    "select",
    "source_checks_print",
    "subject",
    "to_text",
]
