"""IRIs are what they say they are, whatever texts they are made of."""

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from hansa.catalog.exports import Iris, endpoints_of, turtle
from hansa.catalog.exports.graph import resource
from hansa.catalog.exports.iris import mail, web
from hansa.names import ProductName
from hansa.trouble import TroubleError


@pytest.mark.parametrize(
    "base", ["https://data.example.com", "https://data.example.com/mesh#", "urn:example:mesh:", "tag:x,2027:"]
)
def test_names_begin_with_the_base(base: str) -> None:
    found = Iris.of("shop", base).product(ProductName("a", "b")).text
    assert found.startswith(base)
    assert found.endswith("product/a.b")


@pytest.mark.parametrize(
    "base",
    ["catalogue", "/x", "https://", "https://a b/", "urn:", "dcat:x", "https://a/<b>", "https://a/%zz", "http://[::1", "x:\n"],
)
def test_what_is_no_base_is_refused(base: str) -> None:
    with pytest.raises(TroubleError) as refused:
        Iris.of("shop", base)
    assert refused.value.troubles[0].code == "H815"


@given(st.text(), st.text())
def test_texts_make_parts_that_differ_as_they_do(one: str, other: str) -> None:
    iris = Iris.of(one)
    assert iris.base.isascii()
    clean, same = (t.encode("utf-8", "replace") for t in (one, other))
    assert (iris.named("team", one) == iris.named("team", other)) == (clean == same)


@given(st.text())
def test_addresses_are_iris_or_nothing(said: str) -> None:
    for found in (web(f"https://a.example/{said}"), web(said), mail(said)):
        if found is not None:
            each = resource(found, ("dct:LicenseDocument",), ())
            assert len(rdflib.Graph().parse(data="".join(turtle((each,))), format="turtle")) == 1


def test_addresses_keep_what_they_mean() -> None:
    assert str(web("HTTPS://a.example/b?c=1&d=%20#e").text) == "https://a.example/b?c=1&d=%20#e"  # type: ignore[union-attr]
    assert web("javascript:alert(1)") is None
    assert web("ftp://a.example") is None
    assert mail("not an address") is None
    assert mail("mailto:a+b@c.example").text == "mailto:a+b@c.example"  # type: ignore[union-attr]


def test_endpoints_are_told_once_and_in_order() -> None:
    found = endpoints_of(("grpc://h:1", "https://h/", "https://h"))
    assert [(e.way, e.url) for e in found] == [("http", "https://h"), ("flight", "grpc://h:1")]


@pytest.mark.parametrize(
    "url", ["h.example", "ftp://h", "https://", "https://u:p@h", "https://h?x", "https://h#x", "https://h:port", "x"]
)
def test_what_is_no_endpoint_is_refused(url: str) -> None:
    with pytest.raises(TroubleError) as refused:
        endpoints_of((url,))
    assert refused.value.troubles[0].code == "H815"
