"""A document: plain data that people wrote, which still knows at which line and column each value stands."""

from dataclasses import dataclass, field

from hansa.declare.shape import Path
from hansa.declare.yaml import Marks
from hansa.trouble import Place


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file as read. `file` is relative to the mesh folder where possible; `data` is plain, variables as written.

    The characters of scalars are worked out when the first are asked for, since a document without troubles needs none.
    """

    file: str
    data: dict[str, object]
    text: str = field(default="", repr=False)
    marks: Marks = field(default_factory=Marks, repr=False, compare=False)

    def place(self, path: Path, note: str = "") -> Place:
        """Where the value at a path stands; the nearest thing around it when nothing is written there."""
        mark = self.marks.of(self.data, path)
        return Place(self.file, mark.line, mark.column, note)

    def place_of_key(self, path: Path, note: str = "") -> Place:
        """Where the key of the value at a path stands; for an entry of a list, the entry."""
        mark = self.marks.of(self.data, path)
        return Place(self.file, mark.key_line, mark.key_column, note)

    def written(self, path: Path) -> str | None:
        """The characters of the scalar at a path, before it was read as a number or truth value; None without one there."""
        return self.marks.written(self.text, path)

    def value(self, path: Path) -> object:
        """The plain data at a path; None when nothing is there."""
        found: object = self.data
        for step in path:
            match found:
                case dict() if step in found:
                    found = found[step]
                case list() if isinstance(step, int) and step < len(found):
                    found = found[step]
                case _:
                    return None
        return found
