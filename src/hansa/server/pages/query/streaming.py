"""The rows of a query for a page: as lines of JSON that a script reads as they come, or the first of them at once.

A line is one document: first `{"columns": …, "notices": …, "masks": …}`, then lists of rows, then `{"rows": …, "more": …}` or
`{"trouble": …}`. Without one of the last two, rows are missing.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict

from hansa.frozen import dataclass
from hansa.gateway.asking import GovernedAnswer
from hansa.server.pages.query.asking import Mask, batches, masks, notices
from hansa.server.pages.query.values import Cell, ResultColumn, cells, result_columns
from hansa.trouble import Trouble, TroubleError

MOST_ROWS = 100_000
MOST_BYTES = 32_000_000
"""What a browser is given of one answer; a download has all of it."""
ROWS_A_LINE = 500
SHOWN_ROWS = 200
_SHOWN_CELLS = 2_000
_SHOWN_TEXT = 30_000
_SHOWN_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page without scripts shows of an answer. `more` says that there are other rows."""

    id: str
    columns: list[ResultColumn]
    rows: list[list[Cell]]
    masks: list[Mask]
    notices: list[str]
    more: bool

    def mask(self, column: str) -> Mask | None:
        """The mask of a column of the answer that is called as one that is masked."""
        return next((m for m in self.masks if m.column.lower() == column.lower()), None)


def lines(answer: GovernedAnswer, most_rows: int = MOST_ROWS, most_bytes: int = MOST_BYTES) -> Iterator[bytes]:
    """The answer line by line; no batch is asked for before the lines of the last were taken."""
    found = masks(answer)
    yield _line(
        {
            "query": answer.id,
            "columns": [asdict(c) for c in result_columns(answer.schema)],
            "notices": notices(answer, found),
            "masks": [asdict(m) for m in found],
        }
    )
    rows = size = 0
    try:
        for batch in batches(answer):
            for start in range(0, batch.num_rows, ROWS_A_LINE):
                part = list(cells(batch.slice(start, min(ROWS_A_LINE, most_rows - rows))))
                line = _line(part)
                if size + len(line) > most_bytes:
                    yield _line({"rows": rows, "more": "bytes"})
                    return
                rows, size = rows + len(part), size + len(line)
                yield line
                if rows >= most_rows:
                    more = start + len(part) < batch.num_rows or next(batches(answer), None) is not None
                    yield _line({"rows": rows, "more": "rows" if more else ""})
                    return
    except TroubleError as wrong:
        yield _line({"rows": rows, "trouble": _told(wrong.troubles[0])})
        return
    yield _line({"rows": rows, "more": ""})


def first_rows(answer: GovernedAnswer) -> Shown:
    """As many of the first rows as a page holds. One row more was asked for, which tells whether there is one."""
    columns = result_columns(answer.schema)
    most = min(SHOWN_ROWS, max(1, _SHOWN_CELLS // max(1, len(columns))))
    longest = max(20, min(_SHOWN_LONGEST, _SHOWN_TEXT // max(1, len(columns))))
    rows: list[list[Cell]] = []
    more, text = False, 0
    for batch in batches(answer):
        # To its end, so that the record says that the query was answered.
        for row in () if more else cells(batch, longest):
            text += sum(len(c) if isinstance(c, str) else longest for c in row if c is not None)
            if len(rows) >= most or (rows and text > _SHOWN_TEXT):
                more = True
                break
            rows.append(row)
    found = masks(answer)
    return Shown(answer.id, columns, rows, found, notices(answer, found), more)


def _line(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def _told(trouble: Trouble) -> dict[str, object]:
    return {"code": trouble.code, "detail": trouble.summary, "mend": trouble.mend}
