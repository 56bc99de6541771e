"""The short way to a record: whatever stands at its keys, it is read as every key is read by itself."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.declare import reading
from hansa.declare.files import parse
from hansa.declare.odcs.read import read as read_contract
from hansa.declare.odcs.schema import LOGICAL_TYPES, SchemaProperty
from hansa.declare.odps.read import read as read_product
from hansa.declare.shape import shape_of

values = st.sampled_from(
    [
        *("text", "''", "1", "1.0", "true", "null", "[]", "[a, 1]", "{}", "{name: x}", "[{name: x}]", "-1", "'1'", "measure"),
        *("${NAME:-x}", "2026-01-31", "https://a.b/c", *LOGICAL_TYPES),
    ]
)
keys = st.sampled_from([*shape_of(SchemaProperty).keys, "nmae", "Name"])
properties = st.lists(st.dictionaries(keys, values, max_size=8), max_size=3)
versions = st.sampled_from(["v3.2.0", "v3.1.0", "v3.0.0", "v9"])
top = st.dictionaries(
    st.sampled_from(["apiVersion", "kind", "id", "name", "version", "status", "domain", "tenant", "tags", "support", "x"]),
    values,
    max_size=6,
)


def contract(version: str, found: list[dict[str, str]]) -> str:
    entries = "".join(
        f"      - {'{}' if not entry else ''}" + "\n        ".join(f"{k}: {v}" for k, v in entry.items()) + "\n"
        for entry in found
    )
    head = f"apiVersion: {version}\nkind: DataContract\nid: a\nversion: 1.0.0\nstatus: active\n"
    return f"{head}schema:\n  - name: t\n    properties:\n{entries}" if found else head


@pytest.fixture(scope="module")
def by_itself() -> Any:
    """A plan in which no key is easy and something is always missing, so that everything is looked at by itself."""
    plan = reading._plan

    def slow(*of: Any) -> Any:
        return replace(plan(*of), easy={}, required=frozenset({"nothing is called so"}))

    return slow


@settings(max_examples=300, deadline=None)
@given(version=versions, found=properties)
def test_a_property_is_read_as_its_keys_are(by_itself: Any, version: str, found: list[dict[str, str]]) -> None:
    document, _ = parse("c.yaml", contract(version, found))
    assert document is not None
    short = read_contract(document, {})
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reading, "_plan", by_itself)
        assert read_contract(document, {}) == short


@settings(max_examples=200, deadline=None)
@given(found=top)
def test_the_root_of_a_document_is_read_as_its_keys_are(by_itself: Any, found: dict[str, str]) -> None:
    document, _ = parse("c.yaml", "a: 1\n" + "".join(f"{k}: {v}\n" for k, v in found.items()))
    assert document is not None
    for read in (read_contract, read_product):
        short = read(document, {})
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(reading, "_plan", by_itself)
            assert read(document, {}) == short
