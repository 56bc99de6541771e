"""A document: plain data that people wrote, which still knows at which line and column each value stands."""

from hansa.declare.lines import read_lines
from hansa.declare.shape import Path
from hansa.declare.yaml import Marks, Positions
from hansa.trouble import Place


class Document:
    """A YAML file as read. `file` is relative to the mesh folder where possible; `data` is plain, variables as written.

    The characters of scalars are worked out when the first are asked for, since a document without troubles needs none. One that
    was made `light` holds its text alone, and reads it again when somebody asks for more.
    """

    __slots__ = ("_data", "_marks", "file", "text")

    def __init__(self, file: str, data: dict[str, object] | None, text: str = "", marks: Marks | None = None) -> None:
        self.file = file
        self.text = text
        self._data = data
        self._marks = marks if marks is not None or data is None else Marks()

    @property
    def data(self) -> dict[str, object]:
        return self._read()[0]

    @property
    def marks(self) -> Marks:
        return self._read()[1]

    def light(self) -> "Document":
        """The same document without what its text says anyway: a small part of it to keep, and to hand to another process."""
        return Document(self.file, None, self.text) if self.text else self

    def place(self, path: Path, note: str = "") -> Place:
        """Where the value at a path stands; the nearest thing around it when nothing is written there."""
        data, marks = self._read()
        mark = marks.of(data, path)
        return Place(self.file, mark.line, mark.column, note)

    def places(self, path: Path) -> tuple[Place, ...]:
        """Where the entries of the list at a path stand; none when no list is there."""
        data, marks = self._read()
        return tuple(Place(self.file, line, column) for line, column in marks.entries(data, path))

    def place_of_key(self, path: Path, note: str = "") -> Place:
        """Where the key of the value at a path stands; for an entry of a list, the entry."""
        data, marks = self._read()
        mark = marks.of(data, path)
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

    def _read(self) -> tuple[dict[str, object], Marks]:
        if self._data is None or self._marks is None:
            # It was read before, so that whatever there is to tell was told then.
            data, positions = read_lines(self.text) or _read_by_events(self.file, self.text)
            assert isinstance(data, dict), self.file
            self._data, self._marks = data, Marks(positions)
        return self._data, self._marks

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Document):
            return NotImplemented
        return (self.file, self.text, self.data) == (other.file, other.text, other.data)

    def __repr__(self) -> str:
        return f"Document({self.file!r})"

    def __reduce__(self) -> "tuple[type[Document], tuple[object, ...]]":
        return Document, (self.file, self._data, self.text, self._marks)


def _read_by_events(file: str, text: str) -> tuple[object, Positions]:
    from hansa.declare.events import Reading

    reading = Reading(file, text)
    return reading.document(), reading.positions
