"""What strangers and unlucky clients do to the server, with the bare Flight client."""

import base64
import threading
import time
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.flight as fl
import pytest
from adbc_driver_flightsql import dbapi

from hansa.gateway.flight import Keeping
from hansa.gateway.flight.messages import (
    CancelRequest,
    CreatedPreparedStatement,
    CreatePreparedStatement,
    GetDbSchemas,
    GetForeignKeys,
    GetPrimaryKeys,
    GetSqlInfo,
    GetTables,
    GetXdbcTypeInfo,
    PreparedStatementQuery,
    StatementQuery,
    Status,
    name_of,
    wrapped,
)
from hansa.gateway.flight.wire import decode, encode

ENDLESS = "SELECT count(*) AS n FROM range(10000000) a, range(1000000) b"
LONG = "SELECT i, repeat('x', 1000) AS wide FROM range(100000000) t(i)"


class Client:
    """The bare Flight client with a token."""

    def __init__(self, served: Any, token: str = "token-anna", **headers: str) -> None:
        given = {"authorization": f"Bearer {token}"} | {f"x-hansa-{k}": v for k, v in headers.items()}
        self.options = fl.FlightCallOptions(headers=[(k.encode(), v.encode()) for k, v in given.items()], timeout=20)
        self.flight = fl.connect(served.uri)

    def info(self, name: str, message: Any) -> fl.FlightInfo:
        return self.flight.get_flight_info(fl.FlightDescriptor.for_command(wrapped(name, message)), self.options)

    def query(self, text: str) -> fl.FlightInfo:
        return self.info("CommandStatementQuery", StatementQuery(text))

    def read(self, info: fl.FlightInfo) -> pa.Table:
        return self.stream(info).read_all()

    def stream(self, info: fl.FlightInfo) -> Any:
        return self.flight.do_get(info.endpoints[0].ticket, self.options)

    def metadata(self, name: str, message: Any) -> list[dict[str, Any]]:
        info = self.info(name, message)
        table = self.read(info)
        assert table.schema == info.schema
        rows: list[dict[str, Any]] = table.to_pylist()
        return rows

    def act(self, name: str, body: bytes) -> list[bytes]:
        return [r.body.to_pybytes() for r in self.flight.do_action(fl.Action(name, body), self.options)]

    def prepare(self, text: str) -> CreatedPreparedStatement:
        request = wrapped("ActionCreatePreparedStatementRequest", CreatePreparedStatement(text))
        (result,) = self.act("CreatePreparedStatement", request)
        return decode(CreatedPreparedStatement, name_of(result)[1])

    def bind(self, handle: bytes, batch: pa.RecordBatch) -> None:
        command = wrapped("CommandPreparedStatementQuery", PreparedStatementQuery(handle))
        writer, _ = self.flight.do_put(fl.FlightDescriptor.for_command(command), batch.schema, self.options)
        writer.write_batch(batch)
        writer.close()


