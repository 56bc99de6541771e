"""Policies of all levels, as declared: what each may set, and what it may not weaken."""

from hansa.compile.findings import Findings
from hansa.declare.declarations import Declarations
from hansa.declare.governance import GovernanceFiles
from hansa.model import Policy


def compile_policies(files: GovernanceFiles, declarations: Declarations, findings: Findings) -> tuple[Policy, ...]:
    return ()
