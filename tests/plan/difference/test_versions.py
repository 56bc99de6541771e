"""The version that a change asks for."""

from typing import Any

import pytest

from hansa.model import Impact
from hansa.names import Version
from hansa.plan.difference import difference
from hansa.plan.difference.versions import suggested, too_small

CASES = [
    ("1.2.3", "patch", "1.2.4"),
    ("1.2.3", "minor", "1.3.0"),
    ("1.2.3", "major", "2.0.0"),
    ("0.4.1", "patch", "0.4.2"),
    ("0.4.1", "minor", "0.5.0"),
    ("0.4.1", "major", "0.5.0"),
    ("2.0.0-rc.1", "major", "2.0.0"),
    ("2.1.0-rc.1", "major", "3.0.0"),
    ("2.1.0-rc.1", "minor", "2.1.0"),
    ("2.1.1-rc.1", "patch", "2.1.1"),
    ("2.1.1-rc.1", "minor", "2.2.0"),
]


@pytest.mark.parametrize(("before", "impact", "after"), CASES)
def test_the_lowest_version_that_a_change_allows(before: str, impact: str, after: str) -> None:
    assert str(suggested(Version.parse(before), Impact(impact))) == after


@pytest.mark.parametrize(
    ("before", "after", "impact", "small"),
    [
        ("1.2.3", "2.0.0", "major", False),
        ("1.2.3", "3.1.0", "major", False),
        ("1.2.3", "1.9.0", "major", True),
        ("1.2.3", "2.0.0-beta", "major", False),
        ("1.2.3", "1.2.3", "patch", True),
        ("1.2.3", "1.2.2", "patch", True),
        ("1.2.3", "1.2.3-rc.1", "patch", True),
        ("2.0.0-rc.1", "2.0.0-rc.2", "major", False),
        ("2.0.0-rc.2", "2.0.0-rc.1", "patch", True),
        ("0.4.1", "0.5.0", "major", False),
        ("0.4.1", "0.4.2", "major", True),
    ],
)
def test_a_version_is_too_small_when_it_promises_more_than_it_keeps(before: str, after: str, impact: str, small: bool) -> None:
    assert too_small(Version.parse(before), Version.parse(after), Impact(impact)) is small


def test_without_changes_any_version_will_do_but_a_lower_one(contract: dict[str, Any]) -> None:
    def to(version: str) -> bool:
        found = difference(contract, {**contract, "version": version})
        assert (found.changes, found.impact, str(found.suggested)) == ((), None, "1.2.3")
        return found.too_small

    assert (to("1.2.3"), to("9.0.0"), to("1.0.0")) == (False, False, True)


def test_the_highest_change_decides(contract: dict[str, Any]) -> None:
    after = {**contract, "version": "1.3.0", "tags": [], "domain": "x"}
    found = difference(contract, after)
    assert (found.impact, found.breaking, found.too_small) == (Impact.MINOR, False, False)
    found = difference(contract, {**after, "schema": []})
    assert (found.impact, found.breaking, str(found.suggested), found.too_small) == (Impact.MAJOR, True, "2.0.0", True)


def test_a_version_that_is_none_is_refused(contract: dict[str, Any]) -> None:
    with pytest.raises(ValueError) as refused:
        difference(contract, {**contract, "version": "next"})
    assert "next" in str(refused.value)
