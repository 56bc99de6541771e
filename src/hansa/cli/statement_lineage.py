"""`lineage columns`: where the columns of one statement from anywhere come from."""

import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from hansa.cli.output import say, table, write, write_json
from hansa.trouble import Place, Trouble, TroubleError, did_you_mean, one_of

if TYPE_CHECKING:
    from sqlglot import exp

    from hansa.compile.lineage import Traced
    from hansa.model import ColumnRead

STDIN = "<stdin>"
MOST_BYTES = 5_000_000
Columns = dict[str, Sequence[str]]


def columns(dialect: str, schema: Path | None, sql: Path | None, json: bool) -> None:
    """Show the lineage of the last statement of a text that yields columns. Raises TroubleError when there is nothing to read."""
    from hansa.compile.lineage import trace

    name = _dialect(dialect)
    known = _schema(schema) if schema is not None else {}
    file, text = _text(sql)
    try:
        traced = trace(_parsed(text, file, name), known, dialect=name)
        if traced is None:
            mend = "write a SELECT, or a statement that writes what a SELECT returns"
            raise TroubleError(Trouble("H929", f"no statement of {file} yields columns", (Place(file),), mend))
    except TroubleError as error:
        # The question was understood, and the answer is that this is no such statement: exit code 1.
        _refuse(error, json)
        raise typer.Exit(1) from None
    write_json(_document(traced)) if json else _write(traced)


def _refuse(error: TroubleError, json: bool) -> None:
    if json:
        write_json({"error": {"troubles": [t.to_json() for t in error.troubles]}})
    else:
        for trouble in error.troubles:
            say(str(trouble))


# What is given


def _dialect(word: str) -> str:
    """SQLGlot's name of a dialect; empty for ANSI. Raises TroubleError."""
    from sqlglot import Dialect
    from sqlglot.dialects import DIALECTS

    if word.lower() in ("", "ansi"):
        return ""
    names = [n.lower() for n in DIALECTS]
    if word.lower() not in names or Dialect.get(word.lower()) is None:
        mend = did_you_mean(word, names) or f"dialects: {one_of(['ansi', *names], most=40)}"
        raise TroubleError(Trouble("H928", f"there is no dialect `{word}`", mend=mend))
    return word.lower()


def _schema(path: Path) -> Columns:
    """The column names of tables by the tables' names. Raises TroubleError."""
    from hansa.declare.files import Folder

    if not path.exists():
        mend = "name a JSON or YAML file of `table: {column: type}`"
        raise TroubleError(Trouble("H908", f"there is no file or folder {path}", (Place(str(path)),), mend))
    document, troubles = Folder(Path.cwd()).document(path)
    if document is None or any(t.is_error for t in troubles):
        raise TroubleError(*troubles)
    found: Columns = {}
    for name, listed in _tables(document.data, ()):
        names = _names(listed)
        if names is None:
            mend = "write `table: {column: type}`, for example `orders: {order_id: bigint, state: varchar}`"
            place = document.place(tuple(name))
            raise TroubleError(Trouble("H927", f"`{'.'.join(name)}` is not a table with columns", (place,), mend))
        found[".".join(name)] = names
    return found


def _tables(data: Mapping[str, object], before: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    """Tables with what stands for their columns. A mapping of mappings is a schema or a database of tables."""
    for name, value in data.items():
        path = (*before, str(name))
        if isinstance(value, dict) and value and all(isinstance(v, dict | list) for v in value.values()):
            yield from _tables(value, path)
        else:
            yield path, value


def _names(listed: object) -> list[str] | None:
    if isinstance(listed, dict):
        return [str(n) for n in listed]
    return [str(n) for n in listed] if isinstance(listed, list) and all(isinstance(n, str) for n in listed) else None


def _text(path: Path | None) -> tuple[str, str]:
    """The file's name and the text of the statement. Raises TroubleError."""
    from hansa.declare.files import Folder

    if path is None:
        if sys.stdin.isatty():
            mend = "pipe the statement in: `echo 'SELECT …' | hansa lineage columns`, or name a file with --sql"
            raise TroubleError(Trouble("H907", "there is no statement on stdin", mend=mend))
        return STDIN, sys.stdin.buffer.read(MOST_BYTES).decode("utf-8-sig", "replace")
    if not path.exists():
        raise TroubleError(Trouble("H908", f"there is no file or folder {path}", (Place(str(path)),), "name a file of SQL"))
    text, troubles = Folder(Path.cwd()).text(path, MOST_BYTES)
    if text is None:
        raise TroubleError(*troubles)
    return str(path), text


def _parsed(text: str, file: str, dialect: str) -> list["exp.Expr"]:
    """The statements of a text. Raises TroubleError."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    from hansa.compile.statement import fault_of

    # SQLGlot tells its log of syntax that it passes on unread; here that is among what is not resolved.
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    mend = "correct the statement, or name its dialect with --dialect"
    try:
        return [tree for tree in sqlglot.parse(text, read=dialect or None) if tree is not None]
    except RecursionError:
        mend = "split it into steps with WITH"
        raise TroubleError(Trouble("H929", "the statement is nested too deeply", (Place(file),), mend)) from None
    except SqlglotError as error:
        fault = fault_of(text, error)
        place = Place(file, fault.line, fault.column)
        raise TroubleError(Trouble("H929", f"this is no SQL of {dialect or 'ansi'}: {fault.reason}", (place,), mend)) from None


# What is shown


def _outputs(traced: "Traced") -> dict[str, list["ColumnRead"]]:
    """Everything that each output depends on. A second output of a name is called `name:1`, as DuckDB does."""
    found: dict[str, list[ColumnRead]] = {}
    for column in traced.lineage.columns:
        name, again = column.column, 0
        while name in found:
            again += 1
            name = f"{column.column}:{again}"
        found[name] = sorted({*column.reads, *traced.lineage.rows})
    return found


def _document(traced: "Traced") -> dict[str, object]:
    return {
        "target": traced.target,
        "outputs": {name: [_read_json(r) for r in reads] for name, reads in _outputs(traced).items()},
        "rows": [_read_json(r) for r in traced.lineage.rows],
        "unresolved": list(traced.lineage.unresolved),
    }


def _read_json(read: "ColumnRead") -> dict[str, str]:
    return {
        "table": read.table,
        "column": read.column,
        "kind": read.subtype.kind,
        "subtype": str(read.subtype),
        "learnt": str(read.learnt),
    }


def _write(traced: "Traced") -> None:
    """For people: what each column alone comes from, and once what takes part in all of them."""
    if traced.target:
        write(f"writes {traced.target}\n")
    rows: list[tuple[str, str, str, str]] = []
    groups = [(c.column, c.reads) for c in traced.lineage.columns]
    for name, reads in (*groups, ("all of them", traced.lineage.rows)):
        for at, read in enumerate(reads):
            rows.append((name if at == 0 else "", f"{read.table}.{read.column}", read.subtype.replace("_", " "), read.learnt))
        if not reads and (name, reads) in groups:
            rows.append((name, "–", "", ""))
    write(table(("output", "comes from", "how", "learnt"), rows))
    if traced.lineage.unresolved:
        write(f"\nnot resolved, and so taken to depend on everything: {', '.join(traced.lineage.unresolved)}")
