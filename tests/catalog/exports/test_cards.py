"""Cards tell what a product is, keep texts texts, and tell of nothing that a reader may not know."""

import datetime as dt
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from hansa.catalog.exports import Iris, Told, cards, discoverable
from hansa.catalog.exports.prose import code, fenced, inline
from hansa.catalog.states import ProductState
from hansa.model import Mesh
from hansa.names import DomainName, PortMajor, ProductName

AT = dt.datetime(2027, 1, 31, 12, tzinfo=dt.UTC)
MARKDOWN = MarkdownIt("commonmark").enable("table")
STATES = {"a.people": ProductState("a.people", "published", "ann", 4, AT, dt.timedelta(), "fresh", 3, 100, {"pass": 2})}


def made(told: Told) -> dict[str, str]:
    return {c.path: c.text for c in cards(told, STATES)}


def test_an_index_and_a_card_for_each_product(told: Told) -> None:
    found = made(told)
    assert list(found) == ["llms.txt", "products/a.people.md", "products/b.uses.md"]
    assert found["llms.txt"].startswith("# ")
    assert "](products/a.people.md)" in found["llms.txt"]


def test_a_card_says_what_a_reader_needs(told: Told) -> None:
    card = made(told)["products/a.people.md"]
    for said in (
        "- Team: team \\<a\\> \\& b, team@a.example",
        "- Published: version 4, 2027-01-31T12:00:00+00:00, 3 rows",
        "- Freshness: fresh",
        "### `a.people.people@2`",
        "| `id` | `BIGINT` | The key (key) |  | Person |",
        "| personal |  |",
        'SELECT id, "na""me | <b>"\nFROM a.people\nLIMIT 10',
        "FROM a.people.people_v1",
        "- **Person**: Somebody \\| \\<i\\>.",
        "hansa access request a.people.people@2 --for CONSUMER --purpose PURPOSE",
        "https://hansa.example.com/api/v1/ports/a.people.people_v2/data?format=csv",
    ):
        assert said in card, said
    assert "Secret Sue" not in card


def test_texts_stay_texts(told: Told) -> None:
    for text in made(told).values():
        html = MARKDOWN.render(text)
        assert "<script" not in html
        assert "javascript:" not in "".join(part.partition(">")[0] for part in html.split("<a ")[1:])
        assert "\u202e" not in text
    table = MARKDOWN.render(made(told)["products/a.people.md"]).split("<table>")[2]
    assert table.count("<tr>") == 3


@given(st.text())
def test_a_line_of_prose_is_one_paragraph_without_marks(said: str) -> None:
    tokens = MARKDOWN.parse(inline(said))
    assert [t.type for t in tokens] in ([], ["paragraph_open", "inline", "paragraph_close"])
    assert all(c.type in ("text", "text_special") for t in tokens for c in t.children or ())


@given(st.text().filter(lambda s: s.strip(" \n\t")))
def test_a_name_is_one_piece_of_code(said: str) -> None:
    shown = code(said)
    if shown.strip("` "):
        assert [c.type for c in MARKDOWN.parse(f"x {shown} y")[1].children or ()] == ["text", "code_inline", "text"]
    assert [t.type for t in MARKDOWN.parse(fenced(said.replace("\r", ""), "sql"))] == ["fence"]


def test_nothing_that_may_not_be_known(told: Told) -> None:
    def may(what: DomainName | ProductName | PortMajor) -> bool:
        return "people" not in str(what) or str(what) == "a.people.people@1"

    shown = replace(told, mesh=discoverable(told.mesh, may))
    text = "".join(made(shown).values())
    assert "a.people" not in text
    assert "team \\<a\\>" not in text
    assert "products/b.uses.md" in text


def test_a_port_that_may_not_be_known(told: Told) -> None:
    shown = replace(told, mesh=discoverable(told.mesh, lambda what: str(what) != "a.people.people@2"))
    text = made(shown)["products/a.people.md"]
    assert "people@1" in text
    assert "people@2" not in text
    assert 'na"me' not in text
    assert "Made from" not in made(shown)["products/b.uses.md"]


def test_an_empty_mesh_has_an_index() -> None:
    assert list(made(Told(Mesh("empty", (), ()), Iris.of("empty")))) == ["llms.txt"]


def test_the_reference_mesh(retail: Mesh) -> None:
    found = made(Told(retail, Iris.of(retail.name)))
    assert len(found) == 1 + len(retail.products)
    assert "| personal |" in found["products/customer.profiles.md"]
