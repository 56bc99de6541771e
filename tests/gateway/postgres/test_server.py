"""The server under clients that are slow, gone, too many, or no clients at all; cancelling, revoking and limits of time."""

import contextlib
import os
import resource
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from hansa.access.identity import Authenticator, revoke_token
from hansa.gateway.postgres import Connections
from hansa.model import ReadOutcome
from hansa.wiring import Workplace, now

ENDLESS = "SELECT a.id FROM " + ", ".join(f"customer.people {name}" for name in "abcdefgh")
COMPUTING = ENDLESS.replace("a.id", "max(a.id * b.id + c.id * d.id - e.id * f.id + g.id * h.id)")


@contextmanager
def raw(standing: Any) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", standing.server.port), timeout=20) as connection:
        yield connection


def start_up(version: int = 3 << 16, **said: str) -> bytes:
    body = struct.pack("!I", version) + b"".join(f"{k}\0{v}\0".encode() for k, v in said.items()) + b"\0"
    return struct.pack("!I", len(body) + 4) + body


def sent(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


def received(connection: socket.socket, until: bytes = b"") -> bytes:
    """All that comes until a message of a kind has come, or the end."""
    found, at = b"", 0
    while True:
        while len(found) >= at + 5:
            (size,) = struct.unpack("!I", found[at + 1 : at + 5])
            if len(found) < at + size + 1:
                break
            if found[at : at + 1] == until:
                return found
            at += size + 1
        piece = connection.recv(65536)
        if not piece:
            return found
        found += piece


@contextmanager
def session(standing: Any) -> Iterator[socket.socket]:
    with raw(standing) as connection:
        connection.sendall(start_up(user="olga", database="hansa"))
        received(connection, b"R")
        connection.sendall(sent(b"p", standing.owner.encode() + b"\0"))
        received(connection, b"Z")
        yield connection


def until(true: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def ended(standing: Any, outcome: ReadOutcome) -> bool:
    return any(record.outcome is outcome and record.way == "postgres" for record in standing.recorded())


def test_a_query_is_cancelled_by_its_key_and_the_session_goes_on(standing: Any) -> None:
    with standing.connect() as connection:
        # Not `cancel`, which lets nothing else run meanwhile, not even the server of this test.
        stopping = threading.Timer(0.7, connection.cancel_safe)
        stopping.start()
        with pytest.raises(psycopg.errors.QueryCanceled) as stopped:
            connection.execute(COMPUTING)
        assert stopped.value.diag.source_function == "H714"
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
    until(lambda: ended(standing, ReadOutcome.CANCELLED))


def test_a_wrong_key_cancels_nothing_and_tells_nothing(standing: Any) -> None:
    with standing.connect() as connection:
        process = connection.info.backend_pid
        for key in (b"0000", bytes(200)):
            with raw(standing) as other:
                body = struct.pack("!II", 80877102, process) + key
                other.sendall(struct.pack("!I", len(body) + 4) + body)
                assert received(other) == b""
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_a_time_limit_of_the_session_ends_a_query(standing: Any) -> None:
    with standing.connect() as connection:
        connection.execute("SET statement_timeout = '300ms'")
        began = time.monotonic()
        with pytest.raises(psycopg.errors.QueryCanceled, match="statement_timeout"):
            connection.execute(COMPUTING)
        assert time.monotonic() - began < 10
        connection.execute("SET statement_timeout = 0")
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_a_client_that_goes_away_frees_its_query(standing: Any) -> None:
    before = threading.active_count()
    with session(standing) as connection:
        connection.sendall(sent(b"Q", COMPUTING.encode() + b"\0"))
        time.sleep(0.5)
    until(lambda: threading.active_count() <= before)


def test_a_slow_reader_slows_the_query_and_takes_no_memory(standing: Any) -> None:
    with session(standing) as connection:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        connection.sendall(sent(b"Q", ENDLESS.encode() + b"\0"))
        time.sleep(2)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000, "kilobytes of what nobody took"


def test_a_token_that_is_revoked_reads_no_further(standing: Any) -> None:
    with Workplace(standing.root, dict(os.environ)) as workplace:
        mesh = workplace.compiled.mesh
        token, record = Authenticator(lambda: mesh, workplace.ledger, None, now).issue_token("olga")
        connection, idle = standing.connect(password=token), standing.connect(password=token)
        revoke = threading.Timer(0.7, lambda: revoke_token(workplace.ledger, record.id, now=now()))
        revoke.start()
        with pytest.raises(psycopg.OperationalError) as stopped:
            connection.execute(COMPUTING)
        assert stopped.value.sqlstate == "28P01"
        with pytest.raises(psycopg.OperationalError) as refused:
            idle.execute("SELECT 1")
        assert (refused.value.sqlstate, refused.value.diag.severity) == ("28P01", "FATAL")
        assert idle.closed


def test_who_guesses_is_not_listened_to_for_a_while(serve: Any) -> None:
    with serve() as standing:
        known = standing.connect()
        for _ in range(20):
            with pytest.raises(psycopg.OperationalError, match="not accepted"):
                standing.connect(password="guess")
        with pytest.raises(psycopg.OperationalError, match="too many"):
            standing.connect(password="another guess")
        assert known.execute("SELECT 1").fetchall() == [(1,)]


def test_sessions_are_limited_in_all_and_for_each_principal(serve: Any) -> None:
    with serve(connections=Connections(most=3, each=2)) as standing:
        held = [standing.connect(), standing.connect()]
        with pytest.raises(psycopg.OperationalError, match="too many sessions"):
            standing.connect()
        held.append(standing.connect("stefan"))
        with pytest.raises(psycopg.OperationalError, match="too many sessions"):
            standing.connect("stefan")
        held.pop(0).close()
        until(lambda: standing.connect("stefan"))


def test_who_says_nothing_is_sent_away(serve: Any) -> None:
    with serve(connections=Connections(opening_seconds=0.5, idle=0.5, opening=2)) as standing:
        with raw(standing) as silent, raw(standing) as slow:
            slow.sendall(start_up(user="olga")[:6])
            began = time.monotonic()
            assert received(silent) == received(slow) == b""
            assert time.monotonic() - began < 15
        connection = standing.connect()
        time.sleep(1.5)
        with pytest.raises(psycopg.OperationalError) as idle:
            connection.execute("SELECT 1")
        assert idle.value.sqlstate == "57P05"


GARBAGE = (
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
    struct.pack("!I", 0xFFFFFFFF) + b"x" * 100,
    struct.pack("!I", 0),
    struct.pack("!II", 8, 80877103) * 6,
    start_up(user="olga")[:-1] + b"x",
    start_up(2 << 16, user="olga"),
    start_up(user="olga") + b"Q" + struct.pack("!I", 9) + b"SELECT 1\0",
    start_up(user="olga") + b"p" + struct.pack("!I", 0x7FFFFFFF) + b"x" * 1000,
    start_up(user="olga", replication="database"),
    start_up(database="hansa"),
)


def test_what_is_no_client_is_told_so_and_harms_nobody(standing: Any) -> None:
    for garbage in GARBAGE:
        with raw(standing) as connection:
            said = b""
            with contextlib.suppress(OSError):  # it may be sent away before it has said all
                connection.sendall(garbage)
                connection.shutdown(socket.SHUT_WR)
                said = received(connection)
            assert b"H738" not in said, garbage
    with standing.connect() as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_a_length_that_is_said_takes_no_memory(standing: Any) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for size in (0x7FFFFFFF, 0, 3, (16 << 20) + 5):
        with session(standing) as connection:
            connection.sendall(b"Q" + struct.pack("!I", size) + b"SELECT 1\0")
            assert b"H732" in received(connection)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_after_an_error_what_follows_is_passed_over_until_sync(standing: Any) -> None:
    parse, bind = b"\0SELECT nope FROM customer.people\0\0\0", b"\0\0\0\0\0\0\0\0"
    with session(standing) as connection:
        pipeline = sent(b"P", parse) + sent(b"B", bind) + sent(b"E", b"\0\0\0\0\0") + sent(b"P", parse) + sent(b"S", b"")
        connection.sendall(pipeline + sent(b"Q", b"SELECT 7 AS n\0"))
        said = received(connection, b"Z")
        assert said.count(b"H705: ") == 1
        said += received(connection, b"Z") if said.count(b"Z\0\0\0\5I") < 2 else b""
        assert b"SELECT 1\0" in said


def test_a_portal_gives_its_rows_in_parts(standing: Any) -> None:
    bind = b"\0\0\0\0\0\0\0\0"
    with session(standing) as connection:
        connection.sendall(sent(b"P", b"\0SELECT id FROM customer.people ORDER BY id\0\0\0") + sent(b"B", bind))
        for wanted, kind in ((8, b"s"), (8, b"s"), (8, b"C")):
            connection.sendall(sent(b"E", b"\0" + struct.pack("!I", wanted)) + sent(b"H", b""))
            part = received(connection, kind)
            assert part.count(b"D\0\0\0") == (8 if kind == b"s" else 4)
        connection.sendall(sent(b"S", b""))
        received(connection, b"Z")


def test_a_later_minor_version_is_negotiated_down(standing: Any) -> None:
    with raw(standing) as connection:
        connection.sendall(start_up(3 << 16 | 2, user="olga", **{"_pq_.new": "1"}))
        said = received(connection, b"R")
    assert said.startswith(b"v")
    assert b"_pq_.new\0" in said


def test_encryption_is_declined_without_a_certificate(standing: Any) -> None:
    with raw(standing) as connection:
        for code in (80877104, 80877103):
            connection.sendall(struct.pack("!II", 8, code))
            assert connection.recv(10) == b"N"
