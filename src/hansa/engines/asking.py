"""Small relations of plain values for an engine to answer questions about, and its answers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

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
    """The rows of one query; `more` when it had more than were asked for. `types` are the columns' SQL types.

    Days and moments are ISO 8601 texts; lists, structs and maps are texts of JSON.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    more: bool = False
    types: tuple[str, ...] = ()
