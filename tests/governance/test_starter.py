"""The starter pack: every policy is whole, its examples hold in the real database, and it can be adopted in either mode."""

import datetime as dt

import pytest

from hansa.compile.policies import policies_of_file
from hansa.declare.files import parse
from hansa.engines.duckdb.relations import open_database
from hansa.governance.examples import run_examples
from hansa.governance.starter import StarterPolicy, adopted_text, starter_pack
from hansa.model import Mesh, Policy, PolicyMode

PACK = starter_pack()
TODAY = dt.date(2026, 1, 1)


def compiled(text: str) -> Policy:
    """The policy of a file in an empty mesh, without any trouble."""
    document, unreadable = parse("policy.yaml", text)
    assert document is not None, unreadable
    policies, troubles = policies_of_file(document, Mesh("shop", (), ()))
    assert not (*unreadable, *troubles)
    (policy,) = policies
    return policy


@pytest.fixture(params=PACK, ids=lambda p: p.id)
def starter(request: pytest.FixtureRequest) -> StarterPolicy:
    found: StarterPolicy = request.param
    return found


def test_the_pack_has_the_breadth_that_was_promised() -> None:
    assert len(PACK) >= 24
    assert len({p.id for p in PACK}) == len(PACK)
    groups = {p.group for p in PACK}
    assert groups == {
        "ownership",
        "documentation",
        "service",
        "privacy",
        "contracts",
        "lifecycle",
        "naming",
        "quality",
        "sharing",
        "lineage",
    }


def test_a_policy_says_why_and_how_to_mend_and_is_not_enforced_by_itself(starter: StarterPolicy) -> None:
    policy = compiled(starter.text)
    assert (policy.id, policy.title) == (starter.id, starter.title)
    assert len(policy.why) > 30
    assert len(policy.mend) > 20
    assert policy.mode is PolicyMode.REPORT
    assert not policy.title.endswith(".")


def test_a_policy_has_examples_of_both_kinds_and_names_who_fails(starter: StarterPolicy) -> None:
    examples = compiled(starter.text).examples
    assert {e.passes for e in examples} == {True, False}
    assert all(e.subjects for e in examples if not e.passes)


def test_the_examples_hold_in_the_real_database(starter: StarterPolicy) -> None:
    (test,) = run_examples((compiled(starter.text),), open_database, TODAY)
    wrong = [(r.example.name, r.found, r.subjects, r.trouble) for r in test.results if not r.passed]
    assert not wrong


def test_an_adopted_policy_differs_by_its_mode_alone(starter: StarterPolicy) -> None:
    enforced = adopted_text(starter, PolicyMode.ENFORCE)
    assert compiled(enforced).mode is PolicyMode.ENFORCE
    changed = [(a, b) for a, b in zip(starter.text.splitlines(), enforced.splitlines(), strict=True) if a != b]
    assert changed == [("mode: report", "mode: enforce")]
    assert adopted_text(starter, PolicyMode.REPORT) == starter.text
