"""Progress of a run: a bar on a terminal, JSON lines elsewhere, nothing when quiet. Three readers of the same events."""

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hansa.run import Event, Listener, ProductBegan, ProductEnded, StepBegan, to_json

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


@contextmanager
def listener(*, quiet: bool, expected: int) -> Iterator[Listener]:
    """The listener that suits stderr."""
    if quiet:
        yield lambda event: None
    elif sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        with _bar(expected) as tell:
            yield tell
    else:
        yield _line


def _line(event: Event) -> None:
    sys.stderr.write(json.dumps(to_json(event), ensure_ascii=False) + "\n")
    sys.stderr.flush()


@contextmanager
def _bar(expected: int) -> Iterator[Listener]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, no_color="NO_COLOR" in os.environ)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield _BarReader(progress, progress.add_task("starting", total=expected))


class _BarReader:
    """Shows the products under way in one line and counts those that ended."""

    def __init__(self, progress: "Progress", task: "TaskID") -> None:
        self._progress = progress
        self._task = task
        self._lock = threading.Lock()
        self._doing: dict[str, str] = {}

    def __call__(self, event: Event) -> None:
        with self._lock:
            match event:
                case ProductBegan(product):
                    self._doing[str(product)] = "starting"
                case StepBegan(product, step, _):
                    self._doing[str(product)] = step
                case ProductEnded(product):
                    self._doing.pop(str(product), None)
                    self._progress.advance(self._task)
                case _:
                    return
            text = ", ".join(f"{product} ({step})" for product, step in self._doing.items())
            self._progress.update(self._task, description=text or "done")
