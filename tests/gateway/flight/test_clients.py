"""Real clients over a real server: the ADBC driver, polars and pandas."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.flight as fl
import pytest
from adbc_driver_flightsql import dbapi as driver

dbapi: Any = driver


def test_a_query_gives_rows_and_an_arrow_table(served: Any) -> None:
    with served.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT household, income FROM customer.profiles.profiles ORDER BY household LIMIT 2")
        assert cursor.fetchall() == [(0, Decimal("0.00")), (1, Decimal("1.00"))]
        cursor.execute("SELECT count(*) AS n FROM customer.profiles.profiles")
        assert cursor.fetch_arrow_table().to_pydict() == {"n": [1000]}


def test_parameters_are_bound_by_position_and_by_name(served: Any) -> None:
    with served.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT name FROM customer.profiles.profiles WHERE household = ?", (7,))
        assert cursor.fetchall() == [("name 7",)]
        cursor.execute("SELECT name FROM customer.profiles.profiles WHERE household = $who", pa.record_batch({"who": [8]}))
        assert cursor.fetchall() == [("name 8",)]
        cursor.execute("SELECT ? AS given, ? AS other", (dt.date(2024, 1, 2), "x'; --"))
        assert cursor.fetchall() == [(dt.date(2024, 1, 2), "x'; --")]


def test_a_prepared_statement_is_asked_again_with_other_values(served: Any) -> None:
    with served.connect() as connection, connection.cursor() as cursor:
        for household in (1, 2, 3):
            cursor.execute("SELECT name FROM customer.profiles.profiles WHERE household = ?", (household,))
            assert cursor.fetchall() == [(f"name {household}",)]


def test_several_rows_of_values_are_refused(served: Any) -> None:
    with served.connect() as connection, connection.cursor() as cursor:
        rows = pa.record_batch({"0": [1, 2]})
        with pytest.raises(connection.Error, match="H735"):
            cursor.execute("SELECT ?", rows)


def test_the_objects_are_what_the_reader_may_discover(served: Any) -> None:
    with served.connect() as connection:
        found = connection.adbc_get_objects(depth="all").read_all().to_pylist()
        assert [c["catalog_name"] for c in found] == ["customer", "orders"]
        table = found[0]["catalog_db_schemas"][0]["db_schema_tables"][0]
        assert (table["table_name"], table["table_type"]) == ("profiles", "TABLE")
        assert [c["column_name"] for c in table["table_columns"]] == ["household", "name", "income", "since"]
    with served.connect("token-bert") as connection:
        assert [c["catalog_name"] for c in connection.adbc_get_objects(depth="all").read_all().to_pylist()] == ["orders"]


def test_filters_choose_among_the_objects(served: Any) -> None:
    with served.connect() as connection:
        found = connection.adbc_get_objects(depth="tables", table_name_filter="pro%").read_all().to_pylist()
        tables = [t["table_name"] for c in found for s in c["catalog_db_schemas"] for t in s["db_schema_tables"]]
        assert tables == ["profiles"]


def test_a_tables_schema_and_the_types_of_tables_are_told(served: Any) -> None:
    with served.connect() as connection:
        schema = connection.adbc_get_table_schema("profiles", catalog_filter="customer", db_schema_filter="profiles")
        assert schema.names == ["household", "name", "income", "since"]
        assert schema.field("income").type == pa.decimal128(10, 2)
        assert connection.adbc_get_table_types() == ["TABLE"]


def test_the_server_says_who_it_is(served: Any) -> None:
    with served.connect() as connection:
        info = connection.adbc_get_info()
        assert info["vendor_name"] == "Hansa"
        assert info["vendor_arrow_version"] == pa.__version__


def test_the_schema_of_a_query_is_known_without_running_it(served: Any) -> None:
    with served.connect() as connection, connection.cursor() as cursor:
        assert cursor.adbc_execute_schema("SELECT 1::BIGINT AS one") == pa.schema([("one", pa.int64())])
    assert served.gateway.queries == []


def test_polars_and_pandas_read_over_it(served: Any) -> None:
    query = "SELECT household, income FROM customer.profiles.profiles WHERE household < 3"
    with served.connect() as connection:
        frame = pl.read_database(query, connection)
        assert frame.shape == (3, 2)
        assert pd.read_sql(query, connection).shape == (3, 2)


def test_name_and_token_log_in(served: Any) -> None:
    with (
        dbapi.connect(served.uri, {"username": "anna", "password": "token-anna"}, autocommit=True) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 1")
        assert cursor.fetchall() == [(1,)]


@pytest.mark.parametrize("given", [{"username": "anna", "password": "wrong"}, {"username": "bert", "password": "token-anna"}])
def test_a_wrong_password_and_anothers_token_do_not(served: Any, given: dict[str, str]) -> None:
    with pytest.raises(dbapi.Error, match=r"UNAUTHENTICATED|Unauthenticated"):
        dbapi.connect(served.uri, given, autocommit=True).cursor().execute("SELECT 1")


def test_consumer_purpose_and_environment_come_in_headers(served: Any) -> None:
    prefix = "adbc.flight.sql.rpc.call_header.x-hansa-"
    options = {f"{prefix}consumer": "churn", f"{prefix}purpose": "research", f"{prefix}environment": "pr-17"}
    with served.connect(**options) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchall()
    (query,) = served.gateway.queries
    assert (query.reader.consumer, query.reader.purpose, query.environment, query.way) == ("churn", "research", "pr-17", "flight")


def test_a_session_keeps_them_in_a_cookie(served: Any) -> None:
    with served.connect(**{"adbc.flight.sql.rpc.with_cookie_middleware": "true"}) as connection:
        connection.adbc_connection.set_options(**{"adbc.flight.sql.session.option.consumer": "churn"})
        connection.adbc_connection.set_options(**{"adbc.flight.sql.session.option.purpose": "research"})
        told = json.loads(connection.adbc_connection.get_option("adbc.flight.sql.session.options"))
        assert told == {"consumer": "churn", "purpose": "research"}
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchall()
        with pytest.raises(connection.Error):
            connection.adbc_connection.set_options(**{"adbc.flight.sql.session.option.colour": "blue"})
    (query,) = served.gateway.queries
    assert (query.reader.consumer, query.reader.purpose) == ("churn", "research")


def test_a_large_answer_arrives_whole_in_small_messages(served: Any) -> None:
    with served.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT i, repeat('x', 3000) AS wide FROM range(20000) t(i)")
        table = cursor.fetch_arrow_table()
    assert table.num_rows == 20000
    assert table["i"].to_pylist() == list(range(20000))


def test_notices_and_the_querys_number_travel_behind_the_rows(served: Any) -> None:
    class Kept(fl.ClientMiddlewareFactory):  # type: ignore[misc]
        headers: dict[str, list[str]] = {}  # noqa: RUF012

        def start_call(self, info: Any) -> Any:
            return Each()

    class Each(fl.ClientMiddleware):  # type: ignore[misc]
        def received_headers(self, headers: dict[str, list[str]]) -> None:
            Kept.headers |= headers

    from hansa.gateway.flight.messages import StatementQuery, wrapped

    options = fl.FlightCallOptions(headers=[(b"authorization", b"Bearer token-anna")])
    with fl.connect(served.uri, middleware=[Kept()]) as client:
        descriptor = fl.FlightDescriptor.for_command(wrapped("CommandStatementQuery", StatementQuery("SELECT 1")))
        info = client.get_flight_info(descriptor, options)
        client.do_get(info.endpoints[0].ticket, options).read_all()
    assert Kept.headers["x-hansa-query"] == ["query-1"]
    assert json.loads(Kept.headers["x-hansa-notices"][0]) == ["`name` is deprecated"]
