"""What governance needs of an engine: a database that holds the mesh's relations and answers confined, read-only SQL."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

Value = str | int | float | bool | None
"""What a cell of a relation or an answer holds. Moments and days are ISO 8601 texts going in, and their SQL types inside."""

Row = tuple[Value | tuple[str, ...], ...]
"""A row of a relation, in the order of its columns. Lists are tuples of texts."""


@dataclass(frozen=True, slots=True)
class RelationRows:
    """A relation to load: its columns as (name, SQL type), and its rows, or a function that makes them when asked for."""

    columns: tuple[tuple[str, str], ...]
    rows: Iterable[Row] | Callable[[], Iterable[Row]]

    def produced(self) -> Iterable[Row]:
        return self.rows() if callable(self.rows) else self.rows


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of one query; `more` when it had more than were asked for. Days and moments are ISO 8601 texts.

    Lists, structs and maps are texts of JSON.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    more: bool = False


class MeshDatabase(Protocol):
    """The relations of a mesh, each loaded when a query first names it; queries answer one at a time.

    A query that writes, reads files, is wrong, takes too long or needs too much memory raises `QueryRefused`.
    """

    def ask(self, sql: str, *, most: int = 10_000) -> Answer: ...

    def close(self) -> None: ...


OpenDatabase = Callable[[Mapping[str, RelationRows], Mapping[str, str]], MeshDatabase]
"""Opens a database of relations by name, and views: SQL by name, each over the relations and the views before it."""
