"""The catalogue as one session sees it: what its reader may discover, looked up again after some seconds."""

import time
from collections.abc import Mapping

import pyarrow as pa

from hansa.engines import Cancellation
from hansa.gateway.asking import GovernedAnswer, Parameters, Prepared
from hansa.gateway.flight.shown import Shown, ShownTable
from hansa.gateway.postgres.catalogue.answering import Catalogue, Looked
from hansa.gateway.postgres.catalogue.describing import Facts
from hansa.gateway.postgres.catalogue.functions import Session
from hansa.model import Reader

_FRESH = 5.0
"""Seconds for which what was discovered is shown: tools ask many questions at once."""


class Looking:
    """To be used by the one thread of its session."""

    def __init__(self, catalogue: Catalogue, shown: Shown, session: Session) -> None:
        self._catalogue, self._shown, self._session = catalogue, shown, session
        self._known: tuple[float, tuple[Reader, str], Facts] | None = None

    def concerned(self, text: str) -> Looked | None:
        """The query, if it is one of the catalogue."""
        return self._catalogue.concerned(text)

    def ask(self, looked: Looked, parameters: Parameters, reader: Reader, environment: str, stop: Cancellation) -> GovernedAnswer:
        return self._catalogue.ask(looked, parameters, self._session, self._facts(reader, environment), stop)

    def prepare(self, looked: Looked, reader: Reader, environment: str) -> Prepared:
        return self._catalogue.prepare(looked, self._session, self._facts(reader, environment))

    def _facts(self, reader: Reader, environment: str) -> Facts:
        known, now, who = self._known, time.monotonic(), (reader, environment)
        if known is not None and now - known[0] < _FRESH and known[1] == who:
            return known[2]
        columns: dict[ShownTable, pa.Schema] = {}

        def seen(table: ShownTable) -> pa.Schema:
            if table not in columns:
                columns[table] = self._shown.columns(reader, environment, table)
            return columns[table]

        session = self._session
        tables = tuple(self._shown.tables(reader, environment))
        settings: Mapping[str, str] = session.settings.all()
        facts = Facts(session.database, session.user, tables, seen, settings)
        self._known = now, who, facts
        return facts
