"""Where the code leaves a rule of its linters, it says why."""

import re
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "hansa"
LEAVING = re.compile(r"# (?:noqa|type: ignore)\b.*")
REASONED = re.compile(r"# (?:noqa: [A-Z]+\d+(?:, [A-Z]+\d+)* - \S|type: ignore\[[a-z, -]+\]  # \S)")


def test_every_exception_to_a_rule_has_its_reason_on_its_line() -> None:
    found = [
        (file.relative_to(SOURCE), number, said[0])
        for file in SOURCE.rglob("*.py")
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if (said := LEAVING.search(line)) is not None
    ]
    assert len(found) > 10
    assert [each for each in found if not REASONED.match(each[2])] == []
