"""The files of the cache, which commands share: written whole by one, and awaited by the others."""

import contextlib
import fcntl
import os
import pickle
import time
from pathlib import Path

UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, EOFError, pickle.UnpicklingError)
"""What a file that is missing, damaged or another's is found out by."""

_GIVEN_UP = 3600  # seconds after which a file that somebody began to write will not be finished
_PATIENCE = 250  # times 20 ms


def write(file: Path, content: bytes) -> None:
    """Put a file in the place of the one that is there, whole or not at all. Raises OSError."""
    for left in file.parent.glob(f"{file.stem}.*"):
        if time.time() - left.stat().st_mtime > _GIVEN_UP:  # by a process that was cut off
            left.unlink(missing_ok=True)
    unfinished = file.with_suffix(f".{os.getpid()}")
    try:
        # Resolved variables may stand in it, so it is for its owner's eyes.
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(content)
        unfinished.replace(file)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def claim(file: Path) -> int | None:
    """Say that a mesh is about to be kept, until the file that is returned is closed; None when somebody else says so already."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        claimed = os.open(file.with_name("keeping"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(claimed, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(claimed)
        return None
    return claimed


def await_claim(file: Path) -> None:
    """Wait while a mesh is being kept, but not for long: that is quicker than to compile it again."""
    try:
        claimed = os.open(file.with_name("keeping"), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        for _ in range(_PATIENCE):
            with contextlib.suppress(OSError):
                fcntl.flock(claimed, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return
            time.sleep(0.02)
    finally:
        os.close(claimed)
