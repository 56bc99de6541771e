"""Questions about the mesh in SQL, and the relations that they are asked over. Only administrators ask.

A question can be about everything at once, and so can its answer: nothing that a viewer may not know of could be kept out of it.
"""

from collections.abc import Sequence

from starlette.responses import Response

from hansa.engines import EngineFailed, QueryRefused
from hansa.frozen import dataclass
from hansa.governance import Answer
from hansa.governance.relations import RELATIONS, VIEWS, rows_of, view_queries
from hansa.server.pages.deciding import beside_the_form
from hansa.server.pages.governing.turns import Turns
from hansa.server.pages.visit import Visit
from hansa.server.transport import Answered
from hansa.trouble import Trouble, TroubleError
from hansa.wiring import open_database

LONGEST = 5.0
MOST = 100
WIDEST = 200
"""Characters of a cell that are shown."""
MOST_TEXT = 50_000
"""Characters of an answer, so that a page stays a page."""
_TURNS = Turns("asking")
BEGIN = "SELECT product, owner, status\nFROM products\nORDER BY product"


@dataclass(frozen=True, slots=True)
class Table:
    """An answer as it is shown: cells as text, None for null."""

    columns: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: Sequence[tuple[str | None, ...]]
    more: bool


def form(visit: Visit) -> Response:
    """The question to begin with, beside the relations."""
    return _shown(visit, BEGIN)


def asked(visit: Visit) -> Response:
    """Ask, and show the first rows; or what is wrong with the question."""
    sql = next(iter(visit.form.get("sql", ())), "")[:20_000].replace("\r\n", "\n")
    try:
        if not visit.administers:
            mend = "ask an administrator, or ask where the mesh's files are: `hansa policy query`"
            raise Answered(Trouble("H846", "only administrators may ask about the whole mesh in SQL", mend=mend), 403)
        with _TURNS.taken():
            answer = _answer(visit, sql)
    except TroubleError as wrong:
        status = wrong.status if isinstance(wrong, Answered) else beside_the_form(wrong)
        return _shown(visit, sql, trouble=wrong.troubles[0], status=status)
    rows = _rows(answer)
    return _shown(visit, sql, Table(answer.columns, answer.types, rows, answer.more or len(rows) < len(answer.rows)))


def _answer(visit: Visit, sql: str) -> Answer:
    mesh = visit.sight.mesh
    rows = rows_of(mesh, visit.catalogue.rulings.facts(mesh), visit.now.date())
    database = open_database(rows, view_queries(), LONGEST)
    try:
        return database.ask(sql, most=MOST)
    except QueryRefused as wrong:
        at = f" (line {wrong.line}, column {wrong.column})" if wrong.line else ""
        near = f"did you mean {' or '.join(f'`{c}`' for c in wrong.candidates)}?" if wrong.candidates else ""
        mend = near or "change the query; the relations stand beside it"
        raise Answered(Trouble("H847", f"{wrong.reason}{at}", mend=mend), 422) from None
    except EngineFailed as failed:
        raise Answered(Trouble("H847", failed.reason, mend="try again, or ask for less"), 422) from None
    finally:
        database.close()


def _rows(answer: Answer) -> list[tuple[str | None, ...]]:
    """As many rows as there is room for."""
    found: list[tuple[str | None, ...]] = []
    room = MOST_TEXT
    for row in answer.rows:
        cells = tuple(None if v is None else _cell(v) for v in row)
        # The mark-up around a cell takes room, too.
        room -= sum(len(c or "") + 50 for c in cells)
        if room < 0 and found:
            break
        found.append(cells)
    return found


def _cell(value: object) -> str:
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    return text if len(text) <= WIDEST else f"{text[:WIDEST]}…"


def _shown(visit: Visit, sql: str, table: Table | None = None, trouble: Trouble | None = None, status: int = 200) -> Response:
    return visit.page(
        "governance_explore.html",
        status=status,
        keep=False,
        part="explore",
        may=visit.administers,
        sql=sql,
        table=table,
        trouble=trouble,
        relations=RELATIONS,
        views=VIEWS,
        most=MOST,
        longest=int(LONGEST),
    )
