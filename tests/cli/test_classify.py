"""`hansa classify`: classes with their reasons, and proposals that show evidence and no value."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Hansa = Callable[..., Any]

ROWS = "".join(
    f"{i},4{i:04},person{i}@example.org,{'DE89370400440532013000' if i % 2 else 'GB82WEST12345698765432'}\n" for i in range(60)
)


@pytest.fixture
def crm(hansa: Hansa, in_folder: Path) -> Path:
    """A product of a file whose column names say nothing."""
    (in_folder / "crm.csv").write_text("c1,article,c2,c3\n" + ROWS)
    hansa("init", ".")
    hansa("new", "domain", "customer")
    hansa("new", "product", "customer/people", "--from", "crm.csv")
    return in_folder


def test_proposals_come_from_the_values_of_a_source_and_name_the_line_to_add(hansa: Hansa, crm: Path) -> None:
    said = hansa("classify", "--json")
    assert said.json["columns"] == []
    found = {p["column"]: p for p in said.json["proposals"]}
    source = "source:customer.people.people_source"
    assert set(found) == {f"{source}#c2", f"{source}#c3"}, "the port's columns would follow by themselves"
    assert (found[f"{source}#c2"]["class"], found[f"{source}#c2"]["detector"]) == ("personal", "email")
    assert found[f"{source}#c2"]["evidence"] == {"kind": "pattern", "share": 1.0, "values": 60}
    assert found[f"{source}#c3"]["class"] == "financial"
    place = found[f"{source}#c3"]["place"]
    assert "- name: c3" in (crm / place["file"]).read_text().splitlines()[place["line"] - 1]
    text = hansa("classify")
    assert "add `classification: personal` at domains/customer/people/contracts/people_source.odcs.yaml:" in text.out
    assert "100% of 60 values, by pattern" in text.out
    for shown in (said.out, text.out, text.err):
        assert "example.org" not in shown
        assert "DE89" not in shown


def test_without_data_only_names_speak(hansa: Hansa, crm: Path) -> None:
    assert hansa("classify", "--no-data", "--json").json["proposals"] == []


def test_nothing_is_written(hansa: Hansa, crm: Path) -> None:
    before = {p: p.read_bytes() for p in crm.rglob("*") if p.is_file() and ".hansa" not in p.parts}
    hansa("classify")
    assert before == {p: p.read_bytes() for p in crm.rglob("*") if p.is_file() and ".hansa" not in p.parts}


def test_the_classes_of_the_mesh_give_the_word_and_what_is_classified_is_not_proposed(hansa: Hansa, crm: Path) -> None:
    (crm / "governance").mkdir(exist_ok=True)
    classes = "classes:\n  - {name: open}\n  - {name: private, above: [open], also: [PII]}\n"
    text = f"apiVersion: hansa/v1\nkind: Classifications\ndefault: open\n{classes}"
    (crm / "governance/classifications.yaml").write_text(text)
    proposals = hansa("classify", "--json").json["proposals"]
    assert {p["class"] for p in proposals} == {"private"}
    contract = crm / proposals[0]["place"]["file"]
    contract.write_text(contract.read_text().replace("      - name: c2\n", "      - name: c2\n        classification: pii\n"))
    said = hansa("classify", "--json").json
    assert [p["column"] for p in said["proposals"]] == ["source:customer.people.people_source#c3"]
    columns = {c["name"]: c for c in said["columns"]}
    assert columns["source:customer.people.people_source#c2"] == {
        "name": "source:customer.people.people_source#c2",
        "declared": "private",
        "effective": ["private"],
        "because": [],
        "lowered": [],
    }
    assert columns["customer.people.people@1#c2"]["effective"] == ["private"]
    assert columns["customer.people.people@1#c1"]["effective"] == ["open"]


def test_published_rows_are_looked_at_where_the_source_is_not(hansa: Hansa, crm: Path) -> None:
    hansa("run", "-q")
    (crm / "crm.csv").unlink()
    said = hansa("classify", "--json")
    assert {p["column"] for p in said.json["proposals"]} == {"customer.people.people@1#c2", "customer.people.people@1#c3"}
    assert "could not be looked at" in said.err


def test_a_selector_that_names_nothing_is_told(hansa: Hansa, crm: Path) -> None:
    said = hansa("classify", "nobody", "--json", code=2)
    assert said.json["error"]["troubles"][0]["code"] == "H301"


def test_a_sample_may_be_small(hansa: Hansa, crm: Path) -> None:
    found = hansa("classify", "--sample", "5", "--json").json["proposals"]
    assert {p["evidence"]["values"] for p in found if p["detector"] == "email"} == {5}
