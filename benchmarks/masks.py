"""A masked scan costs at most 1.1 times the same expression written by hand.

Size: a million rows in one Parquet file, a text and a number each. Ours is the governed view of the gateway over that file;
the peer asks for the very expressions of DuckDB that a person would write for the same result. Both are fetched as Arrow
batches. What tokens cost, for which nobody writes an expression by hand, is shown beside it.
"""

import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.outcome import Outcome
from benchmarks.process import part, spoken
from benchmarks.series import interleaved, ratio
from benchmarks.setting import Setting

LIMIT = 1.1
ROWS = 1_000_000
FEW = 10_000
_BY_HAND = (
    "translate(regexp_replace(email, '[^0-9(),.@-]', 'x', 'g'), '0123456789', 'nnnnnnnnnn') AS email, "
    "date_trunc('year', born) AS born, sha256(name) AS name"
)


def measure(setting: Setting) -> Outcome:
    rows = str(_rows(setting.scratch, FEW if setting.small else ROWS))
    contenders = tuple(part("benchmarks.masks", name, rows) for name in ("by hand", "governed", "governed, tokens"))
    plain, ours, tokens = interleaved(contenders, setting)
    return Outcome(
        (plain, ours, tokens), (ratio("masked scan ÷ by hand", ours, plain, LIMIT), ratio("tokens ÷ by hand", tokens, plain))
    )


def _rows(folder: Path, rows: int) -> Path:
    import duckdb

    file = Path(folder) / "people.parquet"
    if not file.exists():
        people = "'user' || range || '@mail.example' AS email, DATE '1950-01-01' + (range % 20000)::INTEGER AS born"
        duckdb.sql(
            f"COPY (SELECT range AS id, {people}, 'Name ' || range AS name FROM range({rows})) TO '{file}' (FORMAT parquet)"
        )
    return file


def _by_hand(rows: str) -> Mapping[str, float]:
    return _fetched(f"SELECT {_BY_HAND} FROM read_parquet('{rows}')")


def _governed(rows: str) -> Mapping[str, float]:
    return _fetched(_view(rows, {"email": "mask-alphanum", "born": "truncate-to-year", "name": "sha-256-global"}))


def _tokens(rows: str) -> Mapping[str, float]:
    return _fetched(_view(rows, {"id": "tokenise", "email": "tokenise", "name": "tokenise"}))


def _view(rows: str, masks: Mapping[str, str]) -> str:
    from hansa.access.masking import MaskKeys
    from hansa.gateway.projecting import projection
    from hansa.model import Column, ColumnDecision, ColumnEffect, Decision, Schema, types
    from hansa.names import PortMajor, PortName

    kinds: dict[str, types.DataType] = {
        "id": types.Integer(),
        "email": types.String(),
        "born": types.Date(),
        "name": types.String(),
    }
    schema = Schema(tuple(Column(name, kind) for name, kind in kinds.items()))
    columns = tuple(ColumnDecision(name, ColumnEffect.MASKED, mask) for name, mask in masks.items())
    decision = Decision(PortMajor(PortName("people", "directory", "people"), 1), allowed=True, columns=columns)
    return projection(f"read_parquet('{rows}')", decision, schema, MaskKeys(bytes(32), bytes(16)), barrier=False)


def _fetched(query: str) -> Mapping[str, float]:
    import duckdb
    import pyarrow as pa

    connection = duckdb.connect(config={"memory_limit": "1GB"})
    connection.execute("SET TimeZone = 'UTC'")
    started = time.perf_counter()
    reader: pa.RecordBatchReader = connection.execute(query).to_arrow_reader(100_000)
    rows = sum(batch.num_rows for batch in reader)
    return {"seconds": time.perf_counter() - started, "rows": rows}


if __name__ == "__main__":
    spoken({"by hand": _by_hand, "governed": _governed, "governed, tokens": _tokens})
