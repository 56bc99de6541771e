"""Where a server listens: what cannot be served is told with what helps against it."""

import socket

import pytest

from hansa.listening import bound
from hansa.trouble import TroubleError


def test_a_socket_is_bound_to_a_port_that_is_free() -> None:
    with bound("127.0.0.1", 0) as made:
        assert made.getsockname()[1] > 0


def test_a_port_that_is_taken_is_to_be_another() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(TroubleError, match="H950") as refused:
            bound("127.0.0.1", taken.getsockname()[1], "--flight-port")
    assert "--flight-port" in refused.value.troubles[0].mend


@pytest.mark.parametrize("host", ["a..b", "x" * 70, "host name", "192.0.2.1"])
def test_a_host_that_is_none_of_this_machine_is_to_be_another(host: str) -> None:
    with pytest.raises(TroubleError, match="H950") as refused:
        bound(host, 0)
    assert "--host" in refused.value.troubles[0].mend
