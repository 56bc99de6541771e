"""The order of classes: which word means which class, and which of several are the strictest."""

import pytest

from hansa.model import DataClass, Lattice

CLASSES = (
    DataClass("restricted", above=("confidential", "personal")),
    DataClass("public"),
    DataClass("confidential", above=("internal",)),
    DataClass("personal", above=("internal",), also=("PII", "Personal Data"), indirect=True),
    DataClass("internal", above=("public",)),
)
LATTICE = Lattice.of(CLASSES)


def test_a_word_means_its_class_whatever_its_case() -> None:
    assert LATTICE.meaning("pii") == LATTICE.meaning(" PERSONAL ") == LATTICE.meaning("personal data") == "personal"
    assert LATTICE.meaning("Pi") is None
    assert LATTICE.meaning("") is None


def test_stricter_reaches_over_classes_between_and_never_to_itself() -> None:
    assert LATTICE.stricter("restricted", "public")
    assert not LATTICE.stricter("public", "restricted")
    assert not LATTICE.stricter("personal", "personal")
    assert not LATTICE.stricter("personal", "confidential")
    assert not LATTICE.stricter("confidential", "personal")


def test_only_the_strictest_hold_and_those_apart_hold_together() -> None:
    assert LATTICE.strictest(["internal", "personal", "public", "confidential"]) == ("confidential", "personal")
    assert LATTICE.strictest(["personal", "restricted", "confidential"]) == ("restricted",)
    assert LATTICE.strictest([]) == ()


def test_a_stricter_word_covers_a_class_and_one_apart_does_not() -> None:
    assert LATTICE.covers(("restricted",), "personal")
    assert LATTICE.covers(("personal",), "personal")
    assert not LATTICE.covers(("confidential",), "personal")
    assert not LATTICE.covers((), "public")


def test_a_contract_speaks_by_its_word_and_by_tags_that_are_words_of_classes() -> None:
    assert LATTICE.said("internal", ("PII", "nightly")) == ("personal",)
    assert LATTICE.said("confidential", ("pii",)) == ("confidential", "personal")
    assert LATTICE.said("", ()) == ()


def test_without_classes_every_word_stands_for_itself_and_tags_say_nothing() -> None:
    free = Lattice.of(())
    assert not free
    assert free.meaning("Secret") == "secret"
    assert free.said("Secret", ("PII",)) == ("secret",)
    assert free.strictest(["a", "b"]) == ("a", "b")
    assert not free.stricter("a", "b")


def test_classes_above_themselves_have_no_order() -> None:
    with pytest.raises(ValueError, match="above themselves: a, b"):
        Lattice.of((DataClass("a", above=("b",)), DataClass("b", above=("a",))))
