"""`mcp`: the mesh for an agent on this machine, over stdin and stdout; the mesh itself may be elsewhere."""

import os
from typing import TYPE_CHECKING, Annotated

import typer
from typer._click.core import ParameterSource  # Typer ships its own Click and exports no name for it

from hansa.cli.options import EnvOption, JsonOption, MeshOption
from hansa.cli.output import write_json
from hansa.trouble import Trouble, TroubleError

if TYPE_CHECKING:
    from hansa.server.catalogue import Catalogue
    from hansa.serving import Serving


def add_to(app: typer.Typer) -> None:
    app.command()(mcp)


def mcp(
    context: typer.Context,
    as_user: Annotated[str, typer.Option("--as", metavar="USER", help="See what this user sees.", show_default=False)] = "",
    for_consumer: Annotated[
        str, typer.Option("--for", metavar="CONSUMER", help="Read for this use case or product alone.", show_default=False)
    ] = "",
    purpose: Annotated[str, typer.Option("--purpose", metavar="P", help="Read for this purpose alone.", show_default=False)] = "",
    url: Annotated[
        str, typer.Option("--url", metavar="URL", help="The server of a mesh that is elsewhere.", show_default=False)
    ] = "",
    env: EnvOption = "prod",
    mesh: MeshOption = None,
    json: JsonOption = False,
) -> None:
    """Let an agent search, understand and query the mesh: a server of the Model Context Protocol over stdin and stdout.

    A client starts it, and ends it by closing stdin. Without --as and --for everything is seen: whoever works on the mesh's own
    machine could read its files anyway. With --json it says what it offers, and ends.

    With --url no files are needed: everything is asked of that server, as whoever the token in HANSA_TOKEN is for.

    Example: hansa mcp --as mia@retail.example --for campaign --purpose letters
    """
    if json:
        _tell_offered()
        return
    if url:
        said_env = env if context.get_parameter_source("env") is ParameterSource.COMMANDLINE else ""
        _bridge(url, as_user, (for_consumer, purpose, said_env))
        return
    from hansa.server.agents.standard import over_stdio
    from hansa.server.api import Caller
    from hansa.serving import Serving
    from hansa.wiring import Workplace

    with Workplace.open(mesh) as workplace, Serving.live(workplace) as serving:
        reader = serving.reader(as_user, for_consumer, purpose)
        caller = Caller(reader.principal, "", for_consumer, purpose, env)
        over_stdio(_catalogue(serving, env, governed=bool(as_user or for_consumer)), caller)


def _bridge(url: str, as_user: str, reading: tuple[str, str, str]) -> None:
    """`reading` is for whom, why and in which environment; empty where it was not said."""
    if as_user:
        mend = "leave it out; the token in HANSA_TOKEN says who asks"
        raise TroubleError(Trouble("H907", "--as is for a mesh in a folder, and --url names a server", mend=mend))
    from hansa.server.agents.bridging import bridge, remote

    bridge(remote(url, os.environ, *reading))


def _catalogue(serving: "Serving", environment: str, *, governed: bool) -> "Catalogue":
    """Over a gateway in this process. The operator's decides nothing, as that of `hansa query` does."""
    from hansa.access.operating import OperatorDecider
    from hansa.server import Backing, InProcess
    from hansa.server.catalogue import Catalogue

    answering = serving.gateway() if governed else serving.operators()
    backing = Backing(
        authenticator=serving.authenticator,
        decider=serving.decider if governed else OperatorDecider(),
        ledger=serving.workplace.ledger,
        mesh=serving.mesh,
        answering=answering,
        inquiring=InProcess(answering),
        clock=serving.clock,
        environment=environment,
    )
    return Catalogue.over(backing, serving.workplace.state)


def _tell_offered() -> None:
    from hansa.server.agents.resources import TEMPLATES
    from hansa.server.agents.tools import TOOLS

    tools = [offered.tool.model_dump(mode="json", by_alias=True, exclude_none=True) for offered in TOOLS]
    templates = [t.model_dump(mode="json", by_alias=True, exclude_none=True) for t in TEMPLATES]
    write_json({"tools": tools, "resourceTemplates": templates})
