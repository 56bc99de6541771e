"""The column lineage of one statement: which source columns each of its output columns depends on, and how.

Promises: one pass over the tree for all columns at once; nothing that a statement reads is dropped in silence. What cannot be
followed (an unknown column, function of tables or syntax) becomes assumed reads of every column of every table of the statement,
and is named; so is a table without a schema, whose columns are assumed to be those that the statement mentions. Does not: look at
data, connect statements with each other (a mesh's lineage does), or change the tree.
"""

from hansa.compile.lineage.aligning import aligned
from hansa.compile.lineage.statements import Traced, lineage_of, trace

__all__ = ["Traced", "aligned", "lineage_of", "trace"]
