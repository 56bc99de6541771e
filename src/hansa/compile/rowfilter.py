"""Row filters of agreements, as far as they can be judged without an engine: one predicate over the port's columns.

Whoever decides compiles them once more, closed to everything else; here people are told early what cannot work.
"""

from collections.abc import Collection, Iterator

from sqlglot import exp

from hansa.compile.confinement import breaches
from hansa.compile.statement import SqlFault, read_statement
from hansa.trouble import did_you_mean, one_of

_STANDING_IN = ("principal", "consumer")
"""Names before a dot that stand for attributes of who asks."""


def row_filter_fault(text: str, columns: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Why a text is no filter over these columns, as code, summary and mend: the first reason."""
    statement = read_statement(f"SELECT * FROM port WHERE (\n{text}\n)")
    if isinstance(statement, SqlFault):
        yield (
            "H293",
            f"a row filter is no condition: {statement.reason}",
            statement.mend or "write an SQL condition, such as region = 'north'",
        )
        return
    where = statement.tree.args.get("where")
    shape = (
        isinstance(where, exp.Where)
        and isinstance(where.this, exp.Paren)
        and set(statement.tree.find_all(exp.Query)) == {statement.tree}
    )
    if not shape:
        yield "H293", "a row filter is no condition over the port's own columns", "write one condition, without queries in it"
        return
    for breach in breaches(statement, ("port",)):
        yield "H293", f"a row filter reaches beyond its row: {breach.reason}", breach.mend
        return
    known = {c.lower() for c in columns}
    for column in statement.tree.find_all(exp.Column):
        if column.table.lower() in _STANDING_IN or column.name.lower() in known:
            continue
        mend = did_you_mean(column.name, columns) or f"its columns: {one_of(columns)}"
        yield "H293", f"a row filter names `{column.sql('duckdb')}`, which is no column of the port", mend
        return
