"""The one place where implementations are chosen and constructed.

Everything is made on first use, so that a command pays only for what it needs: `hansa check` opens no ledger, `hansa status` no
engine, and nobody imports PyIceberg before something is committed.
"""

import contextlib
import datetime as dt
import gc
import os
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from hansa.beside import forked, left_behind
from hansa.cache import (
    Kept,
    Recalled,
    Said,
    Settings,
    await_claim,
    claim,
    clock,
    keep,
    keep_again,
    keep_said,
    recall,
    recall_answers,
    recall_verdicts,
    state,
)
from hansa.engines import Engine, QueryRefused
from hansa.model import DEFAULT_ENVIRONMENT, Compiled, InputPort, MeshChange, Platform, PolicyLevel, Schema, SourceOrigin
from hansa.trouble import Place, Trouble, TroubleError, did_you_mean, one_of

if TYPE_CHECKING:
    from hansa.declare import Declarations
    from hansa.declare.manifests import Fetched, FoundUpload
    from hansa.governance import AccessRecord, Facts, FeedbackRecord, MeshDatabase, RelationRows
    from hansa.governance.keeping import Kept as KnownAnswers
    from hansa.lake import Lake
    from hansa.ledger import Ledger
    from hansa.model import Grant, ReadRecord
    from hansa.model.uploaded import UploadedManifest
    from hansa.run import Equipment
    from hansa.sources import Source

MESH_FILE = "hansa.yaml"
ENGINES = ("duckdb", "spark")
WORTH_LEAVING = 100  # products from which on a mesh is kept by a process that is left behind
LATELY = dt.timedelta(days=90)  # how far back queries say who uses what
MOST_QUERIES = 10_000
PARALLEL = 2  # computations at the same time; each gets an equal share of the platform's memory limit


def locate(mesh: Path | None, environ: Mapping[str, str]) -> Path:
    """The root of the mesh: as told, else `HANSA_MESH`, else the nearest folder upwards with a hansa.yaml."""
    told = mesh or (Path(environ["HANSA_MESH"]) if environ.get("HANSA_MESH") else None)
    where = told or _here()
    root = find_root(where.absolute()) if where.exists() else None
    if root is None:
        raise TroubleError(
            Trouble(
                "H901",
                f"there is no mesh here: no hansa.yaml in {where} or any folder above it",
                (Place(str(where)),),
                "`hansa init DIR` makes one; `--mesh DIR` or HANSA_MESH names one that is elsewhere",
            )
        )
    return root


def find_root(start: Path) -> Path | None:
    """The nearest folder from `start` upwards that holds a `hansa.yaml`; None when there is none."""
    start = Path(os.path.abspath(start))  # noqa: PTH100 (links keep the names that people typed)
    # `os.path` answers no where `Path` would raise: without rights, or with a name too long.
    return next((folder for folder in (start, *start.parents) if os.path.isfile(folder / MESH_FILE)), None)  # noqa: PTH113


