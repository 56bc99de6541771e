"""`serve`: the HTTP server, and the gateway in a process of its own."""

import json as jsonlib
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli.options import EnvOption, JsonOption, MeshOption
from hansa.cli.output import say, write
from hansa.frozen import dataclass
from hansa.trouble import Trouble, TroubleError

if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import socket

    from fastapi import FastAPI

    from hansa.access.identity.login import IssuerLogin
    from hansa.gateway.process import Event, GatewayProcess, GatewaySettings
    from hansa.listening import TlsPair
    from hansa.serving import Serving
    from hansa.wiring import Workplace

PG_PORT = 5433
"""Where the PostgreSQL wire listens unless told: beside PostgreSQL's own 5432."""

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def add_to(app: typer.Typer) -> None:
    app.command()(serve)


def serve(
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Where to listen; only this machine by default.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port of HTTP; 0 takes a free one.")] = 8080,
    flight_port: Annotated[
        int, typer.Option("--flight-port", min=0, max=65535, help="The port of Flight SQL; 0 takes a free one.")
    ] = 8815,
    pg_port: Annotated[
        int | None,
        typer.Option(
            "--pg-port",
            min=0,
            max=65535,
            help="The port of the PostgreSQL wire; 0 takes a free one. [default: 5433, or a free one where that is taken]",
        ),
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option("--tls-cert", metavar="FILE", help="A certificate with its chain, in PEM.")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key", metavar="FILE", help="The certificate's key, in PEM.")] = None,
    requests_per_minute: Annotated[
        int,
        typer.Option(
            "--requests-per-minute", metavar="NUMBER", min=0, help="What the API lets one principal ask; 0 for any number."
        ),
    ] = 1200,
    env: EnvOption = "prod",
    mesh: MeshOption = None,
    json: JsonOption = False,  # what it says is JSON in any case
) -> None:
    """Serve the published products over HTTP, Arrow Flight SQL and the PostgreSQL wire, each read decided and on record.

    Who names no environment reads that of --env. When all answer, a line of JSON says where:
    {"http": …, "flight": …, "pg": …}. Ends with Ctrl-C.

    Example: hansa serve --port 8080 --flight-port 8815 --pg-port 5433
    """
    from hansa.listening import TlsPair
    from hansa.wiring import Workplace

    if (tls_cert is None) != (tls_key is None):
        raise TroubleError(Trouble("H951", "a certificate needs its key", mend="give both --tls-cert and --tls-key"))
    tls = TlsPair(tls_cert, tls_key) if tls_cert is not None and tls_key is not None else None
    if tls is not None:
        tls.check()
    with Workplace.open(mesh) as workplace:
        _serve(workplace, _Where(host, port, flight_port, pg_port, tls), env, requests_per_minute)


@dataclass(frozen=True, slots=True)
class _Where:
    """Where to listen, and whether under TLS."""

    host: str
    port: int
    flight_port: int
    pg_port: int | None
    tls: "TlsPair | None"

    def http(self, listening: "socket") -> str:
        scheme = "http" if self.tls is None else "https"
        return f"{scheme}://{_shown(self.host)}:{listening.getsockname()[1]}"


def _serve(workplace: "Workplace", where: _Where, environment: str, requests_per_minute: int) -> None:
    """Serve until told to end. What answers over HTTP is put together here while the gateway starts in its own process."""
    from hansa.gateway.process import GatewayProcess
    from hansa.listening import bound
    from hansa.serving import Serving

    made: list[tuple[FastAPI, str]] = []
    with ExitStack() as held:
        listening = bound(where.host, where.port)
        # Ours until the gateway listens there, so that its address is known before it does.
        promised = (
            held.enter_context(bound(where.host, where.flight_port, "--flight-port")),
            held.enter_context(_postgres(where)),
        )

        def beside() -> None:
            serving = held.enter_context(Serving.live(workplace, _tell_mesh))
            _advise(serving, where.host, encrypted=where.tls is not None)
            made.append(_app(serving, gateway, environment, requests_per_minute))

        settings = _settings(workplace, where, promised, environment)
        gateway = GatewayProcess(settings, workplace.environ, _tell_gateway, beside=beside)
        held.enter_context(gateway)
        for each in promised:
            each.close()
        (app, invited), http = made[0], where.http(listening)
        line = jsonlib.dumps({"http": http, "flight": gateway.location, "pg": gateway.postgres_location})
        _run(app, listening, where.tls, lambda: _tell_ready(line, http, invited))


def _postgres(where: _Where) -> "socket":
    """A socket for the PostgreSQL wire: at a port that was named, or at the usual one where nobody else is."""
    from hansa.listening import bound

    try:
        return bound(where.host, PG_PORT if where.pg_port is None else where.pg_port, "--pg-port")
    except TroubleError:
        if where.pg_port is not None:
            raise
        return bound(where.host, 0, "--pg-port")


def _settings(workplace: "Workplace", where: _Where, promised: "tuple[socket, socket]", environment: str) -> "GatewaySettings":
    from hansa.gateway.process import GatewaySettings, TlsFiles

    tls = where.tls
    files = TlsFiles(str(tls.certificate.absolute()), str(tls.key.absolute())) if tls is not None else None
    flight, postgres = (each.getsockname()[1] for each in promised)
    return GatewaySettings(
        str(workplace.root.absolute()), where.host, flight, tls=files, environment=environment, postgres=postgres
    )


def _run(app: "FastAPI", listening: "socket", tls: "TlsPair | None", ready: "Callable[[], None]") -> None:
    from hansa.server.transport import run

    run(app, listening, tls, ready)


def _app(serving: "Serving", gateway: "GatewayProcess", environment: str, requests_per_minute: int) -> "tuple[FastAPI, str]":
    """The application, and at a first start the path of a link that opens the pages once."""
    from hansa.client import FlightWay
    from hansa.server import Backing, OverFlight, create_app
    from hansa.server.agents import Agents
    from hansa.server.pages import Catalogue, Sessions, administrator_of, create_pages
    from hansa.server.transport import Limits

    backing = Backing(
        authenticator=serving.authenticator,
        decider=serving.decider,
        ledger=serving.workplace.ledger,
        mesh=serving.mesh,
        answering=serving.gateway_when_asked(),
        inquiring=OverFlight(FlightWay.beside(gateway.location)),
        clock=serving.clock,
        environment=environment,
        planner=partial(serving.plan, environment),
        quarantine=serving.workplace.state / "quarantine",
        examiner=serving.examine,
    )
    sessions, invited = Sessions(backing.ledger, serving.clock), ""
    if serving.workplace.settings.oidc is None and not backing.ledger.tokens():
        administrator = administrator_of(backing.mesh(), backing.ledger, backing.clock())
        invited = f"/open/{sessions.invite(administrator)}"
    catalogue = Catalogue.over(backing, serving.workplace.state, gateway.location, gateway.postgres_location or "")
    agents = Agents(catalogue, serving.workplace.settings.oidc)
    pages = create_pages(catalogue, sessions, _login(serving))
    return create_app(backing, pages, agents, Limits.of(requests_per_minute), catalogue), invited


def _login(serving: "Serving") -> "IssuerLogin | None":
    """The way in by the issuer, where the mesh declares one. Raises TroubleError when its secret is missing."""
    settings = serving.workplace.settings.oidc
    if settings is None or not settings.client_id:
        return None
    from hansa.access.identity.login import IssuerLogin

    return IssuerLogin.of(settings, serving.workplace.environ, serving.clock)


def _tell_ready(line: str, http: str, invited: str) -> None:
    write(line)
    if invited:
        say(f"open the pages as an administrator, once and within half an hour: {http}{invited}")


def _advise(serving: "Serving", host: str, *, encrypted: bool) -> None:
    """What whoever starts a server should know before others meet it."""
    if host not in LOOPBACK and not encrypted:
        say(f"warning: {host} is open to other machines without TLS; tokens and rows can be read on the way (--tls-cert)")
    if serving.workplace.settings.oidc is None and not serving.workplace.ledger.tokens():
        say("nobody can read yet, as nobody has a token: `hansa token issue USER` makes one for a member of a team,")
        say("`hansa user add NAME` adds somebody who is in none")


def _tell_mesh(troubles: tuple[Trouble, ...]) -> None:
    if not troubles:
        say("the mesh compiles again, and is in force")
        return
    say(f"the mesh no longer compiles; the last good one stays in force ({len(troubles)} errors, the first of them:)")
    say(str(troubles[0]))


def _tell_gateway(event: "Event") -> None:
    if event.kind != "ready":
        say(f"the gateway {event.kind}: {event.reason}" if event.reason else f"the gateway {event.kind}; it is started again")


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
