"""The examples of a policy as rows by relation. Whether the relations exist is known where the examples are run."""

from collections.abc import Iterator, Mapping

from hansa.declare.governance.policies import ExampleEntry
from hansa.declare.reading import Reader
from hansa.declare.shape import Path
from hansa.model import PolicyExample
from hansa.model.governance import Cell


def examples_of(entries: tuple[ExampleEntry, ...], reader: Reader) -> tuple[PolicyExample, ...]:
    """The examples that can be run; what is wrong with others is told."""
    return tuple(
        PolicyExample(e.name, e.expect != "fail", rows, e.subjects, reader.document.place((*e.at, "name")))
        for e in entries
        if (rows := _rows(e, reader)) is not None
    )


def _rows(entry: ExampleEntry, reader: Reader) -> dict[str, tuple[Mapping[str, Cell], ...]] | None:
    found: dict[str, tuple[Mapping[str, Cell], ...]] = {}
    for relation, rows in (entry.rows if isinstance(entry.rows, dict) else {}).items():
        at: Path = (*entry.at, "rows", relation)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            mend = "write a list of rows: `- {product: customer.profiles, owner: ''}`"
            reader.trouble("H317", f"the rows of `{relation}` in an example must be a list of mappings", at, mend)
            return None
        found[relation] = tuple(dict(_cells(row, (*at, number), reader)) for number, row in enumerate(rows))
    return found


def _cells(row: Mapping[str, object], at: Path, reader: Reader) -> Iterator[tuple[str, Cell]]:
    for column, value in row.items():
        if value is None or isinstance(value, str | int | float | bool):
            yield column, value
        elif isinstance(value, list) and all(isinstance(each, str) for each in value):
            yield column, tuple(str(each) for each in value)
        else:
            reader.trouble("H317", "a cell of an example is a scalar or a list of texts", (*at, column), "write it as text")
