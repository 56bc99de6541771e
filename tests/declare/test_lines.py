"""Documents that are read line by line mean, and stand, just as the parser's events say; all others are left to it."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.declare.events import Reading
from hansa.declare.files import parse
from hansa.declare.lines import read_lines
from hansa.declare.yaml import MOST_VALUES, Refused

CONTRACT = """\
# Figures of each customer.
apiVersion: v3.2.0
kind: DataContract
id: orders.history
version: '1.0.0'
description:
  purpose: >-
    What customers bought,
    day by day.

  usage: |
    Join it by `id`.
      Never by name: names change.
schema:
  - name: history   # the only table
    tags: [a, "b c", {deep: [1, 2.5, null]}]
    properties:
    - name: id
      required: true
      primaryKeyPosition: 1
      description: "Who: it's theirs"
    -   name: größe
        physicalType: DECIMAL(10,2)
        examples:
          - 007
          - -1
          - 0x1F
          - http://example.com/#a
          - 'it'
"""
OTHERWISE = (
    "",
    "a",
    "- a\n- b\n",
    "a: 1\na: 2\n",
    "a: &x 1\nb: *x\n",
    "a:\n  b: 1\n  <<: {c: 2}\n",
    "a: !!str 1\n",
    "a:\nb: 1\n",
    "a: one\n  two\n",
    "a: one\n  b: 2\n",
    "a: 1\n  b: 2\n",
    "a: b: c\n",
    "a: 'it''s'\n",
    'a: "\\t"\n',
    "a:\tb\n",
    "a: 1\r\nb: 2\r\n",
    "? a\n: 1\n",
    "a: [1,\n  2]\n",
    "a: [1\n",
    "a: [1] 2\n",
    "a: |2\n   b\n",
    "a:\n  - b\n c: 1\n",
    "a:\n- - b\n",
    "a: -\n",
    "---\na: 1\n---\nb: 2\n",
    "%YAML 1.2\n---\na: 1\n",
    "a: @b\n",
    "a: `b`\n",
    "a: \u2028b\n",
    "'a': 1\n",
    "a b: 1\n",
    " a: 1\n",
    "a: 1\n...\n",
)


def same(one: object, other: object) -> bool:
    """Equal, of the same types, and with keys in the same order."""
    if type(one) is not type(other):
        return False
    match one, other:
        case dict(), dict():
            return list(one) == list(other) and all(same(one[k], other[k]) for k in one)
        case list() | tuple(), list() | tuple():
            return len(one) == len(other) and all(map(same, one, other))
        case _:
            return one == other or (one != one and other != other)  # .nan


def by_events(text: str) -> tuple[object, object] | None:
    reading = Reading("", text)
    try:
        data = reading.document()
    except Refused:
        return None
    return None if reading.troubles else (data, reading.positions)


def test_a_contract_is_read_by_its_lines_as_by_its_events() -> None:
    found = read_lines(CONTRACT)
    assert found is not None
    assert same(found, by_events(CONTRACT))


@pytest.mark.parametrize("text", OTHERWISE)
def test_what_is_written_otherwise_is_left_to_the_parser(text: str) -> None:
    assert read_lines(text) is None


def test_more_values_than_a_document_may_hold_are_too_many_however_they_are_written() -> None:
    lists = "".join(f"k{n}: [{','.join(['1'] * (MOST_VALUES // 4))}]\n" for n in range(5))
    assert read_lines(f"a: [1]\n{lists}") is None
    document, troubles = parse("a.yaml", f"a: [1]\n{lists}")
    assert (document, [t.code for t in troubles]) == (None, ["H109"])


def test_hardly_any_file_of_ours_is_written_otherwise() -> None:
    files = [p for p in Path(__file__).parents[2].joinpath("src").rglob("*.yaml") if p.stat().st_size < 100_000]
    found = {path: read_lines(path.read_text("utf-8")) for path in files}
    assert sum(read is not None for read in found.values()) > len(files) * 0.6
    for path, read in found.items():
        assert read is None or same(read, by_events(path.read_text("utf-8"))), path


def test_a_document_keeps_its_places_either_way() -> None:
    document, troubles = parse("a.yaml", CONTRACT)
    assert document is not None
    assert troubles == ()
    name = ("schema", 0, "properties", 1, "name")
    assert str(document.place(name)) == "a.yaml:22:15"
    assert [str(p) for p in document.places(("schema", 0, "properties"))] == ["a.yaml:18:7", "a.yaml:22:9"]
    assert document.places(("schema", 0)) == ()
    light = document.light()
    assert light.data == document.data
    assert light.place(name) == document.place(name)
    assert light.written(("version",)) == "1.0.0"


words = st.sampled_from(["a", "b", "name", "x-y", "k.1", "null", "true", "on"])
scalars = st.sampled_from(
    [
        *("text", "two words", "1", "-1", "1.5", "007", "0x1f", "true", "null", "~", "1e3", "-.5", ".inf", "a:b", "a#b", "it's"),
        *("'quoted: #'", '"double, here"', "''", '""', "[1, a]", "{b: 1, c: [x]}", "[]", "{}", "http://a.b/c", "é: 1", "größe"),
        *("a # comment", "*", "&a b", "!x", "- a", "a: b", "a:", "|", ">-", "%", "@", "'a' b", "[a", "é", "<x", "(y)", "${V:-1}"),
        *("?a", "a\t", "=", "+1", "a,b", "a]b", "a\u00a0b", "\ufeffa", "|2", "# only", "a  # c"),
    ]
)


@st.composite
def written(draw: st.DrawFn) -> str:
    """Lines that are nearly a document: right most of the time, and wrong in the ways in which people are."""
    lines: list[str] = []
    indent = 0
    for _ in range(draw(st.integers(1, 12))):
        if draw(st.integers(0, 3)) == 0:
            indent = max(0, indent + draw(st.sampled_from([-4, -2, -1, 1, 2, 2, 4])))
        dash = draw(st.sampled_from(["", "", "", "- ", "-   ", "-"]))
        key = draw(st.sampled_from(["", *["k"] * 5]))
        key = f"{draw(words)}:" if key else ""
        value = draw(st.sampled_from(["", "x", "x"])) and draw(scalars)
        space = draw(st.sampled_from([" ", " ", " ", "  ", ""]))
        lines.append(" " * indent + dash + key + (space if key else "") + value)
        if draw(st.integers(0, 9)) == 0:
            lines.append(draw(st.sampled_from(["", "   ", "# comment", "      # deep", "      deep text", "---", "...", "\t"])))
        if not value and draw(st.booleans()):
            indent += 2
    return "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n", "\n  "]))


def read_alike(text: str) -> None:
    """What is read by its lines is what the events say."""
    found = read_lines(text)
    if found is not None:
        assert same(found, by_events(text))


@settings(max_examples=150, deadline=None)
@given(written())
def test_whatever_is_read_by_lines_is_what_the_events_say(text: str) -> None:
    read_alike(text)


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@given(written())
def test_whatever_else_is_read_by_lines_is_so_too(text: str) -> None:
    read_alike(text)


marks = st.sampled_from(
    ["[", "]", "{", "}", ",", ", ", " , ", ": ", ":", " ", "  ", "#", " # c", "-", "- ", "?", "@", "\t", "&", "|"]
)
flow_words = st.sampled_from(
    [
        *(
            "a",
            "b c",
            "a  b",
            "name",
            "1",
            "-1",
            "1.5",
            "007",
            "0x1f",
            "1e3",
            "null",
            "~",
            "true",
            "on",
            "x@y.z",
            "a-b",
            "a:b",
            "a- b",
        ),
        *(
            "a -b",
            "http://x/y",
            "é",
            "<<",
            "'x'",
            "'x, y: z'",
            "''",
            '"y"',
            '"y]"',
            '"\\t"',
            "'it''s'",
            "a#b",
            "a b-c_d.e/f+g",
            "...",
            "---",
        ),
    ]
)


@st.composite
def flowing(draw: st.DrawFn) -> str:
    """A flow collection of words, in half of the cases with a mark more or less."""
    keyed = draw(st.booleans())
    entries = [
        (f"{draw(flow_words)}{draw(st.sampled_from([': ', ':  ', ':', ' : ']))}" if keyed else "") + draw(flow_words)
        for _ in range(draw(st.integers(0, 4)))
    ]
    text = draw(st.sampled_from([",", ", ", " , "])).join(entries)
    text = f"{'{' if keyed else '['}{draw(st.sampled_from(['', ' ']))}{text}{'}' if keyed else ']'}"
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(marks) + text[at + draw(st.integers(0, 1)) :]
    return text


BEFORE = st.sampled_from(["k: ", "  - ", "k:\n  - n: "])


def around(text: str, before: str) -> str:
    return f"a: 1\n{'list:' if before.startswith(' ') else 'b: 2'}\n{before}{text}\n"


@settings(max_examples=250, deadline=None)
@given(flowing(), BEFORE)
def test_what_flows_is_what_the_events_say(text: str, before: str) -> None:
    read_alike(around(text, before))


@pytest.mark.slow
@settings(max_examples=2500, deadline=None)
@given(flowing(), BEFORE)
def test_whatever_else_flows_is_so_too(text: str, before: str) -> None:
    read_alike(around(text, before))


@pytest.mark.parametrize(
    "text", ["[a, b c]", "{name: Ann, role: 'the owner', since: 2024, mail: ann@example.com}", '[1, true, null, "x, y"]']
)
def test_words_that_flow_need_no_events(text: str) -> None:
    program = (
        "import sys\nfrom hansa.declare.lines import read_lines\n"
        "print(read_lines(sys.argv[1]) is not None, 'yaml' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program, f"a: {text}\n"], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


names = st.sampled_from(["name", "type", "required", "description", "id", "tags", "items"])
plain_values = st.sampled_from(["text", "1", "true", "'1'", "two words", "[a, b]", "{a: 1}", "DECIMAL(10,2)", '"x: y"'])


@st.composite
def well_written(draw: st.DrawFn, depth: int = 0) -> list[str]:
    """The lines of a block that holds together."""
    lines: list[str] = []
    for key in draw(st.lists(names, min_size=1, max_size=4, unique=True)):
        kind = draw(st.integers(0, 5)) if depth < 3 else 0
        if kind <= 2:
            lines.append(f"{key}: {draw(plain_values)}")
        elif kind == 3:
            lines += [f"{key}:", *(f"  {line}".rstrip() for line in draw(well_written(depth=depth + 1)))]
        elif kind == 4:
            by = draw(st.sampled_from(["", "  "]))
            lines.append(f"{key}:")
            for entry in draw(st.lists(well_written(depth=depth + 1), min_size=1, max_size=3)):
                lines += [f"{by}- {entry[0]}", *(f"{by}  {line}".rstrip() for line in entry[1:])]
        else:
            lines += [f"{key}: {draw(st.sampled_from(['|', '>', '|-', '>+']))}", "  first", "", "    second", "  third"]
        if draw(st.integers(0, 5)) == 0:
            lines.append(draw(st.sampled_from(["", "# a comment"])))
    return lines


@settings(max_examples=60, deadline=None)
@given(well_written())
def test_what_is_well_written_is_read_by_its_lines(lines: list[str]) -> None:
    is_read(lines)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(well_written())
def test_whatever_else_is_well_written_is_so_too(lines: list[str]) -> None:
    is_read(lines)


def is_read(lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    found = read_lines(text)
    assert found is not None
    assert same(found, by_events(text))
