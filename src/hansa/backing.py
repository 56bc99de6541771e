"""What the gateway's process stands on: a live mesh with its identities, decisions, gateway and record, behind Flight SQL and
the PostgreSQL wire.

Imports at once what serving imports when it is first needed: the keeper of the gateway imports this, and forks.
"""

from collections.abc import Mapping
from pathlib import Path

import hansa.access.deciding
import hansa.access.identity
import hansa.gateway.answering
import hansa.gateway.noticing
import hansa.gateway.recording
import hansa.lake
import hansa.ledger.opening  # noqa: F401 - imported for the processes that are forked
from hansa.gateway.discovering import Discovery
from hansa.gateway.flight import Backing
from hansa.model import Principal
from hansa.serving import Serving, give_up
from hansa.wiring import Workplace


def backing(root: Path, environ: Mapping[str, str]) -> Backing:
    """For `GatewayProcess`. Raises TroubleError when the mesh does not compile or its ledger cannot be opened."""
    workplace = Workplace(root, environ)
    serving = Serving.live(workplace)
    answering = serving.gateway(stuck=_give_up)

    def authenticate(credential: str, source: str) -> Principal:
        return serving.authenticator.authenticate(credential, source=source, way="flight")

    def authenticate_postgres(credential: str, source: str) -> Principal:
        return serving.authenticator.authenticate(credential, source=source, way="postgres")

    def close() -> None:
        serving.close()
        workplace.close()

    shown = Discovery(serving.mesh, workplace.ledger, serving.decider, answering, serving.clock)
    return Backing(answering, authenticate, shown, close, postgres=authenticate_postgres)


def _give_up() -> None:
    """End this process, which its keeper replaces at once."""
    give_up("gateway: a query cannot be stopped; the process ends, and another takes its place")