def _until(true: Callable[[], object], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@pytest.mark.parametrize(
    "header", ["", "Bearer ", "Bearer wrong", "Basic !!!", "Digest x", "Basic " + base64.b64encode(b"a").decode()]
)
def test_a_call_without_a_good_credential_is_refused(served: Any, header: str) -> None:
    options = fl.FlightCallOptions(headers=[(b"authorization", header.encode())] if header else [])
    client = fl.connect(served.uri)
    descriptor = fl.FlightDescriptor.for_command(wrapped("CommandStatementQuery", StatementQuery("SELECT 1")))
    for call in (
        lambda: client.get_flight_info(descriptor, options),
        lambda: client.get_schema(descriptor, options),
        lambda: client.do_get(fl.Ticket(descriptor.command), options).read_all(),
        lambda: list(client.do_action(fl.Action("GetSessionOptions", b""), options)),
        lambda: client.list_actions(options),
        lambda: list(client.list_flights(b"", options)),
    ):
        # pyarrow's own client gives the error of GetSchema, which has the same code on the wire, as an OSError.
        with pytest.raises((fl.FlightUnauthenticatedError, OSError), match=r"(?s)(H730|H780).*Unauthenticated"):
            call()
    assert served.gateway.queries == []


def test_name_and_token_are_good_for_each_call(served: Any) -> None:
    basic = base64.b64encode(b"anna:token-anna").decode()
    options = fl.FlightCallOptions(headers=[(b"authorization", f"Basic {basic}".encode())])
    descriptor = fl.FlightDescriptor.for_command(wrapped("CommandStatementQuery", StatementQuery("SELECT 1 AS x")))
    assert fl.connect(served.uri).get_flight_info(descriptor, options).schema.names == ["x"]


def test_guessing_is_slowed_and_locks_out_nobody_who_was_known(served: Any) -> None:
    anna = Client(served)
    anna.query("SELECT 1")
    for number in range(20):
        with pytest.raises(fl.FlightUnauthenticatedError):
            Client(served, f"guess-{number}").query("SELECT 1")
    before = served.people.asked
    with pytest.raises(fl.FlightUnavailableError, match="H736"):
        Client(served, "token-bert").query("SELECT 1")
    assert served.people.asked == before, "the credential was not even looked at"
    anna.query("SELECT 1")


def test_guessing_by_handshake_is_slowed_too(served: Any) -> None:
    client = fl.connect(served.uri)
    for number in range(20):
        with pytest.raises(fl.FlightUnauthenticatedError):
            client.authenticate_basic_token("anna", f"guess-{number}")
    with pytest.raises(fl.FlightUnavailableError, match="H736"):
        client.authenticate_basic_token("anna", "guess")


def test_a_refusal_is_permission_denied_with_its_mend_and_no_stack_trace(served: Any) -> None:
    with pytest.raises(fl.FlightUnauthorizedError, match="H710") as refused:
        Client(served).query("SELECT * FROM orders.forbidden")
    assert "hansa access request" in str(refused.value)
    assert "Traceback" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("SELECT nothing", pa.ArrowInvalid, "H705"),
        ("INSERT INTO x VALUES (1)", pa.ArrowInvalid, "H702"),
        ("SELECT 'unforeseen'", fl.FlightInternalError, "H738"),
    ],
)
def test_errors_have_their_code_and_neither_traceback_nor_inner_text(served: Any, text: str, kind: type, code: str) -> None:
    with pytest.raises(kind, match=code) as refused:
        Client(served).query(text)
    for inner in ("Traceback", ".py", "only the engine knows"):
        assert inner not in str(refused.value)


def test_an_error_half_way_has_its_code_too(served: Any) -> None:
    client = Client(served)
    info = client.query("SELECT CASE WHEN i > 300000 THEN error('hidden ' || i) ELSE 'x' END AS c FROM range(400000) t(i)")
    with pytest.raises(pa.ArrowInvalid, match="H706") as broken:
        client.read(info)
    assert "Traceback" not in str(broken.value)


@pytest.mark.parametrize(
    "command",
    [b"", b"\xff", b"\x0a\xff\xff\xff\xff\x0f", b"\x0a\x03abc", b"\x00\x00", b"\x0a\x04\xff\xfe\xff\xfe", b"x" * 100_000],
)
def test_garbage_is_told_from_messages(served: Any, command: bytes) -> None:
    client = Client(served)
    with pytest.raises(pa.ArrowInvalid, match="H732"):
        client.flight.get_flight_info(fl.FlightDescriptor.for_command(command), client.options)
    with pytest.raises(pa.ArrowInvalid, match="H732"):
        client.flight.do_get(fl.Ticket(command), client.options).read_all()
    with pytest.raises(pa.ArrowInvalid, match="H732"):
        client.act("CreatePreparedStatement", command)


def test_a_path_is_no_command(served: Any) -> None:
    client = Client(served)
    with pytest.raises(pa.ArrowInvalid, match="H732"):
        client.flight.get_flight_info(fl.FlightDescriptor.for_path("customer", "profiles"), client.options)


def test_what_is_not_offered_is_said_so(served: Any) -> None:
    client = Client(served)
    for name in ("CommandStatementSubstraitPlan", "CommandOfTomorrow", "TicketStatementQuery"):
        with pytest.raises(NotImplementedError, match="H733"):
            client.info(name, StatementQuery("x"))
    with pytest.raises(NotImplementedError, match="H733"):
        client.act("RenewFlightEndpoint", b"")


