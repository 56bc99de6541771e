"""What compiling a mesh yields."""

from dataclasses import dataclass

from hansa.model.mesh import Mesh
from hansa.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Compiled:
    """What compiled, and everything that did not: the troubles of the declarations among them, errors first."""

    mesh: Mesh
    troubles: tuple[Trouble, ...]

    @property
    def valid(self) -> bool:
        return not any(t.is_error for t in self.troubles)
