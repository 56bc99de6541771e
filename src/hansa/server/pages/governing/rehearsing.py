"""Rehearsing a rule on a page: who would fail now and at a past publication, and who would lose what. Nothing is kept."""

import datetime as dt
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from starlette.responses import Response

from hansa.frozen import dataclass
from hansa.governance import MeshDatabase, RelationRows
from hansa.governance.examples import PolicyTest, run_examples
from hansa.governance.judging import judged
from hansa.governance.rehearsal import Rehearsal, rehearse
from hansa.model import Policy, PolicyMode, Violation
from hansa.names import parse_product
from hansa.server.pages.deciding import beside_the_form
from hansa.server.pages.governing.powers import rehearses
from hansa.server.pages.governing.showing import FindingLine, severity_badge
from hansa.server.pages.governing.turns import Turns
from hansa.server.pages.visit import Visit
from hansa.server.transport import Answered
from hansa.trouble import Severity, Trouble, TroubleError
from hansa.wiring import open_database

LONGEST = 15.0
"""Seconds for a rehearsal in all; one query gets at most `ONE` of them."""
ONE = 5.0
MOST = 100
MOST_TEXT = 60_000
_SQL = re.compile(r"\s*(?:\(|(?:SELECT|WITH|FROM|VALUES)\s)", re.IGNORECASE)
_TURNS = Turns("rehearsing")
BEGIN = """\
apiVersion: hansa/v1
kind: Policy
id: readme-present
title: Every product has a README
why: A product without one is used by those who guess.
severity: warning
mode: report
sql: |
  SELECT product AS subject, 'it has no README.md' AS message
  FROM products
  WHERE readme IS NULL
mend: Write a README.md in the product's folder.
"""


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the form."""

    text: str = BEGIN
    holder: str = ""
    moment: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A rehearsal as it is shown."""

    found: Rehearsal
    tests: PolicyTest
    lines: list[FindingLine]
    standing: int


class Budget:
    """The seconds that a rehearsal has left, from which each database takes its own."""

    def __init__(self) -> None:
        self._until = time.monotonic() + LONGEST

    def open(self, relations: Mapping[str, RelationRows], views: Mapping[str, str]) -> MeshDatabase:
        left = self._until - time.monotonic()
        if left <= 0:
            mend = "rehearse it without the past, or on the command line: `hansa policy rehearse FILE`"
            raise Answered(Trouble("H845", f"this rehearsal takes longer than {LONGEST:g} s", mend=mend), 422)
        return open_database(relations, views, min(ONE, left))


def form(visit: Visit) -> Response:
    """The form, with a rule to begin with; or the rule of the mesh that the address names."""
    text = BEGIN
    wanted = visit.asked("policy", 100)
    seen = visit.catalogue.rulings.seen(visit.sight) if wanted else None
    for line in seen.lines if seen is not None else ():
        if line.policy.id == wanted and seen is not None and seen.discretion.plain(line.policy.sql):
            text = line.policy.sql
    return _shown(visit, Filled(text))


def rehearsed(visit: Visit) -> Response:
    """Judge what was sent, and say what would be; or what is wrong with it."""
    filled = Filled(_text(visit), visit.said("holder", 200), visit.said("moment", 60))
    try:
        if not rehearses(visit):
            mend = "ask an administrator, or rehearse it where the mesh's files are: `hansa policy rehearse FILE`"
            raise Answered(Trouble("H846", "you may not rehearse rules here", mend=mend), 403)
        with _TURNS.taken():
            outcome = _rehearse(visit, filled)
    except TroubleError as wrong:
        status = wrong.status if isinstance(wrong, Answered) else beside_the_form(wrong)
        return _shown(visit, filled, troubles=wrong.troubles, status=status)
    return _shown(visit, filled, outcome)


def _text(visit: Visit) -> str:
    """As it was written: browsers send lines that end as in mail."""
    sent = next(iter(visit.form.get("text", ())), "")
    return sent[:MOST_TEXT].replace("\r\n", "\n")


