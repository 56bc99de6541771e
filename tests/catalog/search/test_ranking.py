"""Among hits that match equally well, those stand first that recommend themselves."""

from collections.abc import Callable
from pathlib import Path

from hansa.catalog import ProductState
from hansa.catalog.search import SearchIndex, SearchQuery
from hansa.model import Mesh, Product

Made = Callable[..., Product]


def order(folder: Path, mesh: Mesh, states: tuple[ProductState, ...] = (), reads: dict[str, int] | None = None) -> list[str]:
    index = SearchIndex.open(folder)
    index.refresh(mesh, states, reads)
    return [h.address for h in index.search(SearchQuery("sales", kinds=("product",))).hits]


def test_a_name_goes_before_what_is_said(folder: Path, made: Made, mesh_from: Callable[..., Mesh]) -> None:
    mesh = mesh_from(
        made("a.other", purpose="All sales.", tags=("certified",)),
        made("a.sales_daily", status="draft"),
        made("a.sales", status="draft"),
    )
    assert order(folder, mesh) == ["a.sales", "a.sales_daily", "a.other"]


def test_certified_then_active_then_the_rest(folder: Path, made: Made, mesh_from: Callable[..., Mesh]) -> None:
    mesh = mesh_from(made("a.sales_x", status="deprecated"), made("a.sales_y"), made("a.sales_z", tags=("certified",)))
    assert order(folder, mesh) == ["a.sales_z", "a.sales_y", "a.sales_x"]


def test_what_is_read_goes_before_what_nobody_reads(folder: Path, made: Made, mesh_from: Callable[..., Mesh]) -> None:
    mesh = mesh_from(made("a.sales_x"), made("a.sales_y"))
    assert order(folder, mesh, reads={"a.sales_y": 100}) == ["a.sales_y", "a.sales_x"]
    assert order(folder, mesh, reads={"a.sales_x": 100}) == ["a.sales_x", "a.sales_y"]


def test_healthy_goes_before_failed(folder: Path, made: Made, mesh_from: Callable[..., Mesh]) -> None:
    mesh = mesh_from(made("a.sales_x"), made("a.sales_y"))
    good = ProductState("a.sales_y", "published", version=1, freshness="fresh")
    bad = ProductState("a.sales_x", "failed", version=1, freshness="stale")
    assert order(folder, mesh, (bad, good)) == ["a.sales_y", "a.sales_x"]
    assert SearchIndex.open(folder).search(SearchQuery("sales", {"freshness": ("stale",)}, ("product",))).total == 1
