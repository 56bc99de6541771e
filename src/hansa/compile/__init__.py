"""Turns declarations into the mesh: resolve, read models, type-check them with the engine, compare with what contracts promise.

An ordered list of small passes that gathers all troubles of a mesh in one go. Pure: the engine is a function given as an
argument, and there is no clock, network or store. What has errors is left out by name (`Mesh.broken`), with what depends on it.
`confine` and `filled` are for others who read SQL of people: what a query may reach, and what a rule's placeholders stand for.
`with_meaning` is for whoever loads the declarations of a large mesh: it finds what contracts mean where they are read.
It does not decide what runs (plan) and does not look at data (audit).
"""

from hansa.compile.compiling import compile  # noqa: A004 - the stage's own word
from hansa.compile.confinement import Breach, Reach, Reference, breaches, confine, references
from hansa.compile.contracts import with_meaning
from hansa.compile.incremental import LoadProducts, compile_again
from hansa.compile.rules import UnknownPlaceholder, filled
from hansa.compile.statement import SqlFault, Statement, read_statement
from hansa.compile.typecheck import Describe
from hansa.model import Compiled

__all__ = [
    "Breach",
    "Compiled",
    "Describe",
    "LoadProducts",
    "Reach",
    "Reference",
    "SqlFault",
    "Statement",
    "UnknownPlaceholder",
    "breaches",
    "compile",
    "compile_again",
    "confine",
    "filled",
    "read_statement",
    "references",
    "with_meaning",
]
