"""What is told of a mesh: the part of a name, without what may not be known."""

import pytest

from hansa.catalog.exports import Told, about, dcat, discoverable, dprod, json_ld, product_of
from hansa.model import Mesh
from hansa.trouble import TroubleError


@pytest.mark.parametrize(("name", "products"), [("", 2), ("a", 1), ("b.uses", 1), ("b/uses", 1)])
def test_a_name_narrows(odd: Mesh, name: str, products: int) -> None:
    assert len(about(odd, name).products) == products


@pytest.mark.parametrize(
    ("name", "mend"), [("a.peeple", "`a.people`"), ("c", "known:"), ("A B", "known:"), ("a.people.people", "a.people")]
)
def test_a_name_that_is_not_there(odd: Mesh, name: str, mend: str) -> None:
    with pytest.raises(TroubleError) as refused:
        about(odd, name)
    (trouble,) = refused.value.troubles
    assert trouble.code == "H816"
    assert mend in trouble.mend


def test_one_product(odd: Mesh) -> None:
    assert str(product_of(odd, "b/uses").address) == "b.uses"
    with pytest.raises(TroubleError, match="`a` is no product"):
        product_of(odd, "a")


def test_no_document_tells_of_what_may_not_be_known(told: Told) -> None:
    mesh = discoverable(told.mesh, lambda what: not str(what).startswith("a"))
    shown = Told(mesh, told.iris, told.publications, told.endpoints)
    for resources in (dcat(shown), dprod(shown)):
        text = "".join(json_ld(resources))
        assert "b.uses" in text
        assert "a.people" not in text
        assert "domain/a" not in text
        assert "team \\u003ca" not in text


def test_a_name_that_may_not_be_known_is_not_suggested(odd: Mesh) -> None:
    shown = discoverable(odd, lambda what: not str(what).startswith("a"))
    with pytest.raises(TroubleError) as refused:
        about(shown, "a.people")
    assert "a.people" not in refused.value.troubles[0].mend
