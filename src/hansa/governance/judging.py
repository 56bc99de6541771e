"""Judging a mesh by its policies: each row that a policy's query yields is a violation, unless a waiver holds today.

A policy that cannot be evaluated fails closed: if it is enforced, every product in its scope counts as breaking it, and no
other. So a rule that somebody broke stops those it is about until it is mended or waived, and nobody else.
"""

import datetime as dt
import enum
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from hansa.engines import EngineFailed, QueryRefused
from hansa.frozen import dataclass
from hansa.governance.asking import Answer, MeshDatabase, OpenDatabase, Value
from hansa.governance.facts import Facts
from hansa.governance.keeping import NOTHING_KNOWN, Kept, KeptAnswer
from hansa.governance.levels import Scope, covers, product_of, waiver_for
from hansa.governance.places import Register
from hansa.governance.relations import RELATIONS, rows_of, view_queries
from hansa.model import Mesh, Policy, PolicyLevel, PolicyMode, Violation, Waiver
from hansa.trouble import Place, Severity, Trouble

Ask = Callable[[str], Answer]
"""Answers a policy's query. Raises `QueryRefused` for one that is wrong, reaches out of the mesh or takes too long."""

MOST_VIOLATIONS = 100_000
INPUT_AGREEMENT = "input-agreement"
"""The policy of ours by which a product reads those of other owners only by agreement."""


class Verdict(enum.StrEnum):
    PASS = "pass"
    FAIL = "fail"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class PolicyVerdict:
    """What became of one policy. `about` are the products in its scope in few words (`Scope.told`).

    With an error, `trouble` says what is wrong with the policy, and `violations` has each product in scope of an enforced one.
    """

    policy: Policy
    verdict: Verdict
    violations: tuple[Violation, ...] = ()
    about: tuple[str, ...] = ("*",)
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdicts of policies over one state of a mesh, in the order of the policies; and the answers that they rest on."""

    verdicts: tuple[PolicyVerdict, ...]
    answers: tuple[KeptAnswer, ...] = ()

    @property
    def violations(self) -> tuple[Violation, ...]:
        return tuple(v for each in self.verdicts for v in each.violations)

    @property
    def refuses(self) -> bool:
        """Whether an enforced policy is broken, or cannot be evaluated."""
        return any(v.refuses for v in self.violations) or any(t.is_error for t in self.errors)

    @property
    def errors(self) -> tuple[Trouble, ...]:
        """What is wrong with policies themselves."""
        return tuple(v.trouble for v in self.verdicts if v.trouble is not None)

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """Everything to tell: policies that are wrong, once each, and the violations of the others."""
        found = (v for each in self.verdicts if each.verdict is not Verdict.ERROR for v in each.violations)
        return (*self.errors, *(trouble_of(v) for v in found))


def judged(
    mesh: Mesh, policies: Sequence[Policy], facts: Facts, today: dt.date, open_database: OpenDatabase, known: Kept = NOTHING_KNOWN
) -> Judgement:
    """Judge policies over a mesh and what is recorded of it, opening a database only when one has to be asked.

    The policies that come with Hansa hold without being asked where there is nothing that could break them. What is `known`, by
    query, is the answer about this very mesh.
    """
    asked = [p for p in policies if not _idle(p, mesh, facts)]
    if not asked:
        return Judgement(tuple(PolicyVerdict(p, Verdict.PASS) for p in policies))
    asking = _Asking([p.sql for p in asked], known, lambda: open_database(rows_of(mesh, facts, today), view_queries()))
    try:
        judgement = judge(asked, mesh, asking, mesh.governance.waivers, today)
    finally:
        asking.close()
    by_policy = {id(v.policy): v for v in judgement.verdicts}
    verdicts = tuple(by_policy.get(id(p)) or PolicyVerdict(p, Verdict.PASS) for p in policies)
    return Judgement(verdicts, tuple(asking.answers.values()))


class _Asking:
    """Answers queries: those that are not known yet by a database, which is opened for the first of them."""

    def __init__(self, queries: Sequence[str], known: Kept, opened: Callable[[], MeshDatabase]) -> None:
        self.answers: dict[str, KeptAnswer] = {}
        self._known = known
        self._opened = opened
        self._queries = [sql for sql in queries if sql not in known]
        self._database: MeshDatabase | None = None

    def __call__(self, sql: str) -> Answer:
        found = self.answers[sql] = self._known.get(sql) or self._asked(sql)
        return found.answer

    def close(self) -> None:
        if self._database is not None:
            self._database.close()

    def _asked(self, sql: str) -> KeptAnswer:
        if self._database is None:
            self._database = self._opened()
            self._database.expect(self._queries)
        answer = self._database.ask(sql, most=MOST_VIOLATIONS)
        return KeptAnswer(sql, self._looked_at(self._database, sql), answer)

    @staticmethod
    def _looked_at(database: MeshDatabase, sql: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """How many rows a relation has counts, too, for a query that names none of its columns."""
        first = {schema.name: schema.columns[0].name for schema in RELATIONS}
        return tuple((r, tuple(sorted(columns or {first[r]}))) for r, columns in sorted(database.looked_at(sql).items()))


def _idle(policy: Policy, mesh: Mesh, facts: Facts) -> bool:
    """Whether a policy that comes with Hansa can find nothing: most are about changes, one about inputs of other owners.

    A mesh that keeps neither agreements nor consumers has not begun with them, and is not told so at every plan.
    """
    if policy.level is not PolicyLevel.BUILT_IN:
        return False
    if policy.id != INPUT_AGREEMENT:
        return not facts.changes
    begun = mesh.governance.agreements or mesh.governance.consumers or policy.mode is PolicyMode.ENFORCE
    return not (begun and _reads_of_others(mesh))


def _reads_of_others(mesh: Mesh) -> bool:
    """Whether a product reads one of another owner."""
    owners = {p.address: p.team.name if p.team is not None and p.team.name else p.owner for p in mesh.products}
    return any(owners.get(s) != owners[p.address] for p in mesh.own for s in p.suppliers)


def judge(policies: Iterable[Policy], mesh: Mesh, ask: Ask, waivers: Sequence[Waiver], today: dt.date) -> Judgement:
    """Judge policies by asking each one's query."""
    register = Register.of(mesh)
    return Judgement(tuple(_Case(p, mesh, register, waivers, today).verdict(ask) for p in policies))


