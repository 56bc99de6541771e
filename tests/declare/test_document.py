"""Documents know where each value stands."""

from collections.abc import Callable

import pytest

from hansa.declare import Document

TEXT = """\
name: profiles
"quoted key":   'x'
schema:
  - name: a
    tags: [one, "two"]
  -
    name: b
shared: &s {k: v}
alias: *s
merged:
  <<: *s
  own: 1
"""


@pytest.fixture
def document(document_of: Callable[[str], Document]) -> Document:
    return document_of(TEXT)


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ((), (1, 1), (1, 1)),
        (("name",), (1, 7), (1, 1)),
        (("quoted key",), (2, 17), (2, 1)),
        (("schema",), (4, 3), (3, 1)),
        (("schema", 0), (4, 5), (4, 5)),
        (("schema", 0, "name"), (4, 11), (4, 5)),
        (("schema", 0, "tags", 1), (5, 17), (5, 17)),
        (("schema", 1, "name"), (7, 11), (7, 5)),
        (("alias",), (9, 8), (9, 1)),
        (("alias", "k"), (9, 8), (9, 1)),
        (("merged", "k"), (11, 3), (10, 1)),
        (("schema", 0, "gone", "deep"), (4, 5), (4, 5)),
        (("gone",), (1, 1), (1, 1)),
    ],
)
def test_a_place_is_the_value_or_what_is_nearest(
    document: Document, path: tuple[str | int, ...], value: tuple[int, int], key: tuple[int, int]
) -> None:
    place, at_key = document.place(path, "here"), document.place_of_key(path)
    assert (place.file, place.note) == ("file.yaml", "here")
    assert (place.line, place.column) == value
    assert (at_key.line, at_key.column) == key


def test_what_was_written_is_known_before_it_became_a_number(document_of: Callable[[str], Document]) -> None:
    document = document_of("version: 1.10\nlist: [0x10]\n")
    assert document.data == {"version": 1.1, "list": [16]}
    assert document.written(("version",)) == "1.10"
    assert document.written(("list", 0)) == "0x10"
    assert document.written(("list",)) is None
    assert document.value(("list", 0)) == 16
    assert document.value(("list", "x")) is None


def test_columns_count_characters(document_of: Callable[[str], Document]) -> None:
    assert document_of("{ä€😀: x, b: y}").place(("b",)).column == 13
