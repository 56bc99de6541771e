"""A mesh folder with its implementations."""

import contextlib
import datetime as dt
import os
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from hansa.cache import Said, Settings
from hansa.engines import Engine
from hansa.model import DEFAULT_ENVIRONMENT, Compiled, InputPort, MeshChange, Platform, SourceOrigin
from hansa.trouble import Trouble, TroubleError
from hansa.wiring.circumstances import moment, now
from hansa.wiring.compilation import Compilation
from hansa.wiring.engines import Engines
from hansa.wiring.ledgers import Ledgers, Manifests
from hansa.wiring.place import locate

if TYPE_CHECKING:
    from hansa.declare import Declarations
    from hansa.governance import AccessRecord, Facts, FeedbackRecord, MeshDatabase, RelationRows
    from hansa.governance.keeping import Kept as KnownAnswers
    from hansa.lake import Lake
    from hansa.ledger import Ledger
    from hansa.model import Grant, ReadRecord
    from hansa.run import Equipment
    from hansa.sources import Source

LATELY = dt.timedelta(days=90)  # how far back queries say who uses what
MOST_QUERIES = 10_000


class Workplace:
    """A mesh folder with its implementations, each made on first use. Close it when done."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self.root = root
        self.environ = environ
        self.state = root / ".hansa"
        """The folder of what Hansa keeps beside the declarations; not for git."""
        self._engines = Engines(self.state)
        self._ledgers = Ledgers(root)
        self.manifests = Manifests(self.state / "manifests", self._ledgers)
        self.describe = self._engines.describe
        self.compilation = Compilation(root, environ, self.state / "cache", self.manifests, self.describe, lambda: self.today)

    @classmethod
    def open(cls, mesh: Path | None = None, environ: Mapping[str, str] | None = None) -> "Workplace":
        known = dict(os.environ) if environ is None else environ
        return cls(locate(mesh, known), known)

    @property
    def declarations(self) -> "Declarations":
        return self.compilation.declarations

    @property
    def compiled(self) -> Compiled:
        return self.compilation.compiled

    @property
    def settings(self) -> Settings:
        """What hansa.yaml says of ledger, warehouse and platforms."""
        return self.compilation.settings

    def verdicts(self, ask: "Callable[[KnownAnswers], Said]") -> tuple[Trouble, ...]:
        """What policies say today of the declared mesh, by asking them what no earlier command kept."""
        return self.compilation.verdicts(ask)

    @cached_property
    def today(self) -> dt.date:
        """The day on which decisions and waivers that end are judged: the same for all of a command."""
        return moment(self.environ, now).date()

    @property
    def _moment(self) -> dt.datetime:
        """Now, on the day that counts as today."""
        return dt.datetime.combine(self.today, now().timetz())

    @cached_property
    def warehouse(self) -> Path:
        return (self.root / self.settings.warehouse).absolute()

    @cached_property
    def ledger(self) -> "Ledger":
        return self._ledgers.at(self.settings.ledger)

    @cached_property
    def lake(self) -> "Lake":
        from hansa.lake import Lake

        return Lake(self._catalogue_uri(), self.warehouse)

    def _catalogue_uri(self) -> str:
        """The ledger's database, as PyIceberg's SQL catalogue wants it: an absolute SQLite path."""
        url = self.settings.ledger
        match = re.fullmatch(r"sqlite:///(.*)", url)
        return f"sqlite:///{(self.root / match[1]).absolute()}" if match else url

    def prepare_lake(self) -> None:
        """Load Iceberg beside the first computation: its import takes a second, and a first commit would wait for it."""

        def prepare() -> None:
            # Whatever is wrong with the lake is met again, and reported, by the first commit.
            with contextlib.suppress(TroubleError):
                self.lake.prepare()

        threading.Thread(target=prepare, name="hansa-lake", daemon=True).start()

    def engine(self, platform: Platform) -> Engine:
        """The engine of a platform; one for all products that share it."""
        return self._engines.of(platform)

    def embedded(self) -> Engine:
        """The engine inside this process, with the settings of the mesh's first platform that has one."""
        platforms = [p for p in self.settings.platforms if p.engine == "duckdb"]
        options = platforms[0].options if platforms else ()
        return self.engine(Platform("embedded", "duckdb", options))

    def facts(self, environment: str, changes: Sequence[MeshChange] = ()) -> "Facts":
        """What is recorded of an environment; the ledger is opened when somebody looks."""
        from hansa.publish.recorded import recorded_facts

        return recorded_facts(
            lambda: self.ledger,
            environment,
            changes,
            access=self.access_records,
            reads=self.lately_read,
            feedback=self.feedback_records,
        )

    def feedback_records(self) -> "tuple[FeedbackRecord, ...]":
        """What people said to the owners of products, and where it stands."""
        from hansa.feedback import feedback_records

        return feedback_records(self.ledger.feedback_steps())

    def access_records(self, *, declared: bool = False) -> "tuple[AccessRecord, ...]":
        """Where requests and agreements stand; only what is `declared` needs no ledger."""
        from hansa.access.record import access_records

        return access_records(() if declared else self.ledger.access_steps(), self.compiled.mesh, self._moment)

    def holding_grants(self, *, declared: bool = False) -> "tuple[Grant, ...]":
        """The grants that hold, by requests and by agreements; only what is `declared` needs no ledger."""
        from hansa.access.record import holding_grants

        return holding_grants(() if declared else self.ledger.access_steps(), self.compiled.mesh, self._moment)

    def lately_read(self) -> "tuple[ReadRecord, ...]":
        """The newest queries of the last months, each once, newest first."""
        from hansa.access.record import used_lately

        return used_lately(self.ledger, now() - LATELY, MOST_QUERIES)

    def open_database(self, relations: Mapping[str, "RelationRows"], views: Mapping[str, str]) -> "MeshDatabase":
        """A database of relations, as `governance` wants it."""
        return open_database(relations, views)

    def open_relations(self, environment: str = DEFAULT_ENVIRONMENT) -> "MeshDatabase":
        """The relations and views of this mesh, ready to be asked. Close it when done."""
        from hansa.governance.relations import rows_of, view_queries

        rows = rows_of(self.compiled.mesh, self.facts(environment), self.today)
        return self.open_database(rows, view_queries())

    def open_source(self, given: InputPort) -> "Source":
        from hansa.sources import open_source

        assert isinstance(given.origin, SourceOrigin), given.name
        return open_source(given.origin.server, given.table, given.schema, self.root, self.environ)

    def equipment(self) -> "Equipment":
        from hansa.run import Equipment

        return Equipment(
            ledger=self.ledger,
            lake=self.lake,
            engine=self.engine,
            embedded=self.embedded,
            open_source=self.open_source,
            landing=self.state / "landing",
            quarantine=self.state / "quarantine",
            clock=now,
            environ=self.environ,
        )

    def close(self) -> None:
        self._engines.close()
        if "lake" in self.__dict__:
            self.lake.close()
        self._ledgers.close()
        self.compilation.keep()

    def __enter__(self) -> "Workplace":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_database(relations: Mapping[str, "RelationRows"], views: Mapping[str, str], seconds: float = 0) -> "MeshDatabase":
    """A database of relations and views over them. Each query may take so many seconds; by default, what the database allows."""
    from hansa.engines.duckdb.relations import open_database as opened
    from hansa.engines.duckdb.watching import AskingLimits

    return opened(relations, views, AskingLimits(seconds=seconds) if seconds else None)
