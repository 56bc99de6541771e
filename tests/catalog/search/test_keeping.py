"""The folder of the index: only what changed is made again, and whatever happens to it, the next refresh mends."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hansa.catalog.search import SearchIndex, SearchQuery
from hansa.model import Mesh, Product
from hansa.trouble import TroubleError

Made = Callable[..., Product]


def code(error: TroubleError) -> str:
    return error.troubles[0].code


def changed(mesh: Mesh, purpose: str) -> Mesh:
    """The mesh with its first product changed."""
    first, *rest = mesh.domains
    return replace(
        mesh, domains=(replace(first, products=(replace(first.products[0], purpose=purpose), *first.products[1:])), *rest)
    )


def test_only_what_changed_is_made_again(folder: Path, shop: Mesh) -> None:
    index = SearchIndex.open(folder)
    first = index.refresh(shop)
    assert (first.anew, first.made) == (True, 9)  # three domains, four products, the glossary and a use case
    assert not index.refresh(shop).changed
    again = index.refresh(changed(shop, purpose="Gnomes."))
    assert (again.made, again.anew) == (1, False)
    assert index.search(SearchQuery("gnomes")).total == 1
    assert index.search(SearchQuery("who our customers are", kinds=("product",))).widened


def test_what_is_gone_is_found_no_longer(folder: Path, shop: Mesh) -> None:
    index = SearchIndex.open(folder)
    index.refresh(shop)
    less = replace(shop, domains=shop.domains[1:])
    assert index.refresh(less).removed == 2
    assert index.search(SearchQuery("postcode")).total == 0


def test_a_viewer_of_an_older_index_sees_no_more_in_a_newer_one(folder: Path, shop: Mesh) -> None:
    index = SearchIndex.open(folder)
    index.refresh(shop)
    viewer = index.visible_to(lambda gate: not str(gate).startswith("customer"))
    index.refresh(changed(shop, purpose="Gnomes."))
    assert index.search(SearchQuery("gnomes"), viewer).total == 0
    assert index.search(SearchQuery("email"), viewer).total == index.search(SearchQuery("email"), viewer.may_discover).total


def test_one_generation_is_kept(folder: Path, shop: Mesh) -> None:
    index = SearchIndex.open(folder)
    for number in range(3):
        index.refresh(changed(shop, purpose=f"Gnomes {number}."))
    (folder / "v1-left").mkdir()
    index.refresh(shop)
    assert len(list(folder.glob("v*"))) == 1


def test_a_missing_index_is_told_and_made(folder: Path, shop: Mesh) -> None:
    index = SearchIndex.open(folder)
    with pytest.raises(TroubleError) as missing:
        index.search(SearchQuery("x"))
    assert code(missing.value) == "H810"
    index.refresh(shop)
    shutil.rmtree(folder)
    assert not index.exists
    assert index.refresh(shop).anew
    assert index.search(SearchQuery("postcode")).total


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


@pytest.mark.parametrize("name", ["meta.json", "parts.json", "gates.json", "*.fast", "*.idx", "*.store", "*.term"])
@pytest.mark.parametrize("how", [_cut, Path.unlink, lambda f: f.write_bytes(b"")])
def test_a_damaged_index_is_made_anew(folder: Path, shop: Mesh, name: str, how: Callable[[Path], object]) -> None:
    SearchIndex.open(folder).refresh(shop)
    (file, *_) = folder.glob(f"v*/{name}")
    how(file)
    index = SearchIndex.open(folder)
    assert index.refresh(shop).anew
    assert index.search(SearchQuery("postcode"), lambda _: True).total


def test_another_format_is_made_anew(folder: Path, shop: Mesh) -> None:
    SearchIndex.open(folder).refresh(shop)
    (generation,) = folder.glob("v*")
    generation.rename(folder / "v0-old")
    (folder / "current").write_text("v0-old")
    index = SearchIndex.open(folder)
    assert not index.exists
    assert index.refresh(shop).anew


@pytest.mark.parametrize("text", ["", "nothing", "../../etc", "\x00", "v1-gone"])
def test_a_pointer_to_nothing_is_no_index(folder: Path, shop: Mesh, text: str) -> None:
    folder.mkdir()
    (folder / "current").write_text(text)
    assert SearchIndex.open(folder).refresh(shop).anew


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, shop: Mesh) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TroubleError) as told:
        SearchIndex.open(tmp_path / "file" / "search").refresh(shop)
    assert code(told.value) == "H812"


def test_readers_are_not_disturbed_by_writers(folder: Path, shop: Mesh) -> None:
    """Several threads refresh and search one folder, each with an index of its own."""
    SearchIndex.open(folder).refresh(shop)
    failed: list[BaseException] = []

    def work(number: int) -> None:
        index = SearchIndex.open(folder)
        try:
            for turn in range(4):
                if number % 2:
                    index.refresh(changed(shop, purpose=f"Gnomes {number} {turn}."))
                assert index.search(SearchQuery("postcode")).total == 3
        except BaseException as error:  # noqa: BLE001 - told by the test
            failed.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


def test_two_processes_may_refresh_at_once(folder: Path, shop: Mesh) -> None:
    """The lock is held by another process for a while; the writer waits for its end."""
    folder.mkdir()
    holding = (
        "import fcntl, sys, time\nf = open(sys.argv[1], 'w')\nfcntl.flock(f, fcntl.LOCK_EX)\n"
        "print('held', flush=True)\ntime.sleep(0.5)"
    )
    with subprocess.Popen([sys.executable, "-c", holding, str(folder / "lock")], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        assert SearchIndex.open(folder).refresh(shop).anew
        assert other.wait() == 0


def test_what_a_viewer_may_discover_is_asked_again_only_of_another_index(folder: Path, shop: Mesh) -> None:
    asked: list[object] = []

    def may_discover(gate: object) -> bool:
        asked.append(gate)
        return True

    index = SearchIndex.open(folder)
    index.refresh(shop)
    first = index.visible_to(may_discover)
    many = len(asked)
    assert index.visible_to(may_discover, first) is first
    assert len(asked) == many
    index.refresh(changed(shop, "Something else."))
    assert index.visible_to(may_discover, first) is not first
    assert len(asked) > many
