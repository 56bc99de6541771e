"""How the tests are shared out to pytest's workers: modules whole, so that what a module builds is built once, long ones first.

(The marker `xdist_group` does nothing under pytest 9.2: pytest-xdist 3.8 writes the group to an attribute that is read no more.)
"""

from typing import Any

import pytest

TOGETHER = ("tests/browser/",)
"""Folders whose modules share what is dear to build: these, one served mesh."""

LONGEST = (
    "tests/journeys/test_readme_in_a_fresh_clone.py",
    "tests/browser/",
    "tests/benchmarks/test_benchmarks_run.py",
    "tests/docs/test_examples.py",
    "tests/bad_day/test_killed.py",
    "tests/cli/test_check_after_edits.py",
    "tests/compile/test_incremental.py",
)
"""Begun first, so that no worker is left with one of them while all others are done."""


def share(nodeid: str) -> str:
    """The share that a test belongs to: its module, or a folder whose modules stay together."""
    module = nodeid.partition("::")[0]
    return next((folder for folder in TOGETHER if module.startswith(folder)), module)


def order(items: list[pytest.Item]) -> None:
    """Put the longest shares first, and those that have slow tests before those that have none."""
    slow = {share(item.nodeid) for item in items if item.get_closest_marker("slow")}
    rank = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: (rank.get(share(item.nodeid), len(rank)), share(item.nodeid) not in slow))


def scheduler(config: Any, log: Any) -> Any:
    """What gives the workers their shares, in the order in which the tests were collected."""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class Shares(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return share(nodeid)

    config.option.loadscopereorder = False
    return Shares(config, log)
