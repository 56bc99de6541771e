"""Records as plain data and back."""

import json
from pathlib import Path

import pytest

from hansa.model import Compiled, Product, Unreadable, from_data, to_data
from hansa.wiring import Workplace

RETAIL = Path(__file__).parents[2] / "examples" / "retail"


@pytest.fixture(scope="module")
def retail() -> Compiled:
    with Workplace.open(RETAIL, {}) as workplace:
        return workplace.compiled


def test_every_product_of_the_reference_mesh_comes_back_as_it_was(retail: Compiled) -> None:
    assert retail.mesh.products
    for product in retail.mesh.products:
        back = from_data(Product, json.loads(json.dumps(to_data(product))))
        assert back == product


def test_what_newer_writers_add_is_passed_over(retail: Compiled) -> None:
    product = retail.mesh.products[0]
    assert from_data(Product, {**to_data(product), "novelty": {"a": 1}}) == product


@pytest.mark.parametrize(("key", "value"), [("address", "no such address"), ("inputs", {}), ("version", 3), ("models", [1])])
def test_what_cannot_be_read_is_refused_with_the_place(retail: Compiled, key: str, value: object) -> None:
    data = {**to_data(retail.mesh.products[0]), key: value}
    with pytest.raises(Unreadable, match=rf"Product\.{key}"):
        from_data(Product, data)


def test_a_missing_key_without_a_default_is_told(retail: Compiled) -> None:
    data = to_data(retail.mesh.products[0])
    del data["platform"]
    with pytest.raises(Unreadable, match="`platform` is missing"):
        from_data(Product, data)
