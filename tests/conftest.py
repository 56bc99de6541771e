"""What tests of several folders share: a Spark Connect server, started from Sail's wheel, once a session and mode."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest


@contextmanager
def _sail(mode: str) -> Iterator[str]:
    spark = pytest.importorskip("pysail.spark", reason="the extra `spark` is not installed")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SAIL_MODE", mode)
        environment.setenv("RUST_LOG", os.environ.get("RUST_LOG", "error"))
        server = spark.SparkConnectServer("127.0.0.1", 0)
        server.start(background=True)
    try:
        yield f"sc://127.0.0.1:{server.listening_address[1]}"
    finally:
        server.stop()


@pytest.fixture(scope="session")
def sail() -> Iterator[Callable[[str], str]]:
    """The address of a Sail server in a mode, `local` or `local-cluster`; each mode's is started when first asked for."""
    with ExitStack() as running:
        started: dict[str, str] = {}

        def address(mode: str) -> str:
            if mode not in started:
                started[mode] = running.enter_context(_sail(mode))
            return started[mode]

        yield address
