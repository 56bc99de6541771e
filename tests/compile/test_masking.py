"""A mask that cannot be computed of a column's type is told where another one could have been chosen."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CLASSES = """\
apiVersion: hansa/v1
kind: Classifications
classes:
  - {name: personal, mask: sha-256-global}
"""


@pytest.fixture
def people(hansa: Callable[..., Any], in_folder: Path) -> Path:
    """A product with a text, a day and a truth; the contract of its source, to classify columns in."""
    (in_folder / "crm.csv").write_text("mail,born,married\na@b.org,1980-01-02,true\nc@d.org,1990-03-04,false\n")
    hansa("init", ".")
    hansa("new", "domain", "customer")
    hansa("new", "product", "customer/people", "--from", "crm.csv")
    (in_folder / "governance").mkdir(exist_ok=True)
    (in_folder / "governance/classifications.yaml").write_text(CLASSES)
    return in_folder / "domains/customer/people/contracts/people_source.odcs.yaml"


def misfits(hansa: Callable[..., Any], contract: Path, column: str) -> list[str]:
    before, name, after = contract.read_text().partition(f"      - name: {column}\n")
    assert name
    contract.write_text(before + name + "        classification: personal\n" + after)
    told = hansa("check", "--json").json["troubles"]
    return [t["summary"] for t in told if t["code"] == "H298"]


def test_a_day_under_a_hash_is_told_since_a_year_could_be_shown(hansa: Callable[..., Any], people: Path) -> None:
    (told,) = misfits(hansa, people, "born")
    assert "`sha-256-global` of the class `personal` cannot be computed of `born` of customer.people.people, a DATE" in told


@pytest.mark.parametrize("column", ["mail", "married"])
def test_a_text_can_be_hashed_and_of_a_truth_there_is_all_or_nothing(
    hansa: Callable[..., Any], people: Path, column: str
) -> None:
    assert not misfits(hansa, people, column)