@pytest.mark.parametrize("action", ["BeginTransaction", "BeginSavepoint", "EndTransaction", "EndSavepoint"])
def test_transactions_are_refused(served: Any, action: str) -> None:
    with pytest.raises(NotImplementedError, match="H731"):
        Client(served).act(action, b"")


def test_updates_are_refused(served: Any) -> None:
    client = Client(served)
    with pytest.raises(NotImplementedError, match="H731"):
        client.info("CommandStatementQuery", StatementQuery("SELECT 1", b"transaction"))
    with served.connect() as connection, connection.cursor() as cursor:
        with pytest.raises(connection.NotSupportedError, match="H731"):
            cursor.executemany("SELECT ?", [(1,), (2,)])
        with pytest.raises(connection.Error):
            cursor.adbc_ingest("things", pa.table({"x": [1]}))


def test_a_ticket_works_once(served: Any) -> None:
    client = Client(served)
    info = client.query("SELECT 1 AS x")
    assert client.read(info).num_rows == 1
    with pytest.raises(KeyError, match="H734"):
        client.read(info)


def test_a_ticket_is_worth_nothing_to_others_and_stays_good(served: Any) -> None:
    anna, bert = Client(served), Client(served, "token-bert")
    info = anna.query("SELECT 1 AS x")
    with pytest.raises(KeyError, match="H734"):
        bert.read(info)
    assert anna.read(info).num_rows == 1


def test_a_prepared_statement_is_worth_nothing_to_others(served: Any) -> None:
    anna, bert = Client(served), Client(served, "token-bert")
    handle = anna.prepare("SELECT ? AS x").handle
    command = PreparedStatementQuery(handle)
    with pytest.raises(KeyError, match="H734"):
        bert.info("CommandPreparedStatementQuery", command)
    with pytest.raises(KeyError, match="H734"):
        bert.bind(handle, pa.record_batch({"1": [1]}))
    bert.act("ClosePreparedStatement", wrapped("ActionClosePreparedStatementRequest", command))
    anna.bind(handle, pa.record_batch({"1": [1]}))
    assert anna.read(anna.info("CommandPreparedStatementQuery", command)).to_pydict() == {"x": [1]}
    anna.act("ClosePreparedStatement", wrapped("ActionClosePreparedStatementRequest", command))
    with pytest.raises(KeyError, match="H734"):
        anna.info("CommandPreparedStatementQuery", command)


def test_tickets_and_statements_are_forgotten_after_a_while(serve: Any) -> None:
    with serve(Keeping(ticket_seconds=0.1, statement_seconds=0.1)) as served:
        client = Client(served)
        info, handle = client.query("SELECT 1"), client.prepare("SELECT 1").handle
        time.sleep(0.15)
        with pytest.raises(KeyError, match="H734"):
            client.read(info)
        with pytest.raises(KeyError, match="H734"):
            client.info("CommandPreparedStatementQuery", PreparedStatementQuery(handle))


def test_nobody_holds_too_many_at_others_expense(serve: Any) -> None:
    with serve(Keeping(tickets=3, statements=2)) as served:
        anna = Client(served)
        infos = [anna.query("SELECT 1") for _ in range(3)]
        with pytest.raises(fl.FlightUnavailableError, match="H736"):
            anna.query("SELECT 1")
        assert Client(served, "token-bert").query("SELECT 1").schema is not None
        anna.read(infos[0])
        anna.query("SELECT 1")
        anna.prepare("SELECT 1")
        anna.prepare("SELECT 1")
        with pytest.raises(fl.FlightUnavailableError, match="H736"):
            anna.prepare("SELECT 1")


def test_values_that_do_not_fit_are_refused(served: Any) -> None:
    client = Client(served)
    handle = client.prepare("SELECT ? AS a, ? AS b").handle
    with pytest.raises(pa.ArrowInvalid, match=r"H735.*has 2 parameters, and 0 values are bound"):
        client.info("CommandPreparedStatementQuery", PreparedStatementQuery(handle))
    with pytest.raises(pa.ArrowInvalid, match=r"H735.*has 2 parameters, and 1 value is bound"):
        client.bind(handle, pa.record_batch({"1": [1]}))
    for batch in (
        pa.record_batch({"1": [1], "2": [2], "3": [3]}),
        pa.record_batch({"1": [1, 2], "2": [1, 2]}),
        pa.record_batch({"1": ["x" * (17 << 20)], "2": ["y"]}),
        pa.record_batch({str(n): [n] for n in range(1001)}),
    ):
        with pytest.raises(pa.ArrowInvalid, match="H735"):
            client.bind(handle, batch)


