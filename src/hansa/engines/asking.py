"""Small relations of plain values for an engine to answer questions about, and its answers."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice

from hansa.frozen import dataclass

Value = str | int | float | bool | None
"""What a cell of a relation or an answer holds. Moments and days are ISO 8601 texts going in, and their SQL types inside."""

Row = tuple[Value | tuple[str, ...], ...]
"""A row of a relation, in the order of its columns. Lists are tuples of texts."""


Part = tuple[Sequence[Value | tuple[str, ...]], ...]
"""Some thousands of rows of a relation, column by column."""

PART_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class RelationRows:
    """A relation to load: its columns as (name, SQL type), and its rows, or a function that makes them when asked for.

    Large relations have `parts` instead of rows: a function that makes the cells of just the columns that somebody wants.
    """

    columns: tuple[tuple[str, str], ...]
    rows: Iterable[Row] | Callable[[], Iterable[Row]] = ()
    parts: Callable[[Collection[str]], Iterable[Part]] | None = None

    def produced(self, wanted: Collection[str]) -> Iterator[Part]:
        """The cells of the wanted columns, in the order of `columns`."""
        if self.parts is not None:
            yield from self.parts(wanted)
            return
        at = [number for number, (name, _) in enumerate(self.columns) if name in wanted]
        rows = iter(self.rows() if callable(self.rows) else self.rows)
        while chunk := list(islice(rows, PART_ROWS)):
            yield tuple([row[number] for row in chunk] for number in at)


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of one query; `more` when it had more than were asked for. `types` are the columns' SQL types.

    Days and moments are ISO 8601 texts; lists, structs and maps are texts of JSON.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    more: bool = False
    types: tuple[str, ...] = ()
