"""One edit anywhere in a contract is found, and nothing else: in our own and in every example of the standard."""

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from hansa.plan.difference import difference

Where = tuple[str | int, ...]
EXAMPLES = Path(__file__).parents[4] / "shared" / "standards" / "odcs" / "examples"
IDENTITY = {
    *("id", "name", "physicalName", "version", "server", "property", "element", "driver", "vendor", "channel", "url", "role"),
    *("username", "from", "to", "synonym", "locale", "question", "constraint", "slaDefaultElement", "metric", "rule", "engine"),
}
"""What tells entries apart or is not compared; changing it makes another entry."""


def leaves(value: object, at: Where = ()) -> Iterator[Where]:
    match value:
        case dict():
            for name, inner in value.items():
                yield from leaves(inner, (*at, name))
        case list() if value and all(isinstance(v, dict) for v in value):
            for number, inner in enumerate(value):
                yield from leaves(inner, (*at, number))
        case bool() | int() | float() | str():
            yield at
        case _:
            pass


def at(document: Any, where: Where) -> Any:
    for step in where:
        document = document[step]
    return document


def edited(document: Any, where: Where) -> Any:
    """The document with another value of the same kind there."""
    made = copy.deepcopy(document)
    holder, last = at(made, where[:-1]), where[-1]
    match holder[last]:
        case bool() as value:
            holder[last] = not value
        case int() | float() as value:
            holder[last] = value + 1
        case value:
            holder[last] = f"{value}x"
    return made


def assert_just_that(document: Any, where: Where) -> None:
    found = difference(document, edited(document, where)).changes
    assert len(found) == 1, (where, [str(c) for c in found])
    assert found[0].at_after[: len(where)] in (where, where[: len(found[0].at_after)])


def plain(document: object, where: Where) -> bool:
    """Not what tells things apart, nor an accepted value, nor plain data that nobody looks into."""
    if where[-1] in IDENTITY or (where[-1] == "type" and "quality" in where) or ("enum" in where and where[-1] == "value"):
        return False
    unsaid = where[-1] in ("primaryKeyPosition", "partitionKeyPosition") and at(document, where) < 1
    return not unsaid and "arguments" not in where and not isinstance(at(document, where[:-1]), list)


def test_one_edit_of_our_contract_is_one_change(contract: dict[str, Any]) -> None:
    found = [where for where in leaves(contract) if plain(contract, where)]
    assert len(found) > 60
    for where in found:
        assert_just_that(contract, where)


@pytest.mark.parametrize("seed", range(10))
def test_several_edits_are_as_many_changes(contract: dict[str, Any], seed: int) -> None:
    chance = random.Random(seed)
    found = [where for where in leaves(contract) if plain(contract, where) and where[0] != "slaProperties"]
    chosen = chance.sample(found, 5)
    after = contract
    for where in chosen:
        after = edited(after, where)
    assert {c.at_after for c in difference(contract, after).changes} >= {w for w in chosen if "physicalType" not in w}


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the standards' examples are not beside this repository")
@pytest.mark.parametrize("path", sorted(EXAMPLES.rglob("*.yaml")), ids=lambda p: p.name)
def test_examples_of_the_standard(path: Path) -> None:
    document = yaml.safe_load(path.read_text("utf-8"))
    if "version" not in document:
        document["version"] = "1.0.0"
    assert difference(document, copy.deepcopy(document)).changes == ()
    chance = random.Random(path.name)
    found = [where for where in leaves(document) if plain(document, where)]
    for where in chance.sample(found, min(25, len(found))):
        assert_just_that(document, where)
