"""What governs the mesh, put together: each kind of governance file is read by its own pass."""

from hansa.compile.acknowledgements import compile_acknowledgements
from hansa.compile.classes import compile_classes
from hansa.compile.findings import Findings
from hansa.compile.glossary import compile_terms
from hansa.compile.policies import compile_policies
from hansa.compile.waivers import compile_waivers
from hansa.declare.declarations import Declarations
from hansa.model import NOT_GOVERNED, Governance


def governing(declarations: Declarations, findings: Findings) -> Governance:
    """The mesh's governance, with the troubles of its files. What is wrong in one file leaves the others as they are."""
    files = declarations.governance
    if files is None:
        return NOT_GOVERNED
    classes = compile_classes(files, findings)
    policies = compile_policies(files, declarations, findings, classes.classes)
    return Governance(
        classes=classes.classes,
        default_class=classes.default,
        declassifications=classes.declassifications,
        policies=policies,
        waivers=compile_waivers(files, findings, policies),
        terms=compile_terms(files, findings),
        acknowledgements=compile_acknowledgements(files, declarations, findings),
    )