def _here() -> Path:
    """The working folder; a name that does not exist when it was deleted under us."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        return Path(os.environ.get("PWD", "/nowhere"))


class Workplace:
    """A mesh folder with its implementations, each made on first use. Close it when done."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self.root = root
        self.environ = environ
        self._engines: dict[tuple[str, tuple[tuple[str, str], ...]], Engine] = {}
        self._ledgers: dict[str, Ledger] = {}
        self._to_keep: tuple[Callable[[], str], int] | None = None
        self._said: Said | None = None
        self._began = 0

    @classmethod
    def open(cls, mesh: Path | None = None, environ: Mapping[str, str] | None = None) -> "Workplace":
        known = dict(os.environ) if environ is None else environ
        return cls(locate(mesh, known), known)

    @cached_property
    def declarations(self) -> "Declarations":
        from hansa.declare import load

        return self._loaded(load)

    def _loaded(self, load: "Callable[..., Declarations]") -> "Declarations":
        self._began = clock()
        gc.disable()  # nothing of it is garbage, and a large mesh has millions of values to look through
        try:
            return load(self.root, self.environ, self.fetch_manifest, forked, self.find_upload)
        finally:
            gc.enable()

    def fetch_manifest(self, url: str) -> "Fetched":
        """A manifest behind a URL, as `declare.load` wants it. Raises TroubleError."""
        from hansa.declare.manifests import Fetched
        from hansa.sources.manifests import RemoteManifests

        kept = RemoteManifests(self.state / "manifests").fetch(url)
        return Fetched(kept.file, kept.troubles)

    def find_upload(self, ledger: str, domain: str) -> "FoundUpload | None":
        """The newest upload of a domain, as `declare.load` wants it. Raises TroubleError."""
        from hansa.declare.manifests import FoundUpload
        from hansa.sources.manifests import keep_upload

        newest = self._uploads(ledger).get(domain)
        if newest is None:
            return None
        text = partial(self._ledger_at(ledger).manifest_text, newest.domain, newest.version)
        return FoundUpload(keep_upload(self.state / "manifests", domain, newest.digest, text), newest.version)

    def _uploads(self, ledger: str) -> "Mapping[str, UploadedManifest]":
        """The newest uploads by domain. A ledger that was never begun holds none, and is not begun by looking."""
        from hansa.ledger.opening import is_begun

        if ledger not in self._ledgers and not is_begun(ledger, self.root):
            return {}
        return {str(m.domain): m for m in self._ledger_at(ledger).manifests()}

    def compiled_with(self, domain: str, document: Path) -> Compiled:
        """The mesh as it would be with another manifest of a domain that is uploaded, at version 0. Nothing of it is kept."""
        from hansa.compile import compile as compile_mesh
        from hansa.declare import load
        from hansa.declare.manifests import FoundUpload

        def find(ledger: str, of: str) -> FoundUpload | None:
            return FoundUpload(document, 0) if of == domain else self.find_upload(ledger, of)

        declarations = load(self.root, self.environ, self.fetch_manifest, find_upload=find)
        return compile_mesh(declarations, self.describe, self.today)

    @cached_property
    def compiled(self) -> Compiled:
        """The mesh: as it was kept by an earlier command while nothing that it is made of changed, else compiled."""
        if self._recalled is not None:
            return self._recalled.compiled
        again = self._compiled_again()
        if again is not None:
            return again
        from hansa.compile import compile as compile_mesh
        from hansa.compile import with_meaning
        from hansa.declare import load

        if "declarations" not in self.__dict__:
            self.__dict__["declarations"] = self._loaded(partial(load, along=with_meaning))
        declarations = self.declarations
        # Everything read so far lives to the end: looking through it for garbage, again and again, would be most of a large
        # mesh's time, and would copy its pages in the second process.
        gc.freeze()
        compiled = compile_mesh(declarations, self.describe, self.today, forked)
        if compiled.valid:
            kept = Kept(compiled, self.settings)
            before = state(str(self.root))
            keeping = partial(keep, self._cache_file, kept, declarations, self.environ, self.today, self._began, before)
            self._to_keep = (keeping, len(compiled.mesh.products))
        return compiled

    def _keep(self) -> None:
        """Keep for later commands what this one compiled; a large mesh by a process left behind, for which the next one waits."""
        if self._to_keep is None:
            return
        keeping, products = self._to_keep
        self._to_keep = None

        def work() -> None:
            # What policies said is kept only beside the mesh that they said it of.
            index = keeping()
            if index and self._said is not None:
                keep_said(self._verdicts_file, index, self.today, self._said)

        if products < WORTH_LEAVING:
            work()
            return
        claimed = claim(self._cache_file)
        left_behind(work, holding=claimed)
        if claimed is not None:
            os.close(claimed)

    def _compiled_again(self) -> Compiled | None:
        """The mesh with the few products compiled that changed since it was kept; None when all of it has to be compiled."""
        recalled = self._kept
        if recalled is None or not recalled.changed:
            return None
        from hansa.compile import compile_again
        from hansa.declare import load_products

        if not gc.isenabled():  # by who waits for the mesh and has nothing else to do
            gc.freeze()
            gc.enable()
        before = recalled.kept.compiled
        load = partial(load_products, self.root, self.environ)
        compiled = compile_again(before, recalled.changed, load, self.describe, self.today)
        if compiled is not None and compiled.valid:
            kept = Kept(compiled, recalled.kept.settings)
            keeping = partial(keep_again, self._cache_file, kept, self.root, recalled, self.environ, self.today)
            self._to_keep = (keeping, len(compiled.mesh.products))
        return compiled

    def verdicts(self, ask: "Callable[[KnownAnswers], Said]") -> tuple[Trouble, ...]:
        """What policies say today of the declared mesh: as it was kept while the mesh is a kept one, else by asking them what is
        not known of it.
        """
        kept = self._kept
        unchanged = kept is not None and not kept.changed
        if kept is not None and unchanged:
            found = recall_verdicts(self._verdicts_file, kept.index, self.today)
            if found is not None:
                return found
        self._said = ask(self._still_known())
        if kept is not None and unchanged:
            keep_said(self._verdicts_file, kept.index, self.today, self._said)
        return self._said.troubles

    def _still_known(self) -> "KnownAnswers":
        """The answers about the mesh as it was kept that an edit left as they are."""
        mesh = self.compiled.mesh
        declared = any(p.level is not PolicyLevel.BUILT_IN for p in mesh.governance.policies)
        if self._kept is None or "declarations" in self.__dict__ or not declared:
            return {}
        from hansa.governance.keeping import still_holding

        answers = recall_answers(self._verdicts_file, self._kept.index, self.today)
        return still_holding(answers, self._kept.kept.compiled.mesh, mesh, self.today)

    @property
    def _verdicts_file(self) -> Path:
        return self._cache_file.with_name("verdicts")

    @cached_property
    def settings(self) -> Settings:
        """What hansa.yaml says of ledger, warehouse and platforms."""
        if self._kept is not None:
            return self._kept.kept.settings
        mesh = self.declarations.mesh
        platforms = tuple(Platform(p.name, p.engine, p.options, p.place) for p in mesh.platforms)
        remote = tuple(m.url for m in self.declarations.manifests if m.url)
        uploads = tuple((m.domain, m.version) for m in self.declarations.manifests if m.domain)
        governed = self.declarations.governance
        folder = governed.folder if governed is not None else "governance"
        return Settings(mesh.ledger, mesh.warehouse, platforms, remote, mesh.oidc, uploads, folder)

    @cached_property
    def _recalled(self) -> Kept | None:
        """The mesh that was kept, if nothing changed."""
        return self._kept.kept if self._kept is not None and not self._kept.changed else None

    @cached_property
    def _kept(self) -> Recalled | None:
        """The mesh that was kept, if nothing changed but files of products."""
        await_claim(self._cache_file)
        recalled = recall(self._cache_file, self.environ, self.today)
        if recalled is not None and not self._has_uploads_of(recalled.kept.settings):
            return None
        if recalled is None or not recalled.kept.settings.manifests:
            return recalled
        try:
            told = any(self.fetch_manifest(url).troubles for url in recalled.kept.settings.manifests)
        except TroubleError:
            told = True
        # What there is to tell about a manifest is told where it is compiled.
        return None if told else recall(self._cache_file, self.environ, self.today)

    def _has_uploads_of(self, settings: Settings) -> bool:
        """Whether a mesh was compiled from the newest uploads. Where nobody can tell, compiling it says why."""
        if not settings.uploads:
            return True
        try:
            newest = self._uploads(settings.ledger)
        except TroubleError:
            return False
        return all(version == (newest[domain].version if domain in newest else 0) for domain, version in settings.uploads)

    @cached_property
    def today(self) -> dt.date:
        """The day on which decisions and waivers that end are judged: the same for all of a command.

        `HANSA_TODAY` may name a later one, to see what will have lapsed by then. An earlier one is passed over, since it would
        bring back what has lapsed.
        """
        told = self.environ.get("HANSA_TODAY", "")
        try:
            return max(now().date(), dt.date.fromisoformat(told)) if told else now().date()
        except ValueError:
            mend = "write it 2027-01-31, or leave it out"
            raise TroubleError(Trouble("H926", f"HANSA_TODAY is no day: `{told}`", mend=mend)) from None

    @property
    def _cache_file(self) -> Path:
        return self.state / "cache" / "mesh"

    @cached_property
    def state(self) -> Path:
        """The folder of what Hansa keeps beside the declarations; not for git."""
        return self.root / ".hansa"

    @cached_property
    def warehouse(self) -> Path:
        return (self.root / self.settings.warehouse).absolute()

    @cached_property
    def ledger(self) -> "Ledger":
        return self._ledger_at(self.settings.ledger)

    def _ledger_at(self, url: str) -> "Ledger":
        """The ledger at an address, opened once: while declarations are read, before there are settings, uploads are in it."""
        if url not in self._ledgers:
            from hansa.ledger.opening import open_ledger

            self._ledgers[url] = open_ledger(url, self.root)
        return self._ledgers[url]

    @cached_property
    def lake(self) -> "Lake":
        from hansa.lake import Lake

        return Lake(self._catalogue_uri(), self.warehouse)

    def prepare_lake(self) -> None:
        """Load Iceberg beside the first computation: its import takes a second, and a first commit would wait for it."""

        def prepare() -> None:
            # Whatever is wrong with the lake is met again, and reported, by the first commit.
            with contextlib.suppress(TroubleError):
                self.lake.prepare()

        threading.Thread(target=prepare, name="hansa-lake", daemon=True).start()

    def engine(self, platform: Platform) -> Engine:
        """The engine of a platform; one for all products that share it."""
        key = (platform.engine, platform.options)
        if key not in self._engines:
            self._engines[key] = self._make_engine(platform)
        return self._engines[key]

    def embedded(self) -> Engine:
        """The engine inside this process, with the settings of the mesh's first platform that has one."""
        platforms = [p for p in self.settings.platforms if p.engine == "duckdb"]
        options = platforms[0].options if platforms else ()
        return self.engine(Platform("embedded", "duckdb", options))

    def describe(self, platform: Platform, query: str, tables: Mapping[str, Schema]) -> Schema:
        """The type-checker of a platform, as `compile` wants it."""
        return self.engine(platform).describe(query, tables)

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

    @property
    def _moment(self) -> dt.datetime:
        """Now, on the day that counts as today."""
        return dt.datetime.combine(self.today, now().timetz())

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
        for engine in self._engines.values():
            engine.close()
        if "lake" in self.__dict__:
            self.lake.close()
        for ledger in self._ledgers.values():
            ledger.close()
        self._keep()

    def __enter__(self) -> "Workplace":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _make_engine(self, platform: Platform) -> Engine:
        match platform.engine:
            case "duckdb":
                from hansa.engines.duckdb import DuckDbEngine

                return DuckDbEngine(
                    memory_limit=platform.option("memoryLimit"),
                    threads=int(platform.option("threads", "0") or 0),
                    spill=self.state / platform.option("spill", "spill"),
                    parallel=PARALLEL,
                )
            case "spark":
                try:
                    from hansa.engines.spark import SparkEngine
                except ImportError as missing:
                    raise QueryRefused(
                        f"the Spark client is not installed ({missing.name}): pip install 'hansa[spark]'"
                    ) from missing
                return SparkEngine(remote=platform.option("remote", "sc://localhost:15002"))
            case other:
                raise TroubleError(
                    Trouble(
                        "H902",
                        f"platform `{platform.name}` names an engine that Hansa does not have: `{other}`",
                        (platform.place,) if platform.place else (),
                        did_you_mean(other, ENGINES) or f"engines: {one_of(ENGINES)}",
                    )
                )

    def _catalogue_uri(self) -> str:
        """The ledger's database, as PyIceberg's SQL catalogue wants it: an absolute SQLite path."""
        url = self.settings.ledger
        match = re.fullmatch(r"sqlite:///(.*)", url)
        return f"sqlite:///{(self.root / match[1]).absolute()}" if match else url


def open_database(relations: Mapping[str, "RelationRows"], views: Mapping[str, str], seconds: float = 0) -> "MeshDatabase":
    """A database of relations and views over them. Each query may take so many seconds; by default, what the database allows."""
    from hansa.engines.duckdb.relations import open_database as opened
    from hansa.engines.duckdb.watching import AskingLimits

    return opened(relations, views, AskingLimits(seconds=seconds) if seconds else None)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def actor(environ: Mapping[str, str]) -> str:
    """Who acts, for the record: the name of the account on this machine."""
    return environ.get("HANSA_ACTOR") or environ.get("USER") or environ.get("LOGNAME") or ""
