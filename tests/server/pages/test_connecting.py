"""The texts under "Connect" do what they say: each is taken from the page as it is shown, and run against a server."""

import html
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import psycopg
import pytest
from tests.copied import copy_mesh

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

MASKED = "Zoë "
"""What is left of a name for the campaign."""


@pytest.fixture(scope="module")
def mesh(governed_mesh: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("connecting") / "mesh"
    copy_mesh(governed_mesh, root)
    return root


@pytest.fixture(scope="module")
def token(mesh: Path) -> str:
    command = [sys.executable, "-m", "hansa", "token", "issue", "mia", "--scope", "all", "--json"]
    done = subprocess.run(command, cwd=mesh, check=True, capture_output=True, text=True)
    return str(json.loads(done.stdout)["token"])


@pytest.fixture(scope="module")
def address(mesh: Path, token: str) -> Iterator[str]:
    command = [sys.executable, "-m", "hansa", "serve", "--port", "0", "--flight-port", "0", "--pg-port", "0"]
    with subprocess.Popen(command, cwd=mesh, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        yield json.loads(server.stdout.readline())["http"]
        server.send_signal(signal.SIGINT)


@pytest.fixture(scope="module")
def snippets(address: str, token: str) -> dict[str, str]:
    """The texts of the page by their headings, as mia sees them for the campaign."""
    with httpx.Client(base_url=address) as browser:
        form = browser.get("/sign-in").text
        fields = dict(re.findall(r'name="(seal|next)" value="([^"]*)"', form))
        assert browser.post("/sign-in", data={**fields, "token": token}).status_code == 303
        page = browser.get("/products/customer.profiles/connect", params={"for": "campaign|letters"}).text
    found = re.findall(r'<h2 id="way-\d+">([^<]+)</h2>.*?<code>(.*?)</code>', page, re.DOTALL)
    return {name: html.unescape(text) for name, text in found}


def python(text: str, shown: str, token: str) -> str:
    environ = {**os.environ, "HANSA_TOKEN": token}
    done = subprocess.run(
        [sys.executable, "-c", f"{text}\nprint({shown})"], env=environ, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_is_a_text_for_each_way_and_for_nothing_that_is_not_served(snippets: dict[str, str]) -> None:
    over_flight, over_postgres = ["ADBC", "BI tools over JDBC"], ["psql", "BI tools over PostgreSQL"]
    assert list(snippets) == ["Python", "SQL", "curl", *over_flight, *over_postgres, "BI tools over the web"]


def test_python(snippets: dict[str, str], token: str) -> None:
    said = python(snippets["Python"], "len(frame), frame['name'].iloc[0]", token)
    assert said.startswith("100 ")
    assert MASKED in said
    assert "Ångström" not in said


def test_adbc(snippets: dict[str, str], token: str) -> None:
    said = python(snippets["ADBC"], "table.num_rows, table.column('name')[0]", token)
    assert said.startswith("100 ")
    assert MASKED in said
    assert "Ångström" not in said


def test_the_command_line(snippets: dict[str, str], mesh: Path) -> None:
    program, *arguments = shlex.split(snippets["SQL"])
    assert program == "hansa"
    done = subprocess.run(
        [sys.executable, "-m", "hansa", *arguments, "--json"], cwd=mesh, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)) == 100
    assert "Ångström" not in done.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_curl(snippets: dict[str, str], token: str) -> None:
    environ = {**os.environ, "HANSA_TOKEN": token}
    done = subprocess.run(["sh", "-c", snippets["curl"]], env=environ, check=False, capture_output=True, text=True)
    assert len(json.loads(done.stdout)["rows"]) == 100, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("psql") is None, reason="there is no psql here")
def test_psql(snippets: dict[str, str], token: str) -> None:
    environ = {**os.environ, "HANSA_TOKEN": token, "PGOPTIONS": "", "PAGER": "cat"}
    done = subprocess.run(
        ["sh", "-c", f"{snippets['psql'].strip()} -X -A -t"], env=environ, check=False, capture_output=True, text=True
    )
    assert len(done.stdout.splitlines()) == 100, done.stdout + done.stderr
    assert MASKED in done.stdout
    assert "Ångström" not in done.stdout


def test_what_a_bi_tool_asks_for_that_connects_to_a_database(snippets: dict[str, str], token: str) -> None:
    said = dict(line.split(": ", 1) for line in snippets["BI tools over PostgreSQL"].strip().splitlines())
    host, port = said["Server"].split(":")
    given: dict[str, Any] = {"host": host, "port": int(port), "dbname": said["Database"], "user": said["User"]}
    assert said["SSL"] == "off"
    with psycopg.connect(**given, password=said["Password"].replace("YOUR_TOKEN", token)) as connection:
        assert len(connection.execute("SELECT * FROM customer.profiles").fetchall()) == 2500


def test_a_web_source_of_a_bi_tool(snippets: dict[str, str], token: str) -> None:
    url, *headers = filter(None, snippets["BI tools over the web"].splitlines())
    told = dict(h.split(": ", 1) for h in headers)
    answer = httpx.get(url, headers={**told, "Authorization": told["Authorization"].replace("YOUR_TOKEN", token)})
    assert answer.headers["content-type"].startswith("text/csv")
    assert len(answer.text.splitlines()) == 2501
    assert httpx.get(url, headers=told).status_code == 401, "the text itself has nobody's token"


def test_the_url_of_the_jdbc_driver_names_the_gateway_and_for_whom_it_reads(snippets: dict[str, str]) -> None:
    """The driver needs Java, which is not here; what it takes apart is."""
    scheme, _, rest = snippets["BI tools over JDBC"].strip().removeprefix("jdbc:").partition("://")
    assert scheme == "arrow-flight-sql"
    place = urlsplit(f"//{rest}")
    assert place.port
    assert dict(parse_qsl(place.query)) == {
        "useEncryption": "false", "token": "YOUR_TOKEN", "x-hansa-consumer": "campaign", "x-hansa-purpose": "letters",
    }  # fmt: skip
