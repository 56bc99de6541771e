"""Cedar text cut into policies."""

from hansa.cedar import statements

TEXT = """// a comment; with a semicolon
@id("one;two") // another;
permit (principal, action, resource)
when { resource.name == "a;\\"b" };  forbid (principal,
  action, resource) // the end
"""


def test_policies_are_cut_at_their_semicolons_alone() -> None:
    one, two = statements("a.cedar", TEXT)
    assert one.text.startswith("@id(")
    assert one.text.endswith("};")
    assert (one.place.line, one.place.column) == (2, 1)
    assert (two.place.line, two.place.column) == (4, 37)
    assert two.text.endswith("// the end"), "what has no semicolon is told, not passed over"


def test_words_have_places_and_comments_do_not() -> None:
    one, two = statements("a.cedar", TEXT)
    assert str(one.place_of("action")) == "a.cedar:3:20"
    assert str(one.place_of("another")) == str(one.place)
    assert str(two.place_of("action")) == "a.cedar:5:3"


def test_nothing_but_comments_is_no_policy() -> None:
    assert [*statements("a.cedar", "// nothing\n\n")] == []
