"""Policy and waiver files as they are written: positions inside queries, and entries added without touching what is there."""

import pytest

from hansa.declare.files import parse
from hansa.declare.governance.policies import built_in, place_of_sql, read_policies
from hansa.declare.governance.waivers import NotAppended, read_waivers, with_waiver

ENTRY = {
    "policy": "owner",
    "subject": "customer.legacy",
    "reason": 'it "moves": soon # really',
    "approver": "ada",
    "expires": "2026-12-31",
}
HEAD = "apiVersion: hansa/v1\nkind: Waivers\n"


@pytest.mark.parametrize(
    ("written", "line", "column"),
    [
        ("sql: SELECT 1\n", 1, 6),
        ("sql: 'SELECT 1'\n", 1, 6),
        ("sql: |\n  SELECT 1\n", 2, 3),
        ("sql: |-\n\n      SELECT 1\n", 2, 7),
        ("sql: >\n  SELECT 1\n", 2, 3),
    ],
)
def test_the_first_character_of_a_query_has_its_place(written: str, line: int, column: int) -> None:
    document, _ = parse("p.yaml", written)
    assert document is not None
    place = place_of_sql(document, ("sql",))
    assert (place.line, place.column) == (line, column)


def test_what_comes_with_hansa_is_read_without_troubles() -> None:
    for document in built_in():
        (entry,), reader = read_policies(document)
        assert reader.troubles == []
        # A mesh decides for itself whether its products have to agree with each other; the others protect consumers everywhere.
        assert entry.mode == ("report" if entry.id == "input-agreement" else "enforce")
        assert entry.examples


def test_a_policy_that_is_no_mapping_is_told_and_nothing_else_breaks() -> None:
    document, _ = parse("p.yaml", "apiVersion: hansa/v1\nkind: Policies\npolicies: [just a text]\n")
    assert document is not None
    entries, reader = read_policies(document)
    assert entries == ()
    assert [t.code for t in reader.troubles] == ["H120"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        HEAD + "waivers: []\n",
        HEAD,
        HEAD + "waivers:\n  # by agreement\n  - policy: a   # first\n    subject: b\n    reason: c\n"
        "    approver: d\n    expires: 2026-01-01\n",
        HEAD + "waivers:\n- {policy: a, subject: b, reason: c, approver: d, expires: 2026-01-01}   # short\n\n# the end\n",
        "# first the list\nwaivers:\n    - policy: a\n      subject: b\n      reason: |\n        two\n        lines\n"
        "      approver: d\n      expires: 2026-01-01\nkind: Waivers  # then the rest\napiVersion: hansa/v1",
    ],
)
def test_a_waiver_is_added_at_the_end_and_every_line_stays(text: str) -> None:
    grown = with_waiver(text, ENTRY)
    kept = [line for line in text.splitlines() if line not in ("waivers: []",)]
    lines = iter(grown.splitlines())
    assert all(line in lines for line in kept), grown
    document, troubles = parse("waivers.yaml", grown)
    assert document is not None
    assert troubles == ()
    entries, reader = read_waivers(document)
    assert reader.troubles == []
    assert (entries[-1].subject, entries[-1].reason) == (ENTRY["subject"], ENTRY["reason"])


def test_two_waivers_are_added_one_after_the_other() -> None:
    twice = with_waiver(with_waiver("", ENTRY), {**ENTRY, "subject": "customer.other"})
    document, _ = parse("waivers.yaml", twice)
    assert document is not None
    assert [e.subject for e in read_waivers(document)[0]] == ["customer.legacy", "customer.other"]


@pytest.mark.parametrize(
    "text", [HEAD + "waivers: [{policy: a}]\n", HEAD + "waivers: all\n", "waivers: [\n", "kind: Mesh\n", "# nothing yet\n"]
)
def test_a_file_that_cannot_be_added_to_is_left_alone(text: str) -> None:
    with pytest.raises(NotAppended):
        with_waiver(text, ENTRY)
