"""YAML is read without surprises and without trust."""

import time

import pytest

from hansa.declare.files import parse
from hansa.declare.yaml import MOST_TROUBLES
from hansa.trouble import Trouble


def data(text: str) -> object:
    document, troubles = parse("file.yaml", text)
    assert document is not None, troubles
    return document.data


def refusal(text: str) -> Trouble:
    document, troubles = parse("file.yaml", text)
    assert document is None
    return troubles[-1]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("off", "off"),
        ("2026-01-31", "2026-01-31"),
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
        ("1:30", "1:30"),
        ("190:20:30", "190:20:30"),
        ("007", "007"),
        ("1_000", "1_000"),
        ("1.0.0", "1.0.0"),
        ("0x1F", 31),
        ("0o17", 15),
        ("1e3", 1000.0),
        ("-.5", -0.5),
        ("1e999", "1e999"),
        ("+12", 12),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("1" * 5000, "1" * 5000),
    ],
)
def test_a_plain_scalar_means_what_the_core_schema_says(written: str, meant: object) -> None:
    read = data(f"a: {written}\n")
    assert read == {"a": meant}
    assert isinstance(read, dict)
    assert type(read["a"]) is type(meant)


def test_keys_are_texts_whatever_they_look_like() -> None:
    assert data("on: 1\n1: 2\ntrue: 3\nnull: 4\n") == {"on": 1, "1": 2, "true": 3, "null": 4}


def test_merge_keys_fill_in_what_is_not_written_and_the_first_source_wins() -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  x: 0\nd: {'<<': 1}\n"
    read = data(text)
    assert isinstance(read, dict)
    assert read["c"] == {"x": 0, "y": 1, "z": 2}
    assert read["d"] == {"<<": 1}


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    document, _ = parse("file.yaml", b"\xef\xbb\xbfname: x\n".decode("utf-8-sig"))
    assert document is not None
    assert document.data == {"name": "x"}


def test_a_key_written_twice_names_both_places_and_keeps_the_first() -> None:
    document, troubles = parse("file.yaml", "a: 1\nb:\n  c: 1\n  c: 2\n")
    assert document is not None
    assert document.data == {"a": 1, "b": {"c": 1}}
    assert [(t.code, [(p.line, p.column) for p in t.places]) for t in troubles] == [("H105", [(3, 3), (4, 3)])]


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: !!python/object/apply:os.system ['true']\n", "H106"),
        ("a: !secret x\n", "H106"),
        ("!!set {a, b}\n", "H106"),
        ("a: 1\n---\na: 2\n", "H107"),
        ("", "H108"),
        ("# only a comment\n", "H108"),
        ("- a\n- b\n", "H108"),
        ("just text\n", "H108"),
        (BOMB, "H109"),
        ("a: &a [*a]\n", "H109"),
        ("a: &a {<<: *a}\n", "H109"),
        ("[" * 100_000, "H109"),
        ("- " * 100_000, "H109"),
        ("a: " + "{b: " * 10_000, "H109"),
        ("? [a]\n: b\n", "H112"),
        ("? {a: 1}\n: b\n", "H112"),
        ("a: *nobody\n", "H104"),
        ("a: [1\n", "H104"),
        ("a: b: c\n", "H104"),
        ("\ta: 1\n", "H104"),
        ("a: \x00\n", "H104"),
        ("a: {<<: 1}\n", "H104"),
        ("%YAML 9.9\n---\na: 1\n", "H104"),
        ("a: '" + "x" * 4_000_000, "H104"),
        ('a: "b\\0c"\n', "H104"),
        ('a: {"b\\x00": c}\n', "H104"),
    ],
)
def test_hostile_yaml_is_one_trouble_at_once(text: str, code: str) -> None:
    begun = time.process_time()
    trouble = refusal(text)
    assert trouble.code == code
    assert trouble.places[0].file == "file.yaml"
    assert time.process_time() - begun < 2


def test_a_key_written_again_and_again_takes_no_longer_for_the_keys_before_it() -> None:
    text = "".join(f"k{n}: 1\n" for n in range(40_000)) + "k39999: 2\n" * 40_000
    begun = time.process_time()
    _, troubles = parse("file.yaml", text)
    assert len(troubles) == MOST_TROUBLES
    assert time.process_time() - begun < 5


def test_one_very_long_line_is_read() -> None:
    assert data("a: " + "x" * 4_000_000) == {"a": "x" * 4_000_000}
