"""`hansa export site`: what the site tells, to whom, and that it stands by itself."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        self.links += [str(given[k]) for k in ("href", "src", "action") if given.get(k)]
        if given.get("id"):
            self.ids.add(str(given["id"]))


@pytest.fixture
def exported(secretive_mesh: Path, tmp_path: Path, hansa: Callable[..., Any]) -> Callable[..., Path]:
    def export(*options: str, name: str = "site") -> Path:
        hansa("export", "site", "--mesh", secretive_mesh, "--out", tmp_path / name, *options)
        return tmp_path / name

    return export


def texts(site: Path) -> dict[str, bytes]:
    return {p.relative_to(site).as_posix(): p.read_bytes() for p in site.rglob("*") if p.is_file()}


def test_everybody_sees_nothing_that_only_some_may_know(exported: Callable[..., Path]) -> None:
    public = texts(exported())
    assert not [path for path, content in public.items() if b"vault" in content or "vault" in path]
    assert "products/customer.profiles/index.html" in public
    hers = texts(exported("--as", "carla", name="hers"))
    assert "products/vault.keys/index.html" in hers
    assert b"vaulted" in hers["policies.html"]


def test_no_row_and_no_reader_is_told(exported: Callable[..., Path]) -> None:
    everything = b"\n".join(texts(exported()).values()).decode()
    assert "Ångström" not in everything
    assert "mia" not in everything.split()
    assert "/mesh/" not in everything


def test_every_link_leads_to_a_file_of_the_site_from_any_folder(exported: Callable[..., Path]) -> None:
    site = exported()
    pages = {path: Page(content.decode()) for path, content in texts(site).items() if path.endswith(".html")}
    assert sum(len(page.links) for page in pages.values()) > len(pages) > 2
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme:
                assert parts.scheme in ("http", "https", "mailto"), link
                continue
            assert not link.startswith("/"), (path, link)
            target = (site / PurePosixPath(path).parent / unquote(parts.path)).resolve() if parts.path else site / path
            assert target.is_file(), (path, link)
            to = target.relative_to(site.resolve()).as_posix() if parts.path else path
            if parts.fragment and to in pages:
                assert parts.fragment in pages[to].ids, (path, link)


def test_texts_that_mean_harm_stay_texts(exported: Callable[..., Path]) -> None:
    site = texts(exported("--as", "carla"))
    assert any("alert(1)" in content.decode() for content in site.values()), "the texts are there, as texts"
    for path, content in site.items():
        text = content.decode()
        if path.endswith(".html"):
            page = Page(text)
            assert "<script>alert" not in text
            policy = [a["content"] for t, a in page.tags if t == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
            assert policy
            assert "default-src 'none'" in str(policy[0])
            assert "unsafe" not in str(policy[0])
            for tag, attributes in page.tags:
                assert not [k for k in attributes if k.startswith("on") or k == "style"], (path, tag)
                assert tag != "img"
                assert tag != "script" or str(attributes["src"]).endswith("assets/site.js")
            assert not any(link.startswith("javascript:") for link in page.links)
            assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b]", text), path


def test_the_same_mesh_gives_the_same_bytes_and_nothing_is_written_again(
    exported: Callable[..., Path], secretive_mesh: Path, hansa: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = exported()
    before = texts(site)
    monkeypatch.setenv("HANSA_TODAY", "2999-01-01")
    assert texts(exported(name="other")) == before
    told = hansa("export", "site", "--mesh", secretive_mesh, "--out", site, "--json").json
    assert (told["written"], told["removed"], told["unchanged"]) == (0, 0, len(before) - 2)
    assert told["audience"] == "everybody"


def test_for_another_audience_what_was_told_is_removed(exported: Callable[..., Path]) -> None:
    site = exported("--as", "carla")
    assert (site / "products/vault.keys/index.html").exists()
    exported()
    assert not [p for p, content in texts(site).items() if "vault" in p or b"vault" in content]


def test_a_folder_of_others_is_refused(secretive_mesh: Path, tmp_path: Path, hansa: Callable[..., Any]) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    assert "H871" in hansa("export", "site", "--mesh", secretive_mesh, "--out", folder, code=2).err
    assert [p.name for p in folder.iterdir()] == ["thesis.txt"]


def test_the_index_finds_products_terms_and_columns(exported: Callable[..., Path]) -> None:
    site = exported()
    index = json.loads((site / "search/index.json").read_text())

    def found(word: str) -> set[str]:
        shard = json.loads((site / f"search/words-{word[:2].encode().hex()}.json").read_text())
        numbers = [n if n >= 0 else -n - 1 for n in shard.get(word, ())]
        entries = [
            json.loads((site / f"search/entries-{n // index['shard']}.json").read_text())[n % index["shard"]] for n in numbers
        ]
        for entry in entries:
            assert (site / entry[2].partition("#")[0]).is_file()
        return {entry[3] for entry in entries}

    assert "customer.profiles" in found("profiles")
    assert "customer.profiles" in found("born")
    assert "customer.profiles" in found("grosse")
    assert found("harm") == {"harm"}


def test_cards_lie_beside_the_pages(exported: Callable[..., Path]) -> None:
    site = exported()
    for path in re.findall(r"\]\((products/[^)]+)\)", (site / "llms.txt").read_text()):
        assert (site / path).is_file()
    assert "customer.profiles" in (site / "products/customer.profiles.md").read_text()
