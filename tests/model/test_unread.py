"""A product that was not read yet is the same to whoever looks at it."""

import copy
import dataclasses
import io
import pickle

import pytest

from hansa.model import Model, Platform, Product, fingerprint
from hansa.model.mesh import Language
from hansa.model.outline import outline
from hansa.model.unread import Rest, Unread, kept_outline, small_values, unread, unread_of
from hansa.names import ProductName
from hansa.records import RecordPickler

WHOLE = Product(
    address=ProductName("shop", "orders"),
    id="orders",
    version="1.0.0",
    platform=Platform("embedded", "duckdb"),
    inputs=(),
    outputs=(),
    models=(Model("orders", Language.SQL, "SELECT 1"),),
    title="Orders",
    readme="# Orders",
)


class Kept:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def rest_of(self, product: ProductName) -> Rest:
        assert product == WHOLE.address
        self.asked += 1
        return WHOLE.inputs, WHOLE.outputs, WHOLE.models, WHOLE.readme

    def outline_of(self, product: ProductName) -> object:
        return f"outline of {product}"


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def product(kept: Kept) -> Unread:
    return unread(unread_of(kept), small_values(WHOLE))


def test_what_is_small_is_there_and_reads_nothing(kept: Kept, product: Unread) -> None:
    assert (product.title, product.id, product.address) == ("Orders", "orders", WHOLE.address)
    assert kept_outline(product) == "outline of shop.orders"
    assert isinstance(product, Product)
    assert kept.asked == 0


def test_the_rest_is_read_once_and_then_it_is_a_product_like_any_other(kept: Kept, product: Unread) -> None:
    assert product.readme == "# Orders"
    assert product.model("orders") == WHOLE.models[0]
    assert kept.asked == 1
    assert type(product) is Product


def test_it_is_equal_to_the_same_product_whoever_is_asked(kept: Kept, product: Unread) -> None:
    other = unread(unread_of(kept), small_values(WHOLE))
    assert other == product
    assert unread(unread_of(kept), small_values(WHOLE)) == WHOLE
    assert WHOLE == unread(unread_of(kept), small_values(WHOLE))  # noqa: SIM300 - the other way round
    assert WHOLE in {unread(unread_of(kept), small_values(WHOLE))}
    assert dataclasses.replace(WHOLE, title="Other") != unread(unread_of(kept), small_values(WHOLE))


def test_it_has_the_same_text_and_fingerprint(kept: Kept, product: Unread) -> None:
    assert repr(product) == repr(WHOLE)
    assert fingerprint(unread(unread_of(kept), small_values(WHOLE))) == fingerprint(WHOLE)


def test_it_can_be_copied_changed_and_pickled(kept: Kept, product: Unread) -> None:
    assert copy.copy(product) == WHOLE
    changed = dataclasses.replace(unread(unread_of(kept), small_values(WHOLE)), title="Other")
    assert changed == dataclasses.replace(WHOLE, title="Other")
    assert type(changed) is Product
    written = io.BytesIO()
    RecordPickler(written).dump(unread(unread_of(kept), small_values(WHOLE)))
    assert pickle.loads(written.getvalue()) == WHOLE


def test_what_no_product_has_is_missing_here_too(kept: Kept, product: Unread) -> None:
    with pytest.raises(AttributeError, match="colour"):
        product.colour  # noqa: B018
    assert kept.asked == 0


def test_whoever_began_to_ask_while_another_thread_read_it_is_answered_all_the_same(kept: Kept, product: Unread) -> None:
    """Between two steps of one thread the product may become a plain one; each step that was begun goes on from there."""
    suppliers = Unread.__dict__["suppliers"].fget
    assert product.readme == "# Orders"
    assert Unread.__getattr__(product, "models") == WHOLE.models
    assert suppliers(product) == WHOLE.suppliers
    assert Unread.__eq__(product, WHOLE)
    assert Unread.__hash__(product) == hash(WHOLE)
    assert Unread.__repr__(product) == repr(WHOLE)
    assert outline(product) == outline(WHOLE)
    assert kept.asked == 1