@dataclass(frozen=True, slots=True)
class _Case:
    """One policy before its judge."""

    policy: Policy
    mesh: Mesh
    register: Register
    waivers: Sequence[Waiver]
    today: dt.date

    def verdict(self, ask: Ask) -> PolicyVerdict:
        scope = Scope.of(self.policy, self.mesh)
        try:
            found = dict.fromkeys(self._found(ask(self.policy.sql), scope))
            violations = tuple(sorted(found, key=lambda v: (v.subject, v.message)))
        except (QueryRefused, EngineFailed) as wrong:
            return self._unjudged(scope, wrong)
        failed = any(v.waived is None for v in violations)
        return PolicyVerdict(self.policy, Verdict.FAIL if failed else Verdict.PASS, violations, scope.told)

    def _found(self, answer: Answer, scope: Scope) -> Iterator[Violation]:
        columns = {name.lower(): at for at, name in enumerate(answer.columns)}
        answering = cache(self._answering)
        if "subject" not in columns:
            raise QueryRefused("the query yields no column `subject`, which says who breaks the rule")
        if answer.more:
            raise QueryRefused(f"the query yields more than {MOST_VIOLATIONS:,} violations")
        for row in answer.rows:

            def cell(name: str, row: tuple[Value, ...] = row) -> str:
                value = row[columns[name]] if name in columns else None
                return "" if value is None else str(value)

            subject = _line(cell("subject"))
            if not subject and not product_of(cell("product")):
                raise QueryRefused("the query yields a row without `subject`, so that nobody knows who breaks the rule")
            product = product_of(cell("product")) or product_of(subject)
            subject = subject or product
            if scope.holds(product, subject) and not self.register.foreign(product or subject):
                severity = cell("severity").lower()
                domain = subject if subject in self.register.domains else ""
                others = () if product else answering(domain, scope)
                yield self._violation(subject, product, cell("message"), cell("owner"), severity, others)

    def _answering(self, domain: str, scope: Scope) -> tuple[str, ...]:
        """Who answers for what is no product's: the products of a domain; without one, all that the policy is about.

        A rule must not lose its teeth by how it words its subjects.
        """
        return tuple(p for p in scope.among(self.mesh) if not domain or covers(domain, p))

    def _violation(
        self, subject: str, product: str, message: str, owner: str = "", severity: str = "", others: tuple[str, ...] = ()
    ) -> Violation:
        policy = self.policy
        where = self.register.place(subject, product)
        rule = policy.place.noted(f"the policy {policy.id}") if policy.place is not None else None
        return Violation(
            policy=policy.id,
            level=policy.level,
            mode=policy.mode,
            severity=Severity(severity) if severity in tuple(Severity) else policy.severity,
            subject=subject,
            message=_line(message) or policy.title,
            product=product,
            owner=owner or self.register.owner(product, subject),
            mend=policy.mend,
            waived=waiver_for(policy.id, subject, product, self.waivers, self.today),
            places=tuple(p for p in (where, rule) if p is not None),
            others=others,
        )

    def _unjudged(self, scope: Scope, wrong: QueryRefused | EngineFailed) -> PolicyVerdict:
        policy = self.policy
        enforced = policy.mode is PolicyMode.ENFORCE
        severity = policy.severity if enforced else Severity.WARNING
        place = self._place_of(wrong)
        summary = f"the policy `{policy.id}` cannot be judged: {wrong.reason}"
        stops = "" if not enforced or severity is not Severity.ERROR else "; until then it stops the products in its scope"
        candidates = getattr(wrong, "candidates", ())
        hint = f"did you mean {' or '.join(f'`{c}`' for c in candidates)}? " if candidates else ""
        mend = f"{hint}mend its query{stops}; `hansa policy relations` lists what it can ask"
        trouble = Trouble("H313", summary, (place,) if place else (), mend, severity)
        products = scope.among(self.mesh) if enforced else ()
        violations = tuple(self._violation(p, p, f"the policy cannot be judged: {wrong.reason}") for p in products)
        return PolicyVerdict(policy, Verdict.ERROR, violations, scope.told, trouble)

    def _place_of(self, wrong: QueryRefused | EngineFailed) -> Place | None:
        """Where in the policy's file a query is wrong."""
        start = self.policy.sql_place or self.policy.place
        line, column = (wrong.line, wrong.column) if isinstance(wrong, QueryRefused) else (0, 0)
        if start is None or line < 1:
            return start
        return Place(start.file, start.line + line - 1, max(column, 1) + start.column - 1)


def _line(text: str) -> str:
    """A cell as one line of text that no terminal takes for a command."""
    plain = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    return " ".join(plain.split())


def trouble_of(violation: Violation) -> Trouble:
    """A violation as check tells it: an enforced one as bad as its policy says, a reported one at most a warning."""
    enforced = violation.mode is PolicyMode.ENFORCE
    severity = violation.severity
    if not enforced and severity is Severity.ERROR:
        severity = Severity.WARNING
    summary = f"{violation.subject}: {violation.message}" if violation.subject else violation.message
    mend = violation.mend
    if violation.waived is not None:
        severity = Severity.NOTE
        mend = f"waived by {violation.waived.approver} up to {violation.waived.expires}: {violation.waived.reason}"
    summary += f" (policy {violation.policy}, {violation.level})"
    return Trouble("H310" if enforced else "H311", summary, violation.places, mend, severity, violation.product)
