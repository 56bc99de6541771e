"""What people rate well goes before what is alike otherwise, and before nothing that recommends itself more."""

from collections.abc import Callable
from pathlib import Path

from hansa.catalog.search import SearchIndex, SearchQuery
from hansa.feedback import Ratings
from hansa.model import Mesh, Product

Made = Callable[..., Product]
LIKED, LIKED_BY_ONE, DISLIKED = Ratings((0, 0, 0, 0, 20)), Ratings((0, 0, 0, 0, 1)), Ratings((20, 0, 0, 0, 0))


def order(folder: Path, mesh: Mesh, ratings: dict[str, Ratings]) -> list[str]:
    index = SearchIndex.open(folder)
    index.refresh(mesh, ratings=ratings)
    return [h.address for h in index.search(SearchQuery("sales", kinds=("product",))).hits]


def test_what_is_rated_well_goes_first_and_by_many_before_by_one(
    folder: Path, made: Made, mesh_from: Callable[..., Mesh]
) -> None:
    mesh = mesh_from(made("a.sales_x"), made("a.sales_y"), made("a.sales_z"))
    assert order(folder, mesh, {"a.sales_z": LIKED, "a.sales_y": LIKED_BY_ONE}) == ["a.sales_z", "a.sales_y", "a.sales_x"]
    assert order(folder, mesh, {"a.sales_x": LIKED}) == ["a.sales_x", "a.sales_y", "a.sales_z"], "the index follows"


def test_what_is_rated_badly_is_as_what_nobody_rated(folder: Path, made: Made, mesh_from: Callable[..., Mesh]) -> None:
    mesh = mesh_from(made("a.sales_x"), made("a.sales_y"))
    assert order(folder, mesh, {"a.sales_x": DISLIKED}) == order(folder, mesh, {})


def test_certified_and_better_matches_go_before_any_stars(folder: Path, made: Made, mesh_from: Callable[..., Mesh]) -> None:
    mesh = mesh_from(made("a.sales_x"), made("a.sales_y", tags=("certified",)), made("a.sales", status="draft"))
    assert order(folder, mesh, {"a.sales_x": LIKED}) == ["a.sales", "a.sales_y", "a.sales_x"]
