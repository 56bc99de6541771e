"""Where in what people wrote something stands."""

from hansa.frozen import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file: `file` relative to the mesh folder where possible, `line` and `column` from 1.

    A line of 0 means the file as a whole; `note` says what stands there, in a few words.
    """

    file: str
    line: int = 0
    column: int = 0
    note: str = ""

    def __str__(self) -> str:
        if self.line <= 0:
            return self.file
        return f"{self.file}:{self.line}:{max(self.column, 1)}"

    def noted(self, note: str) -> "Place":
        return Place(self.file, self.line, self.column, note)
