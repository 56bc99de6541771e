"""The glossary's terms, and whether the terms that columns name exist."""

from hansa.compile.findings import Findings
from hansa.declare.governance import GovernanceFiles
from hansa.model import Term


def compile_terms(files: GovernanceFiles, findings: Findings) -> tuple[Term, ...]:
    return ()
