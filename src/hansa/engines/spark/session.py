"""Sessions of a Spark Connect server: one a call, so that views of concurrent calls never meet; kept for the next call."""

import contextlib
import os
import socket
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import grpc  # type: ignore[import-untyped]  # it brings no types
import pyspark
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession as Builder

from hansa.engines.protocol import Cancellation, EngineFailed
from hansa.engines.spark.errors import failure

# A session as PySpark gives it; it comes without types.
SparkSession = Any

_ANSWER_SECONDS = 5.0
_KEPT = 4
_SETTINGS = {
    "spark.sql.ansi.enabled": "true",  # a cast that does not fit fails, as in DuckDB, instead of giving NULL
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",  # Iceberg knows no INT96
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
}


class Sessions:
    """Idle sessions of one server; `borrowed` hands one out alone. Safe for several threads."""

    def __init__(self, remote: str) -> None:
        self._remote = remote
        self._lock = threading.Lock()
        self._idle: list[SparkSession] = []

    @contextmanager
    def borrowed(self, cancellation: Cancellation | None = None) -> Iterator[SparkSession]:
        """A session for one call; a request to stop interrupts what runs in it. Raises `EngineFailed` (connection)."""
        if cancellation is not None:
            cancellation.check()
        session = self._taken()
        clean = False
        try:
            with contextlib.ExitStack() as stack:
                if cancellation is not None:
                    stack.enter_context(cancellation.listening(lambda: _interrupt(session)))
                yield session
                clean = True
        finally:
            self._given_back(session) if clean else _stopped(session)

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for session in idle:
            _stopped(session)

    def _taken(self) -> SparkSession:
        with self._lock:
            while self._idle:
                session = self._idle.pop()
                if not session.is_stopped:
                    return session
        return self._new()

    def _given_back(self, session: SparkSession) -> None:
        with self._lock:
            keep = len(self._idle) < _KEPT
            if keep:
                self._idle.append(session)
        if not keep:
            _stopped(session)

    def _new(self) -> SparkSession:
        self._reach()
        try:
            with warnings.catch_warnings():
                # PySpark 4.2 warns of pandas 3; we exchange Arrow with it and never data frames of pandas.
                warnings.simplefilter("ignore", FutureWarning)
                with _some_spark_home():
                    session = Builder.builder.remote(self._remote).create()
            # PySpark would go on trying for ten minutes. Two more tries are for a moment's hiccup.
            from pyspark.sql.connect.client.retries import DefaultPolicy

            session.client.set_retry_policies([DefaultPolicy(max_retries=2, max_backoff=1000)])
            for key, value in _SETTINGS.items():
                session.conf.set(key, value)
        except (PySparkException, grpc.RpcError) as error:
            raise EngineFailed(failure(error).reason, "connection") from None
        return session

    def _reach(self) -> None:
        """Fail at once, with a clear reason, when nobody listens there."""
        address = urlsplit(self._remote.split(";")[0])
        if address.scheme != "sc" or not address.hostname:
            raise EngineFailed(f"{self._remote} is no address of Spark Connect; write sc://host:15002", "connection")
        host, port = address.hostname, address.port or 15002
        try:
            socket.create_connection((host, port), timeout=_ANSWER_SECONDS).close()
        except OSError as error:
            why = error.strerror or str(error) or type(error).__name__
            raise EngineFailed(f"no Spark Connect server answers at {host}:{port}: {why}", "connection") from None


@contextmanager
def _some_spark_home() -> Iterator[None]:
    """The client looks for an installation of Spark when it is first used, and ends the process when it finds none.

    It needs none, and whether it finds its own folder depends on how the process was started.
    """
    if "SPARK_HOME" in os.environ:
        yield
        return
    os.environ["SPARK_HOME"] = str(Path(pyspark.__file__).parent)
    try:
        yield
    finally:
        os.environ.pop("SPARK_HOME", None)


def _interrupt(session: SparkSession) -> None:
    # A server may not know how to interrupt; then the call ends with its query, and still as cancelled.
    with contextlib.suppress(PySparkException, grpc.RpcError):
        session.interruptAll()


def _stopped(session: SparkSession) -> None:
    with contextlib.suppress(PySparkException, grpc.RpcError, AttributeError):
        session.stop()
