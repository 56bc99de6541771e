"""What a Spark Connect server says when something goes wrong, as one line, and whether the query or the world is at fault."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import grpc  # type: ignore[import-untyped]  # it brings no types
from pyspark.errors import (
    AnalysisException,
    ArithmeticException,
    DateTimeException,
    IllegalArgumentException,
    NumberFormatException,
    ParseException,
    PySparkException,
    SparkRuntimeException,
    UnsupportedOperationException,
)

from hansa.engines.protocol import Cancelled, EngineFailed, QueryRefused

_GONE = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAUTHENTICATED)
_DATA = (ArithmeticException, DateTimeException, NumberFormatException)
_WRONG = (AnalysisException, ParseException, IllegalArgumentException, UnsupportedOperationException)
# Sail has one class of run-time errors for many causes, so its words decide.
_VALUES = re.compile(r"cast|overflow|divide|division|too large|out of range|is not true|parse|invalid|malformed", re.IGNORECASE)
_UNREADABLE = re.compile(r"no such file|not found|parquet error|object store|corrupt|unable to read", re.IGNORECASE)
_FULL = re.compile(r"no space left|disk quota|permission denied|read-only file system", re.IGNORECASE)
_MEMORY = re.compile(r"resources exhausted|out of memory|outofmemory", re.IGNORECASE)


def line(error: Exception) -> str:
    """The reason in one line, without stack traces, plans and terminal colours."""
    text = error.details() or "" if isinstance(error, grpc.RpcError) and hasattr(error, "details") else str(error)
    kept = text.split("\n\nJVM stacktrace")[0].split("\nBacktrace")[0]
    one = " ".join(kept.split())
    return one if len(one) <= 400 else one[:399] + "…"


def failure(error: Exception) -> EngineFailed:
    """The error of a query that was right."""
    reason = line(error)
    if isinstance(error, grpc.RpcError):
        gone = error.code() in _GONE if hasattr(error, "code") else True
        return EngineFailed(f"the Spark Connect server does not answer: {reason}", "connection" if gone else "internal")
    for kind, words in (("disk", _FULL), ("memory", _MEMORY), ("input", _UNREADABLE)):
        if words.search(reason):
            return EngineFailed(reason, kind)
    if "UNAVAILABLE" in reason or "Connection refused" in reason:
        return EngineFailed(reason, "connection")
    if isinstance(error, _DATA) or (isinstance(error, SparkRuntimeException | PySparkException) and _VALUES.search(reason)):
        return EngineFailed(reason, "data")
    return EngineFailed(reason, "internal")


@contextmanager
def analysing() -> Iterator[None]:
    """Within the block the server binds a query: what it says of it is a refusal."""
    try:
        yield
    except _DATA as error:  # a constant that does not fit is found while binding
        raise EngineFailed(line(error), "data") from None
    except _WRONG as error:
        raise QueryRefused(f"Spark refuses it: {line(error)}") from None
    except (PySparkException, grpc.RpcError) as error:
        raise failure(error) from None


@contextmanager
def executing(stopped: Callable[[], bool]) -> Iterator[None]:
    """Within the block a bound query runs: what goes wrong is a failure, or the stop that was asked for."""
    try:
        yield
    except (PySparkException, grpc.RpcError) as error:
        if stopped():
            raise Cancelled from None
        raise failure(error) from None
