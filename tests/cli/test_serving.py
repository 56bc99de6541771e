"""`hansa serve` as a process: people of an issuer, and the environment of those who name none."""

import json
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

import hansa
from hansa.trouble import TroubleError

pytestmark = pytest.mark.slow
CLIENT = {"client_id": "hansa", "client_secret": "any"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    import oidc_provider_mock  # type: ignore[import-untyped]

    with oidc_provider_mock.run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def served(issuer: str, governed_mesh: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A served mesh that trusts an issuer. In the environment `pr-17` its port has one row."""
    root = tmp_path_factory.mktemp("issued") / "mesh"
    shutil.copytree(governed_mesh, root, ignore=shutil.ignore_patterns(".hansa"))
    settings = f"\nidentity: {{oidc: {{issuer: '{issuer}', audience: hansa, teams: {{letters: marketing}}}}}}\n"
    (root / "hansa.yaml").write_text((root / "hansa.yaml").read_text() + settings)
    (root / "data.csv").write_text("\n".join((root / "data.csv").read_text().splitlines()[:2]) + "\n")
    command = [sys.executable, "-m", "hansa"]
    subprocess.run([*command, "run", "--quiet", "--env", "pr-17"], cwd=root, check=True)
    serve = [*command, "serve", "--port", "0", "--flight-port", "0", "--env", "pr-17"]
    with subprocess.Popen(serve, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def bearer(issuer: str, subject: str, groups: list[str]) -> str:
    """An identity token by the way of a browser."""
    back = {"redirect_uri": "http://localhost/back"}
    with httpx2.Client(base_url=issuer) as client:
        client.put(f"/users/{subject}", json={"groups": groups}).raise_for_status()
        asked = {"client_id": "hansa", "response_type": "code", "scope": "openid", **back}
        code = httpx2.URL(client.post("/oauth2/authorize", params=asked, data={"sub": subject}).headers["location"]).params[
            "code"
        ]
        told = client.post("/oauth2/token", data={"grant_type": "authorization_code", "code": code, **back, **CLIENT})
        return str(told.raise_for_status().json()["id_token"])


@pytest.mark.parametrize("way", ["http", "flight"])
def test_only_this_machine_can_reach_it_unless_told(way: str, served: dict[str, Any]) -> None:
    address = urlsplit(served[way])
    assert address.hostname == "127.0.0.1"
    elsewhere = {str(found[4][0]) for found in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    for host in (*elsewhere, "127.0.0.2"):
        with pytest.raises(OSError):
            socket.create_connection((host, address.port or 0), timeout=1).close()


@pytest.mark.parametrize("way", ["http", "flight"])
def test_somebody_of_the_issuer_reads_as_their_groups_allow(way: str, issuer: str, served: dict[str, Any]) -> None:
    query = "SELECT id, name FROM customer.profiles"
    for subject, groups, allowed in (("ida", ["letters"], True), ("otto", ["others"], False)):
        token = bearer(issuer, subject, groups)
        with hansa.connect(served[way], token=token, consumer="campaign", purpose="letters", environ={}) as connection:
            if allowed:
                result = connection.query(query)
                (row,) = result.arrow().to_pylist()
                assert (row["id"], row["name"].startswith("Zoë ")) == (0, True), "of the environment that is served"
                assert any("name is masked" in n for n in result.notices)
            else:
                with pytest.raises(TroubleError, match="H707"):
                    connection.query(query)


@pytest.mark.parametrize("way", ["http", "flight"])
def test_a_bearer_token_of_nobody_is_refused(way: str, issuer: str, served: dict[str, Any]) -> None:
    head, body, signature = bearer(issuer, "ida", ["letters"]).split(".")
    for token in (f"{head}.{body}.{signature[::-1]}", f"{head}.{body}.", "a.b.c"):
        with hansa.connect(served[way], token=token, environ={}) as connection, pytest.raises(TroubleError, match="H78"):
            connection.query("SELECT 1")


def test_a_query_has_the_name_that_is_on_record(issuer: str, served: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {bearer(issuer, 'ida', ['letters'])}"}
    answer = httpx2.post(served["http"] + "/api/v1/query", json={"sql": "SELECT 1 AS n"}, headers=headers)
    assert answer.json()["rows"] == [{"n": 1}]
    assert len(answer.headers["x-hansa-query"]) == 36


def test_a_mesh_that_does_not_compile_is_told_as_it_is_and_leaves_no_gateway(governed_mesh: Path, tmp_path: Path) -> None:
    root = tmp_path / "mesh"
    shutil.copytree(governed_mesh, root, ignore=shutil.ignore_patterns(".hansa"))
    for model in root.rglob("*.sql"):
        model.write_text("SELECT nothing FROM nowhere")
    serve = [sys.executable, "-m", "hansa", "serve", "--port", "0", "--flight-port", "0"]
    done = subprocess.run(serve, cwd=root, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode
    assert done.stdout == ""
    assert "error[H2" in done.stderr
    assert "gateway" not in done.stderr
