"""What governance needs of an engine: a database that holds the mesh's relations and answers confined, read-only SQL."""

from collections.abc import Callable, Mapping
from typing import Protocol

from hansa.engines.asking import Answer, RelationRows, Row, Value

__all__ = ["Answer", "MeshDatabase", "OpenDatabase", "RelationRows", "Row", "Value"]


class MeshDatabase(Protocol):
    """The relations of a mesh, each loaded when a query first names it; queries are answered one at a time.

    A query that writes, reads files, is wrong, takes too long or needs too much memory raises `QueryRefused`.
    """

    def ask(self, sql: str, *, most: int = 10_000) -> Answer: ...

    def close(self) -> None: ...


OpenDatabase = Callable[[Mapping[str, RelationRows], Mapping[str, str]], MeshDatabase]
"""Opens a database of relations by name, and views: SQL by name, each over the relations and the views before it."""
