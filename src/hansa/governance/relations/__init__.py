"""The mesh as relations: the documented tables and views that policies and people ask in SQL.

Promises: `RELATIONS` and `VIEWS` are a public surface, every column with its type and meaning; `rows_of` makes their rows from a
compiled mesh and recorded facts, each relation only when somebody asks for it. Does not: answer SQL, which is an engine's work.
"""

from hansa.governance.relations.rows import RELATIONS, example_rows, rows_of, view_queries
from hansa.governance.relations.schema import Kind, RelationColumn, RelationSchema
from hansa.governance.relations.views import VIEWS

__all__ = ["RELATIONS", "VIEWS", "Kind", "RelationColumn", "RelationSchema", "example_rows", "rows_of", "view_queries"]
