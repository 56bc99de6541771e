"""The values of a prepared statement's parameters, as a client binds them: one row of a record batch."""

from collections.abc import Iterable

import pyarrow as pa

from hansa.gateway.asking import Parameters
from hansa.trouble import Trouble, TroubleError

MOST_BYTES = 16 << 20
MOST = 1000  # values


def values_of(batches: Iterable[pa.RecordBatch], wanted: pa.Schema) -> Parameters:
    """The bound values: by name when the statement names its parameters, else by position. Raises TroubleError H735.

    `wanted` is the parameters' schema of the statement. Some clients number the columns that they bind: those go by position.
    """
    row: pa.RecordBatch | None = None
    for batch in batches:
        if batch.num_columns > MOST or batch.nbytes > MOST_BYTES:
            raise _unfit(f"the values are too many or too large: at most {MOST} values, and {MOST_BYTES >> 20} MB together")
        if batch.num_rows > 1 or (batch.num_rows and row is not None):
            raise _unfit("several rows of values are bound; a query is asked with one")
        row = batch if batch.num_rows else row
    if row is None:
        return _fitting((), wanted)
    values = tuple(column[0].as_py() for column in row.columns)
    named = [name.lstrip("$:@") for name in row.schema.names]
    if (
        values
        and not _numbered(wanted)
        and not all(name.isdigit() or not name for name in named)
        and len(set(named)) == len(named)
    ):
        return _fitting_names(dict(zip(named, values, strict=True)), wanted)
    return _fitting(values, wanted)


def fits(parameters: Parameters, wanted: pa.Schema) -> None:
    """Raise TroubleError H735 when values are missing."""
    if len(parameters) < len(wanted):
        raise _miscounted(len(wanted), len(parameters))


def _fitting(values: tuple[object, ...], wanted: pa.Schema) -> Parameters:
    if len(values) != len(wanted):
        raise _miscounted(len(wanted), len(values))
    return values if _numbered(wanted) else dict(zip(wanted.names, values, strict=True))


def _fitting_names(values: dict[str, object], wanted: pa.Schema) -> Parameters:
    missing = [name for name in wanted.names if name not in values]
    if missing:
        raise _unfit(f"no value is bound for {', '.join(f'`{m}`' for m in missing)}")
    unknown = [name for name in values if name not in wanted.names]
    if unknown:
        raise _unfit(f"the statement has no parameter {', '.join(f'`{u[:60]}`' for u in unknown)}")
    return values


def _numbered(wanted: pa.Schema) -> bool:
    return all(name.lstrip("$?").isdigit() or not name for name in wanted.names)


def _miscounted(parameters: int, values: int) -> TroubleError:
    has = f"{parameters} parameter{'' if parameters == 1 else 's'}"
    bound = f"{values} value is" if values == 1 else f"{values} values are"
    return _unfit(f"the statement has {has}, and {bound} bound")


def _unfit(summary: str) -> TroubleError:
    return TroubleError(Trouble("H735", summary, mend="bind one row, with one value for each parameter"))
