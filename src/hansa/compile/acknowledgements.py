"""Acknowledgements of breaking changes, as consumers keep them in their folders."""

from hansa.compile.findings import Findings
from hansa.declare.governance import GovernanceFiles
from hansa.model import Acknowledgement


def compile_acknowledgements(files: GovernanceFiles, findings: Findings) -> tuple[Acknowledgement, ...]:
    return ()