def _rehearse(visit: Visit, filled: Filled) -> Outcome:
    policy = _policy(visit, filled)
    mesh, rulings, budget = visit.sight.mesh, visit.catalogue.rulings, Budget()
    facts = rulings.facts(mesh)
    if not visit.administers:
        # Who read what, who was granted what and who said what is no owner's to read by way of a rule of their own.
        facts = replace(facts, access=(), reads=(), feedback=())
    tests = run_examples((policy,), budget.open, visit.now.date())[0]
    moments = [m for m in _moments(visit) if m.isoformat() == filled.moment]
    past = rulings.past(mesh) if moments else None
    told = [past.at(m) for m in moments] if past is not None else []
    judge = partial(judged, open_database=budget.open)
    found = rehearse(policy, mesh, facts, told, judge, visit.now.date())
    if found.trouble is not None:
        raise TroubleError(found.trouble)
    lines = [_line(v) for v in sorted(found.violations, key=lambda v: v.waived is not None)[:MOST]]
    return Outcome(found, tests, lines, sum(v.waived is None for v in found.violations))


def _policy(visit: Visit, filled: Filled) -> Policy:
    """The one policy that was sent. A query alone counts as an enforced one of the whole mesh, or of its domain."""
    from hansa.compile.policies import policies_of_file  # loads the whole compiler
    from hansa.declare.files import parse

    mesh = visit.sight.mesh
    if filled.holder and filled.holder not in {str(d.name) for d in visit.sight.domains}:
        raise Answered(Trouble("H845", "there is no such domain", mend="choose one of the list"), 400)
    if _is_query(filled.text):
        text = "\n".join(f"  {line}" for line in filled.text.splitlines())
        head = "apiVersion: hansa/v1\nkind: Policy\nid: rehearsed\ntitle: The rehearsed query\nseverity: error\nmode: enforce\n"
        document, unreadable = parse("the query", f"{head}sql: |2\n{text}\n")
    else:
        document, unreadable = parse("the policy", filled.text)
    if document is None:
        raise TroubleError(*unreadable)
    policies, troubles = policies_of_file(document, mesh, filled.holder)
    if errors := [t for t in (*unreadable, *troubles) if t.is_error]:
        raise TroubleError(*errors)
    if len(policies) != 1:
        mend = "send one policy: `kind: Policy` with `id`, `title` and `sql`, or a SELECT alone"
        raise Answered(Trouble("H845", f"this holds {len(policies)} policies that can be judged", mend=mend), 400)
    return policies[0]


def _is_query(text: str) -> bool:
    """Whether a text is a query alone, by its first word behind comments."""
    lines = (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("--"))
    return bool(_SQL.match(f"{next(lines, '')} "))


def _line(violation: Violation) -> FindingLine:
    place = violation.places[0] if violation.places else None
    product = parse_product(violation.product) if violation.product else None
    at = f"{place.file}:{place.line}" if place is not None else ""
    return FindingLine(violation, severity_badge(violation.severity), violation.message, at, product, None, None)


def _moments(visit: Visit) -> list[dt.datetime]:
    """The earlier moments of publication that are known by now, the newest first."""
    before = visit.catalogue.rulings.before()
    return [at for at, _ in reversed(before.cards)] if before is not None else []


def _shown(
    visit: Visit, filled: Filled, outcome: Outcome | None = None, troubles: tuple[Trouble, ...] = (), status: int = 200
) -> Response:
    may = rehearses(visit)
    return visit.page(
        "governance_rehearse.html",
        status=status,
        keep=False,
        part="rehearse",
        may=may,
        filled=filled,
        outcome=outcome,
        troubles=troubles,
        domains=[str(d.name) for d in visit.sight.domains],
        moments=_moments(visit) if may else [],
        longest=int(LONGEST),
        most=MOST,
        administers=visit.administers,
        enforce=PolicyMode.ENFORCE,
        error=Severity.ERROR,
    )
