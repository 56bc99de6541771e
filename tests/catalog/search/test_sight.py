"""What a viewer finds is what everybody finds without what stands behind a shut gate, however the index is asked for it."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hansa.catalog.search import Gate, SearchIndex, SearchQuery, UseCaseName
from hansa.model import Mesh
from hansa.names import ColumnName, DomainName, PortMajor, PortName, ProductName, parse

TEXTS = ("customer", "order", "orders amount", "email", "e", "adress", "churn", "household", "what", "salray")


def gates_of(mesh: Mesh) -> list[Gate]:
    products = [p for d in mesh.domains for p in d.products]
    cases = [UseCaseName(c.name) for c in mesh.governance.consumers]
    return [
        *(d.name for d in mesh.domains), *(p.address for p in products), *(o.pinned for p in products for o in p.outputs), *cases,
    ]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), text=st.sampled_from(TEXTS))
def test_counts_and_hits_are_those_behind_open_gates(index: SearchIndex, shop: Mesh, data: st.DataObject, text: str) -> None:
    shut = set(data.draw(st.lists(st.sampled_from(gates_of(shop)), unique=True), label="shut"))

    def may_discover(gate: Gate) -> bool:
        return gate not in shut

    def known(kind: str, address: str) -> bool:
        """Whether a hit may be shown, by its address alone."""
        if kind == "use-case":
            return may_discover(UseCaseName(address.removeprefix("use-case:")))
        if kind == "term":
            return True
        match parse(address):
            case DomainName() as domain:
                return may_discover(domain)
            case ProductName() as product:
                return may_discover(product)
            case PortName() | ColumnName() as inside:
                name = inside.port if isinstance(inside, ColumnName) else inside
                return may_discover(name.of_product) and may_discover(PortMajor(name, 1))
            case PortMajor():
                raise AssertionError(address)

    kinds = ("product", "port", "column", "domain", "term", "use-case")
    everything = index.search(SearchQuery(text, kinds=kinds, limit=1000))
    seen = index.search(SearchQuery(text, kinds=kinds, limit=1000), index.visible_to(may_discover))
    expected = [h.address for h in everything.hits if known(h.kind, h.address)]
    if expected:
        # With nothing left of what the words find, they are taken for misspelt.
        assert (seen.total, [h.address for h in seen.hits]) == (len(expected), expected)
    assert all(known(h.kind, h.address) for h in seen.hits)
    assert seen.total == sum(count for _, count in seen.facets.get("kind", ())) == len(seen.hits)
