"""The classes of data and the decisions to lower them; later, which classes hold for every column of the mesh."""

from dataclasses import dataclass

from hansa.compile.findings import Findings
from hansa.declare.governance import GovernanceFiles
from hansa.model import DataClass, Declassification, Governance, Mesh


@dataclass(frozen=True, slots=True)
class Classes:
    classes: tuple[DataClass, ...] = ()
    default: str = ""
    declassifications: tuple[Declassification, ...] = ()


def compile_classes(files: GovernanceFiles, findings: Findings) -> Classes:
    return Classes()


def classified(mesh: Mesh, governance: Governance, findings: Findings) -> Mesh:
    return mesh
