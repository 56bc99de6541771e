"""What governance needs of an engine: a database that holds the mesh's relations and answers confined, read-only SQL."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from hansa.engines.asking import PART_ROWS, Answer, Part, RelationRows, Row, Value

__all__ = ["PART_ROWS", "Answer", "MeshDatabase", "OpenDatabase", "Part", "RelationRows", "Row", "Value"]


class MeshDatabase(Protocol):
    """The relations of a mesh, each loaded when a query first names it; queries are answered one at a time.

    Of a relation only the columns are loaded that the query, or one that is expected, can look at.

    A query that writes, reads files, is wrong, takes too long or needs too much memory raises `QueryRefused`.
    """

    def ask(self, sql: str, *, most: int = 10_000) -> Answer: ...

    def expect(self, queries: Iterable[str]) -> None:
        """Say what will be asked, so that each relation is loaded once for all of it. Wrong queries are refused when asked."""
        ...

    def looked_at(self, sql: str) -> Mapping[str, frozenset[str]]:
        """The relations that a query reads, directly or by views, each with the columns that it can look at."""
        ...

    def close(self) -> None: ...


OpenDatabase = Callable[[Mapping[str, RelationRows], Mapping[str, str]], MeshDatabase]
"""Opens a database of relations by name, and views: SQL by name, each over the relations and the views before it."""
