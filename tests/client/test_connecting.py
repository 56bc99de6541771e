"""`hansa.connect`: what an address means, what is missing, and that no token is shown."""

import subprocess
import sys
from pathlib import Path

import pytest

import hansa
from hansa.client import Claims
from hansa.client.troubles import read_back
from hansa.gateway.asking import Refused
from hansa.trouble import Place, Trouble, TroubleError

TOKEN = "hansa_0123456789"


@pytest.mark.parametrize("url", ["", "ftp://x", "grpc://", "127.0.0.1:8815"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(TroubleError, match="H953"):
        hansa.connect(url, token=TOKEN, environ={})


def test_a_connection_needs_a_token() -> None:
    with pytest.raises(TroubleError, match="HANSA_TOKEN"):
        hansa.connect("http://127.0.0.1:1", environ={})


def test_what_is_not_said_comes_from_the_environment() -> None:
    environ = {"HANSA_URL": "http://127.0.0.1:1", "HANSA_TOKEN": TOKEN, "HANSA_CONSUMER": "campaign", "HANSA_PURPOSE": "letters"}
    with hansa.connect(environ=environ) as connection:
        assert repr(connection) == "<hansa.Connection http://127.0.0.1:1 for campaign, letters>"


def test_no_text_shows_the_token_or_a_password_in_the_address() -> None:
    with hansa.connect(f"http://me:{TOKEN}@127.0.0.1:1", token=TOKEN, environ={}) as connection:
        with pytest.raises(TroubleError) as away:
            connection.query("SELECT 1")
        assert TOKEN not in repr(connection) + str(away.value) + repr(Claims(TOKEN))
        assert away.value.troubles[0].code == "H952"


def test_a_gateway_that_is_not_there_is_told_over_flight_too() -> None:
    with hansa.connect("grpc://127.0.0.1:1", token=TOKEN, environ={}) as connection, pytest.raises(TroubleError) as away:
        connection.query("SELECT 1")
    assert away.value.troubles[0].code == "H952"
    assert TOKEN not in str(away.value)


def test_cursors_are_for_flight() -> None:
    with hansa.connect("http://127.0.0.1:1", token=TOKEN, environ={}) as connection, pytest.raises(TroubleError, match="H953"):
        connection.cursor()


def test_a_trouble_survives_the_wire() -> None:
    told = Trouble("H705", "there is no column `x`", (Place("query", 1, 8, "named here"),), "candidates: `y`")
    found = read_back(f"Flight error: {told}. gRPC client debug context: …")
    assert found is not None
    assert found.troubles == (told,)
    assert isinstance(read_back(str(Trouble("H707", "no", mend="ask"))), Refused)
    assert read_back("connection reset") is None


def test_to_import_hansa_loads_no_client() -> None:
    code = "import sys, hansa; assert not {'pyarrow', 'hansa.client', 'hansa.trouble'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_mesh_in_a_folder_answers_its_operator_and_whom_it_stands_for(governed_mesh: Path) -> None:
    with hansa.connect(mesh=governed_mesh, environ={}) as connection:
        assert connection.query("SELECT name FROM customer.profiles WHERE id = 1").arrow().to_pylist() == [
            {"name": "Zoë Ångström 1"}
        ]
        assert connection.ports() == ("customer.profiles.profiles",)
    with hansa.connect(mesh=governed_mesh, as_user="nick", environ={}) as connection, pytest.raises(Refused):
        connection.query("SELECT name FROM customer.profiles")
