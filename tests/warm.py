"""`hansa` in processes that start at once: each is forked from one in which everything is imported already.

A command does what it does in a process of its own, with the folder, the environment and the standard streams of whoever calls
it; only its imports, which take longer than most commands do, are made once for all of them. How a command starts, and what it
imports by then, is told by the tests that call `python -m hansa`.
"""

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

CALLER = """\
#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    socket.send_fds(server, [b"!"], [0, 1, 2])
    order = {{"arguments": sys.argv[1:], "folder": os.getcwd(), "environ": dict(os.environ)}}
    server.sendall(json.dumps(order).encode())
    server.shutdown(socket.SHUT_WR)
    code = int(server.recv(16))
sys.exit(code if code >= 0 else 128 - code)
"""
"""The command itself hands its streams to the server, and ends as the forked process did."""

APART = ("__main__", "migrations.env", "sources.postgres")
"""Modules of Hansa that do something when they are imported; the last one's driver starts a thread, which no fork would have."""


@contextlib.contextmanager
def warmed() -> Iterator[Path]:
    """The path of a program that does what `hansa` does, while its server runs."""
    with tempfile.TemporaryDirectory(prefix="hansa-warm-") as folder:
        address, command = f"{folder}/socket", Path(folder, "hansa")
        command.write_text(CALLER.format(python=sys.executable, address=address))
        command.chmod(0o755)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(address)
            listener.listen()
            # Who calls before all is imported waits in the listener's queue, which is the server's alone, and ends with it.
            number = listener.fileno()
            server = subprocess.Popen([sys.executable, "-P", __file__, str(number)], stdin=subprocess.PIPE, pass_fds=(number,))
        with server:
            yield command


def ran(hansa: Path, folder: Path, *arguments: str, code: int = 0) -> str:
    """What a command said in a folder, where it ended with this code."""
    done = subprocess.run([hansa, *arguments], cwd=folder, check=False, capture_output=True, text=True)
    assert done.returncode == code, f"hansa {arguments} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _serve(listener: socket.socket) -> NoReturn:
    import hansa

    for module in pkgutil.walk_packages(hansa.__path__, "hansa."):
        if not module.name.endswith(APART):
            importlib.import_module(module.name)
    importlib.import_module("hansa.cli.app").commands()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while listener in select.select([listener, sys.stdin], [], [])[0]:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _carry_out(connection)
        connection.close()
    # What was imported is taken down by nobody: there is nothing in it to be written or closed.
    os._exit(0)


def _carry_out(connection: socket.socket) -> NoReturn:
    """In a fork: carry out one order in a fork of this one, and tell how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, streams, _, _ = socket.recv_fds(connection, 1, 3)
    with connection.makefile() as order:
        told = json.load(order)
    command = os.fork()
    if command == 0:
        connection.close()
        _become(told["arguments"], told["folder"], told["environ"], streams)
    for stream in (0, 1, 2, *streams):
        os.close(stream)
    code = os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])
    connection.sendall(str(code).encode())
    os._exit(0)


def _become(arguments: list[str], folder: str, environ: dict[str, str], streams: list[int]) -> NoReturn:
    """Be the command, until the end of this process."""
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environ)
        sys.argv = ["hansa", *arguments]
        from hansa.cli import main

        main()
    finally:
        os._exit(70)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
