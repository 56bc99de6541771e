"""Variables of the standards, resolved from an environment."""

from collections.abc import Callable

import pytest

from hansa.declare import Document
from hansa.declare.governance.waivers import read_waivers
from hansa.declare.variables import resolve


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("${HOST}", "db.example"),
        ("postgres://${HOST}:${PORT}/x", "postgres://db.example:5432/x"),
        ("${NOWHERE:-localhost}", "localhost"),
        ("${EMPTY:-localhost}", "localhost"),
        ("${HOST:-localhost}", "db.example"),
        ("${NOWHERE:-}", ""),
        ("${NOWHERE:-a b:c}", "a b:c"),
        ("$HOST costs $5", "$HOST costs $5"),
    ],
)
def test_a_variable_becomes_its_value_or_its_default(document_of: Callable[[str], Document], written: str, meant: str) -> None:
    document = document_of(f"a: ['{written}']\n")
    data, troubles = resolve(document, {"HOST": "db.example", "PORT": "5432", "EMPTY": ""})
    assert data == {"a": [meant]}
    assert troubles == ()
    assert document.data == {"a": [written]}


@pytest.mark.parametrize(
    ("written", "code"), [("${NOWHERE}", "H110"), ("${EMPTY}", "H110"), ("${a b}", "H111"), ("${}", "H111"), ("${open", "H111")]
)
def test_a_variable_without_value_is_a_trouble_and_never_empty(
    document_of: Callable[[str], Document], written: str, code: str
) -> None:
    data, troubles = resolve(document_of(f"a:\n  b: 'x{written}'\n"), {"EMPTY": ""})
    assert data == {"a": {"b": f"x{written}"}}
    assert [(t.code, t.places[0].line, t.places[0].column) for t in troubles] == [(code, 2, 6)]


def test_a_file_of_governance_says_that_it_reads_none_whatever_is_set(
    document_of: Callable[[str], Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOST", "db.example")
    _, reader = read_waivers(document_of("apiVersion: hansa/v1\nkind: Waivers\nwaivers: []\ntitle: ${HOST}\n"))
    told = [t.summary for t in reader.troubles if t.code == "H110"]
    assert told == ["no variable is read in this file: HOST"]


def test_the_placeholders_of_a_quality_query_are_not_variables(document_of: Callable[[str], Document]) -> None:
    document = document_of("query: select ${column} from ${table} where day > '${DAY}'\n")
    data, troubles = resolve(document, {"table": "wrong", "DAY": "2026-01-01"})
    assert data == {"query": "select ${column} from ${table} where day > '2026-01-01'"}
    assert troubles == ()
