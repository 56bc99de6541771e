"""How tests are shared out: modules whole, long ones first, and those together that need the same served mesh."""

from itertools import groupby
from pathlib import Path

import pytest
from tests.shares import LONGEST, TOGETHER, share

ROOT = Path(__file__).parents[1]


def test_a_module_stays_whole_and_some_folders_do() -> None:
    assert share("tests/cli/test_check.py::TestIt::test_this[a::b-/c.py]") == "tests/cli/test_check.py"
    assert share("tests/browser/test_journeys.py::test_j08_find") == share("tests/browser/test_every_page.py::test_it[x]")


def test_what_is_named_is_there() -> None:
    assert all((ROOT / name).exists() for name in (*LONGEST, *TOGETHER))
    assert {share(name) for name in LONGEST} == set(LONGEST)


def test_this_very_run_begins_with_the_longest_and_comes_to_each_once(request: pytest.FixtureRequest) -> None:
    shares = [name for name, _ in groupby(share(item.nodeid) for item in request.session.items)]
    long = [name for name in shares if name in LONGEST]
    assert shares[: len(long)] == sorted(long, key=LONGEST.index)
    assert len(shares) == len({*shares})