def test_half_read_streams_stop_the_query(served: Any) -> None:
    client = Client(served)
    stream = client.stream(client.query(LONG))
    assert stream.read_chunk().data.num_rows > 0
    assert served.gateway.ended == []
    stream.cancel()
    _until(lambda: served.gateway.ended == ["stopped"])


def test_a_client_that_leaves_while_the_query_computes_stops_it(served: Any) -> None:
    def impatient() -> None:
        client = Client(served)
        info = client.query(ENDLESS)
        options = fl.FlightCallOptions(headers=[(b"authorization", b"Bearer token-anna")], timeout=0.5)
        with pytest.raises(fl.FlightTimedOutError):
            client.flight.do_get(info.endpoints[0].ticket, options).read_all()

    impatient()
    _until(lambda: served.gateway.ended == ["stopped"])


def test_a_running_query_is_cancelled_by_its_flight_info_and_by_nobody_else(served: Any) -> None:
    anna, bert = Client(served), Client(served, "token-bert")
    info = anna.query(ENDLESS)
    failed: list[BaseException] = []

    def read() -> None:
        try:
            anna.read(info)
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    reading = threading.Thread(target=read)
    reading.start()
    _until(lambda: served.gateway.queries)
    time.sleep(0.2)
    request = encode(CancelRequest(info.serialize()))
    with pytest.raises(KeyError, match="H734"):
        bert.act("CancelFlightInfo", request)
    assert decode(Status, anna.act("CancelFlightInfo", request)[0]).status == 2
    reading.join(5)
    assert isinstance(failed[0], fl.FlightCancelledError)
    with pytest.raises(KeyError, match="H734"):
        anna.act("CancelFlightInfo", request)


def test_a_query_that_was_not_begun_is_cancelled(served: Any) -> None:
    client = Client(served)
    info = client.query("SELECT 1")
    request = wrapped("ActionCancelQueryRequest", CancelRequest(info.serialize()))
    name, result = name_of(client.act("CancelQuery", request)[0])
    assert (name, decode(Status, result).status) == ("ActionCancelQueryResult", 1)
    with pytest.raises(KeyError, match="H734"):
        client.read(info)
    for garbage in (b"", b"\x0a\x03abc", encode(CancelRequest(b"\xff\xff"))):
        with pytest.raises(pa.ArrowInvalid, match="H732"):
            client.act("CancelFlightInfo", garbage)


def test_adbc_cancels_a_query(served: Any) -> None:
    with served.connect() as connection, connection.cursor() as cursor:
        cursor.execute(LONG)
        cursor.fetchone()
        cursor.adbc_cancel()
        with pytest.raises(dbapi.Error):  # noqa: PT012
            while cursor.fetchmany(100_000):
                pass
    _until(lambda: served.gateway.ended == ["stopped"])


def test_a_token_that_is_revoked_is_good_for_no_further_call(served: Any) -> None:
    client = Client(served)
    info = client.query("SELECT 1")
    del served.people.tokens["token-anna"]
    with pytest.raises(fl.FlightUnauthenticatedError, match="H780"):
        client.read(info)


def test_a_stream_of_a_revoked_token_is_cut_within_seconds(served: Any) -> None:
    client = Client(served)
    stream = client.stream(client.query(LONG))
    stream.read_chunk()
    del served.people.tokens["token-anna"]
    began = time.monotonic()
    with pytest.raises(fl.FlightUnauthenticatedError, match="H780"):  # noqa: PT012
        while True:
            stream.read_chunk()
    assert time.monotonic() - began < 4
    _until(lambda: served.gateway.ended == ["stopped"])


def test_a_slow_client_slows_the_query(served: Any) -> None:
    client = Client(served)
    stream = client.stream(client.query(LONG))
    stream.read_chunk()
    time.sleep(0.5)
    assert served.gateway.ended == [], "100 GB did not run ahead of their reader"
    stream.cancel()


