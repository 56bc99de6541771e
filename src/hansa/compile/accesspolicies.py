"""The mesh's and the domains' access policies, and whether they say what can hold of this mesh."""

from hansa.cedar import UNREADABLE, access_troubles
from hansa.compile.findings import Findings
from hansa.declare.governance import GovernanceFiles
from hansa.model import AccessPolicy, Mesh


def compile_access_policies(files: GovernanceFiles) -> tuple[AccessPolicy, ...]:
    """The policies as text, by file. One that cannot be read stays among them: what it is about is refused."""
    return tuple(AccessPolicy(f.file, UNREADABLE if f.text is None else f.text, f.holder) for f in files.access)


def check_access_policies(mesh: Mesh, findings: Findings) -> None:
    """File what is wrong with them, once all is known that they may name."""
    findings.troubles += access_troubles(mesh)
