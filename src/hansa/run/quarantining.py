"""Quarantine: the rows of a refused batch that broke a rule, each with its reasons, kept beside the lake for inspection."""

import contextlib
import json
from pathlib import Path

from hansa.audit import Audit, quarantine_query, quarantine_schema
from hansa.engines import Cancellation, EngineFailed, Materialisation, QueryRefused, SqlQuery
from hansa.model import RunId
from hansa.run.computing import Computed
from hansa.run.equipment import Equipment


def quarantine(
    computed: Computed, audited: Audit, run: RunId, equipment: Equipment, cancellation: Cancellation
) -> tuple[int, str]:
    """Write the failing rows as Parquet with a column of reasons; their number and folder.

    A rule that no single row breaks (too few rows, an SQL rule over the whole) leaves no rows; the verdicts and the place of the
    refused batch are written all the same. Failing to quarantine never hides the failed audit.
    """
    folder = equipment.quarantine / run / str(computed.output.pinned)
    rows, trouble = 0, ""
    try:
        rows = _rows(computed, audited, folder, equipment, cancellation)
    except (QueryRefused, EngineFailed, OSError) as failed:
        trouble = f"the failing rows could not be written: {failed}"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        _note(folder, computed, audited, rows, trouble)
    return rows, str(folder)


def _rows(computed: Computed, audited: Audit, folder: Path, equipment: Equipment, cancellation: Cancellation) -> int:
    output = computed.output
    query = quarantine_query(audited.checks, audited.results, output.schema, "data")
    if not query:
        return 0
    work = Materialisation(SqlQuery(query), {"data": computed.whole}, quarantine_schema(output.schema), folder / "rows")
    return sum(f.rows for f in equipment.embedded().materialise(work, cancellation))


def _note(folder: Path, computed: Computed, audited: Audit, rows: int, trouble: str) -> None:
    verdicts = [
        {"check": r.check, "status": str(r.status), "measured": r.measured, "threshold": r.threshold, "message": r.message}
        for r in audited.results
        if r.status in ("fail", "error")
    ]
    note = {
        "port": str(computed.output.pinned),
        "rows": rows,
        "failed": verdicts,
        "batch": [f.path for f in computed.written],
        "trouble": trouble,
    }
    (folder / "quarantine.json").write_text(json.dumps(note, indent=2, default=str, ensure_ascii=False), encoding="utf-8")
