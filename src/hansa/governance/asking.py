"""What governance needs of an engine: a database that holds the mesh's relations and answers confined, read-only SQL."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

Value = str | int | float | bool | None
"""What a cell of a relation or an answer holds. Moments and days are ISO 8601 texts going in, and their SQL types inside."""


@dataclass(frozen=True, slots=True)
class RelationRows:
    """A relation to load: its columns as (name, SQL type), and its rows in that order. Lists are tuples of texts."""

    columns: tuple[tuple[str, str], ...]
    rows: Sequence[tuple[Value | tuple[str, ...], ...]]


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of one query; `more` when it had more than were asked for."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    more: bool = False


class MeshDatabase(Protocol):
    """The relations of a mesh, loaded. A query that writes, reads files, is wrong or takes too long raises `QueryRefused`."""

    def ask(self, sql: str, *, most: int = 10_000) -> Answer: ...

    def close(self) -> None: ...


OpenDatabase = Callable[[Mapping[str, RelationRows], Mapping[str, str]], MeshDatabase]
"""Opens a database of relations by name, and views: SQL by name, each over the relations and the views before it."""
