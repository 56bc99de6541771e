"""Nobody's SQL sees more than its reader may: a corpus of attacks by category, and harmless statements beside them.

Each statement of `corpus/*.sql` says what has to become of it: `refused`, `answered`, or `either`. Whatever becomes of it, no
hidden value may stand in rows, names of columns, notices or errors. What is answered is what plain DuckDB answers over a table of
just the rows and columns that the reader may see.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from hansa.model import Reader

CORPUS = Path(__file__).parent / "corpus"
UNLIKE_PLAIN = re.compile(
    r"SAMPLE|AT \(|DESCRIBE|SUMMARIZE|hash\(|approx_|first\(|any_value|last\(|::VARCHAR FROM clinic.patients p$"
)
"""What differs by chance, by order, or because plain DuckDB has no ports."""


@dataclass(frozen=True, slots=True)
class Statement:
    category: str
    number: int
    expected: str
    text: str

    def __str__(self) -> str:
        return f"{self.category}-{self.number}"


def statements() -> Iterator[Statement]:
    for file in sorted(CORPUS.glob("*.sql")):
        blocks = re.split(r"\n*^-- (refused|answered|either)\n", file.read_text(), flags=re.MULTILINE)[1:]
        for number, (expected, text) in enumerate(zip(blocks[::2], blocks[1::2], strict=True), 1):
            yield Statement(file.stem, number, expected, text.strip("\n"))


ALL = tuple(statements())


BOMBS = tuple(s for s in ALL if s.category == "bombs")


@pytest.mark.parametrize("category", sorted({s.category for s in ALL} - {"bombs"}))
def test_what_is_hidden_stays_hidden_and_what_is_harmless_is_answered(clinic: Any, category: str) -> None:
    became = ((statement, clinic.ask(statement.text)) for statement in ALL if statement.category == category)
    wrong = [line for statement, told in became for line in unexpected(statement, told)]
    assert not wrong, "\n".join(wrong)


def test_what_would_compute_for_ever_is_ended_and_shows_nothing_either(asked_apart: Callable[[list[str]], list[Any]]) -> None:
    became = zip(BOMBS, asked_apart([s.text for s in BOMBS]), strict=True)
    wrong = [line for statement, told in became for line in unexpected(statement, told)]
    assert not wrong, "\n".join(wrong)


def unexpected(statement: Statement, told: Any) -> Iterator[str]:
    if leaked := told.leaks(statement.text):
        yield f"{statement} leaks {leaked}: {statement.text}\n    {told.text[:300]}"
    if statement.expected != "either" and told.refused != (statement.expected == "refused"):
        yield f"{statement} was {'refused' if told.refused else 'answered'}: {statement.text}\n    {told.text[:300]}"


def test_an_answer_is_that_of_plain_duckdb_over_what_the_reader_may_see(clinic: Any) -> None:
    with duckdb.connect() as plain:
        plain.execute("SET TimeZone = 'UTC'")
        plain.execute("CREATE SCHEMA clinic")
        seen = clinic.table("SELECT * FROM clinic.patients")
        assert len(seen) == 30
        plain.register("seen", seen)
        plain.execute("CREATE TABLE clinic.patients AS FROM seen")
        wrong = []
        for statement in (s for s in ALL if s.expected == "answered" and "patients" in s.text):
            if UNLIKE_PLAIN.search(statement.text) or "patients_v1" in statement.text.lower():
                continue
            told = clinic.ask(statement.text)
            theirs: Any = plain.sql(statement.text).to_arrow_table()
            rows = tuple(zip(*(c.to_pylist() for c in theirs.columns), strict=True))
            if told.columns != tuple(theirs.column_names) or sorted(map(str, told.rows)) != sorted(map(str, rows)):
                wrong.append(f"{statement}: {statement.text}\n    {told.text[:300]}\n    {theirs.schema}\n{rows[:3]}")
    assert not wrong, "\n".join(wrong)


def test_nobody_reads_without_a_consumer_or_a_purpose(clinic: Any) -> None:
    principal = clinic.reader.principal
    for reader in (Reader(principal), Reader(principal, "study"), Reader(principal, "study", "marketing")):
        told = type(clinic)(clinic.gateway, reader).ask("SELECT patient_id FROM clinic.patients")
        assert told.refused
        assert not told.leaks("")
