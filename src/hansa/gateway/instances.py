"""Locked-down instances of DuckDB: in memory, able to read the files of one set of ports alone, kept for the next query.

An instance serves one query at a time. Besides its scans it holds the governed views of just that query.
"""

import enum
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import duckdb

from hansa.engines.duckdb.scan import files, select
from hansa.engines.duckdb.session import Limits, lock, opened
from hansa.gateway.rewriting import GOVERNED
from hansa.model import ParquetFiles, quoted
from hansa.trouble import Trouble, TroubleError

SCANS = "scans"
"""The schema of the bare scans that governed views are made over; no query can name it."""

# Beside what every instance is set to. Published files never change, so what was read of them may be kept.
_CONFIG = {"allow_community_extensions": "false", "allow_persistent_secrets": "false"}

# Small queries beside each other take a third less work so: for each of them the threads of an instance wake, wait and hand over.
_ONE_THREAD = {"async_threads": "0"}


class Kind(enum.Enum):
    """Which threads an instance has besides that of its reader.

    `COMMON` has all that a query may use. `CROWDED` has none: for when every core has a query already. `RECURSIVE` has those that
    read files. Where DuckDB 2.0 breaks a recursive query off while another thread computes at it, tasks are thrown away for which
    that thread waits until the process ends; and where nobody reads files beside it, such a query waits for them as long.
    """

    COMMON = enum.auto()
    CROWDED = enum.auto()
    RECURSIVE = enum.auto()


Key = tuple[Kind, tuple[tuple[str, tuple[str, ...]], ...]]


@dataclass(slots=True)
class _Instance:
    connection: duckdb.DuckDBPyConnection
    key: Key
    views: dict[str, str] = field(default_factory=dict)


class Instances:
    """A pool of instances by what they may read. At most `keep` are kept while nobody uses them."""

    def __init__(self, limits: Limits, spill: str = "", keep: int = 32) -> None:
        """`spill` is a folder for what memory cannot hold; without one, nothing is spilled."""
        self._limits = limits
        self._spill = spill
        self._keep = keep
        self._lock = threading.Lock()
        self._idle: OrderedDict[int, _Instance] = OrderedDict()
        self._closed = False

    @contextmanager
    def lent(
        self, scans: Mapping[str, ParquetFiles], views: Mapping[str, str], kind: Kind = Kind.COMMON
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that can read `views`, whose texts name `scans`, and nothing else. Raises TroubleError (H718)."""
        key = (kind, tuple(sorted((name, relation.paths) for name, relation in scans.items())))
        instance = self._taken(key) or self._made(key, scans)
        whole = False
        try:
            _set_views(instance, views)
            cursor = instance.connection.cursor()
            try:
                yield cursor
            finally:
                cursor.close()
            whole = True
        finally:
            self._returned(instance, whole=whole)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            idle, self._idle = list(self._idle.values()), OrderedDict()
        for instance in idle:
            instance.connection.close()

    def _taken(self, key: Key) -> _Instance | None:
        with self._lock:
            number = next((n for n in reversed(self._idle) if self._idle[n].key == key), None)
            return None if number is None else self._idle.pop(number)

    def _returned(self, instance: _Instance, *, whole: bool) -> None:
        """An instance whose query failed is given up: what went wrong in it is nobody's concern."""
        gone = [] if whole else [instance]
        with self._lock:
            if whole and not self._closed:
                self._idle[id(instance)] = instance
                while len(self._idle) > self._keep:
                    gone.append(self._idle.popitem(last=False)[1])
            elif whole:
                gone.append(instance)
        for each in gone:
            each.connection.close()

    def _made(self, key: Key, scans: Mapping[str, ParquetFiles]) -> _Instance:
        kind, _ = key
        limits = self._limits if kind is Kind.COMMON else replace(self._limits, threads=1)
        connection = opened(limits, self._spill, _CONFIG | _ONE_THREAD if kind is Kind.CROWDED else _CONFIG)
        try:
            connection.execute(f"SET parquet_metadata_cache = true; CREATE SCHEMA {SCANS}; CREATE SCHEMA {GOVERNED}")
            for name, relation in scans.items():
                connection.execute(f"CREATE VIEW {scan_name(name)} AS {select(connection, relation, '')}")
            lock(connection, (path for relation in scans.values() for path in files(relation)))
        except duckdb.Error:
            connection.close()
            # The reason names files: it is for whoever keeps the lake, and `hansa status` finds it there, too.
            mend = "tell whoever keeps this mesh: a data file is gone or damaged"
            raise TroubleError(Trouble("H718", "the data of a port cannot be read", mend=mend)) from None
        return _Instance(connection, key)


def scan_name(name: str) -> str:
    return f"{SCANS}.{quoted(name)}"


def _set_views(instance: _Instance, views: Mapping[str, str]) -> None:
    """Leave just these views in an instance."""
    try:
        for name in [n for n in instance.views if n not in views]:
            instance.connection.execute(f"DROP VIEW {GOVERNED}.{quoted(name)}")
            del instance.views[name]
        for name, text in views.items():
            if instance.views.get(name) != text:
                instance.views.pop(name, None)
                instance.connection.execute(f"CREATE OR REPLACE VIEW {GOVERNED}.{quoted(name)} AS {text}")
                instance.views[name] = text
    except duckdb.Error:
        # The reason may quote the row filter or a mask's key.
        mend = "tell the owner: the row filter or a mask does not fit what is stored"
        raise TroubleError(Trouble("H718", "what you may see of a port cannot be made", mend=mend)) from None