def test_many_streams_flow_at_once(served: Any) -> None:
    found: list[int] = []

    def read() -> None:
        client = Client(served)
        found.append(client.read(client.query("SELECT * FROM range(100000)")).num_rows)

    threads = [threading.Thread(target=read) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert found == [100_000] * 16
    _until(lambda: not served.server._watch.under_way())
    assert served.server._running == {}


def test_metadata_are_exact_in_schema_and_filters(served: Any) -> None:
    client = Client(served)
    assert client.metadata("CommandGetCatalogs", GetForeignKeys()) == [{"catalog_name": "customer"}, {"catalog_name": "orders"}]
    assert client.metadata("CommandGetDbSchemas", GetDbSchemas(schema_pattern="h_st%")) == [
        {"catalog_name": "orders", "db_schema_name": "history"}
    ]
    assert client.metadata("CommandGetDbSchemas", GetDbSchemas(catalog="")) == []
    assert client.metadata("CommandGetTables", GetTables(types=("VIEW",))) == []
    assert client.metadata("CommandGetTables", GetTables(table_pattern=r"pro\_iles")) == []
    assert client.metadata("CommandGetTableTypes", GetForeignKeys()) == [{"table_type": "TABLE"}]
    (key,) = client.metadata("CommandGetPrimaryKeys", GetPrimaryKeys(table="profiles"))
    assert (key["column_name"], key["key_sequence"]) == ("household", 1)
    for name in ("CommandGetExportedKeys", "CommandGetImportedKeys", "CommandGetCrossReference"):
        assert client.metadata(name, GetForeignKeys()) == []


def test_a_filter_made_to_take_long_does_not(served: Any) -> None:
    began = time.process_time()
    Client(served).metadata("CommandGetTables", GetTables(table_pattern="%o" * 5000 + "x"))
    assert time.process_time() - began < 2


def test_the_dialect_is_described_in_full(served: Any) -> None:
    client = Client(served)
    info = {row["info_name"]: row["value"] for row in client.metadata("CommandGetSqlInfo", GetSqlInfo())}
    assert set(range(500, 577)) <= set(info)
    assert info[3] is True
    assert info[504] == '"'
    assert info[563] is False
    assert "QUALIFY" in info[508]
    assert dict(info[517])[0]
    chosen = client.metadata("CommandGetSqlInfo", GetSqlInfo((0, 8, 99_999)))
    assert [row["value"] for row in chosen] == ["Hansa", 0]


def test_types_are_described_for_jdbc(served: Any) -> None:
    client = Client(served)
    types = client.metadata("CommandGetXdbcTypeInfo", GetXdbcTypeInfo())
    assert [t["data_type"] for t in types] == sorted(t["data_type"] for t in types)
    (date,) = client.metadata("CommandGetXdbcTypeInfo", GetXdbcTypeInfo(91))
    assert (date["type_name"], date["sql_data_type"], date["datetime_subcode"]) == ("DATE", 9, 1)


def test_an_unknown_way_and_wrong_rows_are_not_believed(served: Any) -> None:
    client = Client(served, way="operator")
    client.read(client.query("SELECT 1"))
    http = Client(served, way="http", rows="7")
    http.read(http.query("SELECT 1"))
    assert [(q.way, q.rows) for q in served.gateway.queries] == [("flight", 0), ("http", 7)]
    with pytest.raises(pa.ArrowInvalid, match="H735"):
        Client(served, rows="-1").query("SELECT 1")


def test_draining_lets_queries_end_and_takes_no_new_ones(serve: Any) -> None:
    with serve() as served:
        client = Client(served)
        waiting = client.query("SELECT 1")
        stream = client.stream(client.query("SELECT i, repeat('x', 1000) AS wide FROM range(50000) t(i)"))
        stream.read_chunk()
        draining = threading.Thread(target=served.server.drain, args=(5,))
        draining.start()
        _until(lambda: served.server._draining)
        with pytest.raises(fl.FlightUnavailableError, match="H737"):
            client.read(waiting)
        assert stream.read_all().num_rows > 0
        draining.join(10)
        assert not draining.is_alive()
        assert served.gateway.ended == ["whole"]
        served.server.drain = lambda seconds: None
