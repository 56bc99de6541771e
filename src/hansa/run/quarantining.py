"""Quarantine: the rows of a refused batch that broke a rule, each with its reasons, kept beside the lake for inspection."""

import contextlib
import json
from pathlib import Path

from hansa.audit import Audit, quarantine_query, quarantine_schema
from hansa.engines import Cancellation, EngineFailed, Materialisation, QueryRefused, SqlQuery
from hansa.frozen import dataclass
from hansa.model import Relation, RunId, Schema
from hansa.run.equipment import Equipment


@dataclass(frozen=True, slots=True)
class Refused:
    """Data that did not pass its audit, a port's or a source's; `name` is that of its folder, `batch` are a port's new files."""

    name: str
    schema: Schema
    relation: Relation
    audited: Audit
    batch: tuple[str, ...] = ()


def quarantine(refused: Refused, run: RunId, equipment: Equipment, cancellation: Cancellation) -> tuple[int, str]:
    """Write the failing rows as Parquet with a column of reasons; their number and folder.

    A rule that no single row breaks (too few rows, an SQL rule over the whole) leaves no rows; the verdicts and the place of the
    refused batch are written all the same. Failing to quarantine never hides the failed audit.
    """
    folder = equipment.quarantine / run / refused.name
    rows, trouble = 0, ""
    try:
        rows = _rows(refused, folder, equipment, cancellation)
    except (QueryRefused, EngineFailed, OSError) as failed:
        trouble = f"the failing rows could not be written: {failed}"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        _note(folder, refused, rows, trouble)
    return rows, str(folder)


def _rows(refused: Refused, folder: Path, equipment: Equipment, cancellation: Cancellation) -> int:
    query = quarantine_query(refused.audited.checks, refused.audited.results, refused.schema, "data")
    if not query:
        return 0
    work = Materialisation(SqlQuery(query), {"data": refused.relation}, quarantine_schema(refused.schema), folder / "rows")
    return sum(f.rows for f in equipment.embedded().materialise(work, cancellation))


def _note(folder: Path, refused: Refused, rows: int, trouble: str) -> None:
    verdicts = [
        {"check": r.check, "status": str(r.status), "measured": r.measured, "threshold": r.threshold, "message": r.message}
        for r in refused.audited.results
        if r.status in ("fail", "error")
    ]
    note = {
        "port": refused.name,
        "rows": rows,
        "failed": verdicts,
        "batch": list(refused.batch),
        "trouble": trouble,
    }
    (folder / "quarantine.json").write_text(json.dumps(note, indent=2, default=str, ensure_ascii=False), encoding="utf-8")
