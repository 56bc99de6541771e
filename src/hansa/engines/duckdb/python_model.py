"""Python models: the function `model(inputs)` of a file, given the relations it reads, returning one.

The code runs in this process with its rights: what confines SQL does not confine it. That is a decision of whoever lets a
Python model into the mesh, and `capability.python_models` lets a platform say no.
"""

import itertools
import sys
import threading
import traceback
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
from duckdb import DuckDBPyRelation

from hansa.engines.protocol import EngineFailed, PythonQuery, QueryRefused
from hansa.model import quoted

if TYPE_CHECKING:
    import pandas
    import polars

_counter = itertools.count()


class Input:
    """One relation that a Python model reads, in the form it asks for. Nothing is read before it asks."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        self._connection = connection
        self._query = f"SELECT * FROM {quoted(name)}"

    def duckdb(self) -> DuckDBPyRelation:
        """A lazy DuckDB relation."""
        return self._connection.sql(self._query)

    def arrow(self) -> pa.Table:
        """All rows, as an Arrow table."""
        return self.duckdb().to_arrow_table()

    def reader(self) -> pa.RecordBatchReader:
        """The rows as a stream of Arrow batches."""
        # An open reader owns its connection, so each has its own.
        return self._connection.cursor().sql(self._query).to_arrow_reader()

    def polars(self) -> "polars.DataFrame":
        """All rows, as a Polars data frame."""
        frame: polars.DataFrame = self.duckdb().pl()
        return frame

    def pandas(self) -> "pandas.DataFrame":
        """All rows, as a pandas data frame."""
        frame: pandas.DataFrame = self.duckdb().df()
        return frame

    def sql(self, query: str) -> DuckDBPyRelation:
        """A query over this relation, which is called `self` in it."""
        answer = self.duckdb().query("self", query)
        if answer is None:
            raise ValueError("sql(…) takes a query that returns rows")
        return answer


class Inputs:
    """The relations of a Python model by attribute and by item: `inputs.orders`, `inputs["orders"]`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, names: tuple[str, ...]) -> None:
        self._relations = {name: Input(connection, name) for name in names}

    def __getitem__(self, name: str) -> Input:
        try:
            return self._relations[name]
        except KeyError:
            raise KeyError(f"`{name}` is no input of this model; it reads {', '.join(self._relations) or 'nothing'}") from None

    def __getattr__(self, name: str) -> Input:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(error.args[0]) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._relations)

    def __len__(self) -> int:
        return len(self._relations)


def call(connection: duckdb.DuckDBPyConnection, query: PythonQuery) -> Any:
    """What `model(inputs)` returns. Raises `EngineFailed` with the line of the user's code, `QueryRefused` without a model."""
    with _loaded(query.path) as model, _blamed(query.path):
        return model(Inputs(connection, query.reads))


def as_arrow(result: Any, path: str) -> Any:
    """A model's result in a form that DuckDB scans. Raises `QueryRefused` for what is none of the promised kinds."""
    if isinstance(result, DuckDBPyRelation):
        return result.to_arrow_reader()
    if isinstance(result, pa.Table | pa.RecordBatchReader):
        return result
    kind = f"{type(result).__module__}.{type(result).__name__}"
    if kind.startswith("pyarrow.") and hasattr(result, "scanner"):
        return result.scanner().to_reader()
    if kind.startswith("polars.") and hasattr(result, "collect_schema"):
        return result.lazy().collect().to_arrow()
    if kind.startswith("pandas.") and hasattr(result, "columns"):
        return pa.Table.from_pandas(result, preserve_index=False)
    raise QueryRefused(
        f"{Path(path).name}: model(inputs) returned {'nothing' if result is None else kind}; "
        "it must return a DuckDB relation, Arrow table, reader or dataset, or a Polars or pandas data frame"
    )


@contextmanager
def _loaded(path: str) -> Iterator[Callable[[Inputs], Any]]:
    """The function of a file, loaded under a name of its own: no two models share state, nothing is cached on disk."""
    module = types.ModuleType(f"hansa_model_{next(_counter)}")
    module.__file__ = path
    # Standard output is the command's: its one JSON document must stay one.
    module.__dict__["print"] = _told
    # Dataclasses and pickling look their module up by name while the model runs.
    sys.modules[module.__name__] = module
    try:
        with _blamed(path):
            exec(compile(Path(path).read_bytes(), path, "exec"), module.__dict__)
        model = getattr(module, "model", None)
        if not callable(model):
            raise QueryRefused(f"{Path(path).name} has no function model(inputs)")
        yield model
    finally:
        del sys.modules[module.__name__]


def _told(*values: object, file: Any = None, **options: Any) -> None:
    """What `print` is within a model: it goes where progress goes, unless the model says where."""
    print(*values, file=sys.stderr if file is None else file, **options)


@contextmanager
def _blamed(path: str) -> Iterator[None]:
    """Turn what the user's code raises into one line with its place in the user's file."""
    try:
        yield
    except (EngineFailed, QueryRefused, duckdb.InterruptException):
        raise
    except SyntaxError as error:
        raise QueryRefused(f"{Path(path).name}: {error.msg}", error.lineno or 0, error.offset or 0) from None
    except Exception as error:
        raise _failed(error, path) from error
    except (SystemExit, KeyboardInterrupt) as error:
        # Nobody's Ctrl-C arrives in another thread than the main one: then the model itself wants to end everything.
        if isinstance(error, KeyboardInterrupt) and threading.current_thread() is threading.main_thread():
            raise
        raise _failed(error, path) from error


def _failed(error: BaseException, path: str) -> EngineFailed:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    last = traceback.format_exception_only(error)[-1].strip()
    place = f"{Path(path).name}:{lines[-1]}" if lines and lines[-1] else Path(path).name
    return EngineFailed(f"{place}: {last}", "data")
