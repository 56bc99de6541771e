"""The heartbeat of a gateway: as long as it answers a call of its own, it tells its keeper so.

A process can hang without dying: a lock that nobody gives back, an interpreter that a library holds. So what beats is not a
thread that runs, but a call that was answered: through the port, by the interpreter.
"""

import contextlib
import os
import time
from typing import TYPE_CHECKING

from hansa.gateway.process import GatewaySettings

if TYPE_CHECKING:
    import pyarrow.flight as fl


def beating(settings: GatewaySettings, port: int, beat: int) -> None:
    """Beat, several times in the silence that is allowed, until the process ends."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    scheme = "grpc" if settings.tls is None else "grpc+tls"
    location = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
    # Who wants certificates of its clients has none for this one: there it has to do that the thread runs.
    asks = settings.tls is None or not settings.tls.clients
    with contextlib.suppress(OSError):  # the keeper is gone, and so is this process in a moment
        while True:
            if not asks or _answers(location, settings.silence):
                os.write(beat, b".")
            time.sleep(settings.silence / 8)


def _answers(location: str, seconds: float) -> bool:
    import pyarrow as pa
    import pyarrow.flight as fl

    with fl.FlightClient(location, disable_server_verification=location.startswith("grpc+tls")) as client:
        return _refused(client, fl.FlightCallOptions(timeout=seconds / 2), pa.ArrowException)


def _refused(client: "fl.FlightClient", options: "fl.FlightCallOptions", wrong: type[Exception]) -> bool:
    """Whether a call without a credential is refused, as it has to be: that is an answer."""
    import pyarrow.flight as fl

    try:
        list(client.list_actions(options))
    except fl.FlightUnauthenticatedError:
        return True
    except wrong:
        return False
    return True
