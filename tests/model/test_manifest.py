"""What a manifest holds, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from hansa.model import Compiled, SourceOrigin, Unreadable
from hansa.model.manifest import from_text, manifest_of, to_text
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
