"""What a manifest holds, and what is refused."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from hansa.model import Acknowledgement, Compiled, SourceOrigin, Unreadable
from hansa.model.manifest import Manifest, from_text, manifest_of, to_text
from hansa.names import ProductName
from hansa.trouble import Place
from hansa.wiring import Workplace

RETAIL = Path(__file__).parents[2] / "examples" / "retail"


@pytest.fixture(scope="module")
def retail() -> Compiled:
    with Workplace.open(RETAIL, {}) as workplace:
        return workplace.compiled


def test_what_is_read_back_is_what_was_written(retail: Compiled) -> None:
    written = manifest_of(retail.mesh, retail.mesh.domains)
    back = from_text(to_text(written), "somewhere")
    assert {p.manifest for d in back.domains for p in d.products} == {"somewhere"} == {d.manifest for d in back.domains}
    as_exported = tuple(
        replace(d, manifest="", products=tuple(replace(p, manifest="") for p in d.products)) for d in back.domains
    )
    assert as_exported == written.domains


def test_sources_keep_their_kind_and_lose_their_address(retail: Compiled) -> None:
    manifest = manifest_of(retail.mesh, retail.mesh.domains)
    inputs = [i for d in manifest.domains for p in d.products for i in p.inputs if isinstance(i.origin, SourceOrigin)]
    assert inputs
    for given in inputs:
        assert isinstance(given.origin, SourceOrigin)
        assert given.origin.server.options == ()
        assert given.contract.servers == ()


def test_models_keep_their_lineage_and_lose_their_text(retail: Compiled) -> None:
    manifest = manifest_of(retail.mesh, retail.mesh.domains)
    assert any(product.models for domain in manifest.domains for product in domain.products)
    for domain in manifest.domains:
        for product in domain.products:
            whole = retail.mesh.product(product.address)
            assert whole is not None
            assert [m.lineage for m in product.models] == [m.lineage for m in whole.models]
            assert all(len(m.canonical) == 32 and not m.text for m in product.models)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "Mesh"}, "no manifest"),
        ({"format": 2}, "format 2"),
        ({"digest": "blake2b:00"}, "edited"),
        ({"mesh": "other"}, "edited"),
        ({"domains": []}, "edited"),
    ],
)
def test_what_is_not_what_it_says_is_refused(change: dict[str, object], reason: str, retail: Compiled) -> None:
    data = json.loads(to_text(manifest_of(retail.mesh, retail.mesh.domains)))
    with pytest.raises(Unreadable, match=reason):
        from_text(json.dumps({**data, **change}), "somewhere")


def accepting(compiled: Compiled, domain: str) -> tuple[Compiled, Acknowledgement]:
    consumer = ProductName(domain, "any")
    accepted = Acknowledgement(consumer, "orders.history.orders#total", "2.0.0", "ann", "we moved", dt.date(2027, 3, 31))
    governance = replace(compiled.mesh.governance, acknowledgements=(replace(accepted, place=Place("a.yaml")),))
    return replace(compiled, mesh=replace(compiled.mesh, governance=governance)), accepted


def test_what_owners_accepted_comes_along_with_their_own_domain_alone(retail: Compiled) -> None:
    (customer,) = (d for d in retail.mesh.domains if str(d.name) == "customer")
    compiled, accepted = accepting(retail, "customer")
    back = from_text(to_text(manifest_of(compiled.mesh, (customer,))), "somewhere")
    assert back.acknowledgements == (accepted,)
    assert back.acknowledgements[0].place is None
    compiled, _ = accepting(retail, "orders")
    assert manifest_of(compiled.mesh, (customer,)).acknowledgements == ()


def test_nobody_accepts_a_change_for_another_repository(retail: Compiled) -> None:
    (customer,) = (d for d in retail.mesh.domains if str(d.name) == "customer")
    _, accepted = accepting(retail, "orders")
    with pytest.raises(Unreadable, match=r"orders\.any"):
        from_text(to_text(Manifest("m", (customer,), (accepted,))), "somewhere")
