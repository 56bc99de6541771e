"""Quarantine: the rows of a refused batch that broke a rule, each with its reasons, kept beside the lake for inspection."""

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
    output = computed.output
    folder = equipment.quarantine / run / str(output.pinned)
    folder.mkdir(parents=True, exist_ok=True)
    rows = 0
    query = quarantine_query(audited.checks, audited.results, output.schema, "data")
    if query:
        schema = quarantine_schema(output.schema)
        work = Materialisation(SqlQuery(query), {"data": computed.whole}, schema, folder / "rows")
        try:
            rows = sum(f.rows for f in equipment.embedded().materialise(work, cancellation))
        except (QueryRefused, EngineFailed) as failed:
            _note(folder, computed, audited, rows, f"the failing rows could not be written: {failed}")
            return 0, str(folder)
    _note(folder, computed, audited, rows, "")
    return rows, str(folder)


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
