"""Carries out the steps of one plan, emits events, keeps the journal, can resume.

Promises: a product is published whole or not at all; a failing one stops only those that read it; a killed run leaves
nothing that a later run does not repair. It decides nothing: what is done and why stands in the plan.
"""

from hansa.run.burial import bury_the_dead, is_dead
from hansa.run.equipment import Equipment
from hansa.run.events import (
    ChecksFailed,
    Event,
    Listener,
    ProductBegan,
    ProductEnded,
    RunBegan,
    RunFinished,
    StepBegan,
    StepEnded,
    to_json,
)
from hansa.run.result import AuditCounts, InputOutcome, PortOutcome, ProductOutcome, RunOutcome
from hansa.run.run import run
from hansa.run.versions import source_versions

__all__ = [
    "AuditCounts",
    "ChecksFailed",
    "Equipment",
    "Event",
    "InputOutcome",
    "Listener",
    "PortOutcome",
    "ProductBegan",
    "ProductEnded",
    "ProductOutcome",
    "RunBegan",
    "RunFinished",
    "RunOutcome",
    "StepBegan",
    "StepEnded",
    "bury_the_dead",
    "is_dead",
    "run",
    "source_versions",
    "to_json",
]
