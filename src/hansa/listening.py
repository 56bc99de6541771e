"""Where a server listens: its socket and its certificate, looked at before anything is started."""

import contextlib
import errno
import socket
import ssl
from pathlib import Path

from hansa.frozen import dataclass
from hansa.trouble import Place, Trouble, TroubleError


@dataclass(frozen=True, slots=True)
class TlsPair:
    """Files in PEM: a certificate with its chain, and its key."""

    certificate: Path
    key: Path

    def check(self) -> None:
        """Raise TroubleError when they cannot be used together."""
        for file in (self.certificate, self.key):
            if not file.is_file():
                raise TroubleError(Trouble("H951", "a file of TLS is not there", (Place(str(file)),), "name two files in PEM"))
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as error:
            reason = str(error).splitlines()[0]
            place = Place(str(self.certificate))
            mend = "the certificate and its key have to be a pair, in PEM and without a passphrase"
            raise TroubleError(Trouble("H951", f"certificate and key cannot be used: {reason}", (place,), mend)) from None


def bound(host: str, port: int, option: str = "--port") -> socket.socket:
    """A socket that listens at nothing yet. Raises TroubleError when the port is taken or the address is not ours."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with contextlib.ExitStack() as undoing:
            made = undoing.enter_context(socket.socket(family, socket.SOCK_STREAM))
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(address)
            undoing.pop_all()
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        of_port = isinstance(error, OSError) and error.errno in (errno.EADDRINUSE, errno.EACCES)
        mend = (
            f"name another with {option}, or 0 for one that is free" if of_port else "name an address of this machine with --host"
        )
        raise TroubleError(Trouble("H950", f"{host}:{port} cannot be served: {reason}", mend=mend)) from None
    return made
