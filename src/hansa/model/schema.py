"""A schema: the columns of a table as an engine sees them, without meaning."""

from collections.abc import Iterator

from hansa.frozen import dataclass
from hansa.model.indexed import Indexed
from hansa.model.types import DataType, sql


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `required` says that it holds no nulls."""

    name: str
    type: DataType
    required: bool = False

    def __str__(self) -> str:
        return f"{self.name} {sql(self.type)}" + (" NOT NULL" if self.required else "")


@dataclass(frozen=True, slots=True)
class Schema(Indexed[Column]):
    """Columns in order; names are unique without regard to case, as SQL wants it."""

    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        names = [c.name.lower() for c in self.columns]
        if len(set(names)) < len(names):
            twice = {n for n in names if names.count(n) > 1}
            raise ValueError(f"columns stand twice: {', '.join(sorted(twice))}")

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)

    def find(self, name: str) -> Column | None:
        """The column of a name, without regard to case."""
        return self._find(name, self.columns)
