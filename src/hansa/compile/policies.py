"""Policies of all levels, as declared: what each may set, and what it may not weaken.

Every rule of a higher level stays in force whatever a lower one says: both are judged. A local file that would weaken one is
refused, so that nobody believes it holds. Only the company's own level may change the mode of what comes with Hansa.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from hansa.compile.examples import examples_of
from hansa.compile.findings import Findings
from hansa.declare.declarations import Declarations
from hansa.declare.document import Document
from hansa.declare.governance import GovernanceFiles, LocalFile
from hansa.declare.governance.policies import PolicyEntry, built_in, place_of_sql, read_policies
from hansa.declare.reading import Reader
from hansa.frozen import dataclass
from hansa.model import DataClass, Mesh, Policy, PolicyLevel, PolicyMode, PolicyScope, PolicyTime
from hansa.trouble import Place, Severity, Trouble, did_you_mean, one_of

_ID = re.compile(r"[a-z][a-z0-9-]{0,62}")
_ORDER = tuple(PolicyLevel)
_SEVERITIES = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Known:
    """The names that a scope may use; of a kind without any, every word may be one."""

    domains: frozenset[str]
    products: frozenset[str]
    classes: frozenset[str] = frozenset()


def compile_policies(
    files: GovernanceFiles, declarations: Declarations, findings: Findings, classes: Sequence[DataClass] = ()
) -> tuple[Policy, ...]:
    """The rules in force, those of higher levels first."""
    names = Known(
        frozenset(d.name for d in declarations.domains),
        frozenset(str(p.address) for p in declarations.products),
        _class_words(classes),
    )
    # What manifests tell of other repositories is put together later.
    known = replace(names, domains=frozenset(), products=frozenset()) if declarations.manifests else names
    found = built_in_policies()
    for file in sorted(files.policies, key=lambda f: (_ORDER.index(level_of(f.holder)), f.holder)):
        found = _of_file(file, level_of(file.holder), found, known, findings)
    return found


def built_in_policies() -> tuple[Policy, ...]:
    """The rules that come with Hansa, as they hold unless the company's own level changes their mode."""
    known, findings = Known(frozenset(), frozenset()), Findings()
    found: tuple[Policy, ...] = ()
    for document in built_in():
        found = _of_file(LocalFile("", document), PolicyLevel.BUILT_IN, found, known, findings)
    return found


def policies_of_file(document: Document, mesh: Mesh, holder: str = "") -> tuple[tuple[Policy, ...], tuple[Trouble, ...]]:
    """The rules of one file as if it lay in its holder's folder, beside those in force at higher levels."""
    level = level_of(holder)
    higher = tuple(p for p in mesh.governance.policies if _ORDER.index(p.level) < _ORDER.index(level))
    products = frozenset(str(p.address) for p in mesh.products) | {str(b) for b in mesh.broken}
    known = Known(frozenset(str(d.name) for d in mesh.domains), products, _class_words(mesh.governance.classes))
    findings = Findings()
    found = _of_file(LocalFile(holder, document), level, higher, known, findings)
    return tuple(p for p in found if p not in higher), tuple(findings.troubles)


def level_of(holder: str) -> PolicyLevel:
    """The level of rules in a folder, by whose it is."""
    if not holder:
        return PolicyLevel.GLOBAL
    return PolicyLevel.PRODUCT if "." in holder else PolicyLevel.DOMAIN


def _of_file(
    file: LocalFile, level: PolicyLevel, found: tuple[Policy, ...], known: Known, findings: Findings
) -> tuple[Policy, ...]:
    """What is in force with one more file."""
    entries, reader = read_policies(file.document)
    for entry in entries:
        found = _Rule(entry, reader, level, file.holder, found, known).added()
    findings.troubles += reader.troubles
    return found


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule as written, beside what is in force already."""

    entry: PolicyEntry
    reader: Reader
    level: PolicyLevel
    holder: str
    found: tuple[Policy, ...]
    known: Known

    def added(self) -> tuple[Policy, ...]:
        """What is in force with this rule; without it when it cannot be used."""
        if not self.entry.id:
            return self.found  # told by the reader already
        if not _ID.fullmatch(self.entry.id):
            mend = "lower-case letters, digits and dashes, a letter first, at most 63"
            self._tell("H314", f"{self.reader.shown(self._at('id'))} cannot name a policy", "id", mend)
            return self.found
        twin = next((p for p in self.found if (p.id, p.level, p.holder) == (self.entry.id, self.level, self.holder)), None)
        if twin is not None:
            places = (twin.place or self._place("id"), self._place("id", "again here"))
            self._tell("H315", f"two policies of one level are called `{twin.id}`", places, "rename one; the first is used")
            return self.found
        base = self._base()
        if base is not None and base.level is PolicyLevel.BUILT_IN and self.level is PolicyLevel.GLOBAL:
            return tuple(self._amended(base) if p is base else p for p in self.found)
        if base is not None and (weakened := self._weakened(base)):
            self._refuse(base, weakened)
            return self.found
        if not self.entry.sql.strip() and base is None:
            self._tell("H121", "`sql` is missing", (), "add `sql:` with a query whose rows are violations")
            return self.found
        policy = self._policy(base)
        self._check_scope()
        return self.found if self._superfluous(policy, base) else (*self.found, policy)

    def _base(self) -> Policy | None:
        """The rule of a higher level that this one is about: the one that it names, else the one of its own name."""
        above = [p for p in self.found if _above(p, self.level, self.holder)]
        wanted = self.entry.tightens or self.entry.id
        base = next((p for p in reversed(above) if p.id == wanted), None)
        if base is None and self.entry.tightens:
            ids = {p.id for p in above}
            mend = did_you_mean(wanted, ids) or f"rules above: {one_of(ids)}"
            self._tell("H318", f"no rule of a higher level is called `{wanted}`", "tightens", mend)
        return base

    def _amended(self, base: Policy) -> Policy:
        """A rule of Hansa as the company wants it: its query stays."""
        if self.entry.sql.strip():
            summary = f"`{base.id}` comes with Hansa: its query stays as it is, only mode, severity and scope can be changed"
            self._tell("H318", summary, "sql", "delete `sql`, or give your rule an id of its own", Severity.WARNING)
        self._check_scope()
        said = self._said(base)
        return replace(
            said, sql=base.sql, sql_place=base.sql_place, examples=base.examples, why=self.entry.why or base.why, tightens=""
        )

    def _weakened(self, base: Policy) -> list[str]:
        """The keys by which this rule says less than the one above it."""
        entry = self.entry
        weaker = []
        if base.mode is PolicyMode.ENFORCE and entry.mode == PolicyMode.REPORT:
            weaker.append("mode")
        if entry.severity in _SEVERITIES and _rank(entry.severity) > _rank(base.severity):
            weaker.append("severity")
        if entry.id == base.id and entry.scope is not None and self._scope() != PolicyScope():
            weaker.append("scope")
        return weaker

    def _refuse(self, base: Policy, weakened: list[str]) -> None:
        above = base.level if not base.holder else f"{base.level} {base.holder}"
        keys = " and ".join(f"`{k}`" for k in weakened)
        self._tell(
            "H312",
            f"{self.holder} cannot weaken the policy `{base.id}` by its {keys}: it holds as the {above} level set it",
            (self._place(weakened[0], "weaker here"), *((base.place.noted("in force"),) if base.place else ())),
            f"delete {keys}, or give the rule an id of its own; `{base.id}` is waived in governance/waivers.yaml, by who set it",
        )

    def _superfluous(self, policy: Policy, base: Policy | None) -> bool:
        """Whether a higher rule asks the same, as strictly; that the name of a higher rule is used anew is told, too."""
        asks = " ".join(policy.sql.split())
        above = [p for p in self.found if _above(p, self.level, self.holder) and " ".join(p.sql.split()) == asks]
        about_all = (PolicyScope(), policy.scope)
        strict = (p for p in above if p.scope in about_all and _strict(p) >= _strict(policy))
        same = next((p for p in strict if p.when is policy.when), None)
        places = (self._place("id"), *((same.place.noted("in force"),) if same is not None and same.place else ()))
        if same is not None:
            summary = f"the policy `{policy.id}` is superfluous: `{same.id}` of the {same.level} level asks the same"
            self._tell("H318", summary, places, "delete it", Severity.WARNING)
        elif base is not None and base.id == policy.id:
            summary = f"`{policy.id}` is the name of a policy of the {base.level} level, which holds beside this one"
            self._tell("H318", summary, places, f"give it an id of its own and say `tightens: {base.id}`", Severity.NOTE)
        return same is not None

    def _policy(self, base: Policy | None) -> Policy:
        policy = self._said(base)
        if policy.mode is PolicyMode.ENFORCE and not policy.examples and base is None:
            mend = "add `examples`: rows that must pass, and rows that must fail; `hansa policy test` runs them"
            self._tell("H317", f"the policy `{policy.id}` is enforced and has no example", "id", mend, Severity.NOTE)
        return policy

    def _said(self, base: Policy | None) -> Policy:
        """The rule; what it leaves open is as in the one that it tightens."""
        entry, like = self.entry, base or Policy("", "", "")
        own_sql = bool(entry.sql.strip())
        return Policy(
            id=entry.id,
            title=entry.title or like.title or entry.id,
            sql=entry.sql if own_sql else like.sql,
            why=entry.why,
            severity=Severity(entry.severity) if entry.severity in _SEVERITIES else like.severity,
            mode=PolicyMode(entry.mode) if entry.mode in tuple(PolicyMode) else like.mode,
            when=PolicyTime(entry.when) if entry.when in tuple(PolicyTime) else like.when,
            level=self.level,
            holder=self.holder,
            scope=self._scope(),
            mend=entry.mend or like.mend,
            tightens=base.id if base is not None else "",
            tags=entry.tags,
            examples=examples_of(entry.examples, self.reader),
            place=self._place("id"),
            sql_place=place_of_sql(self.reader.document, self._at("sql")) if own_sql else like.sql_place,
        )

    def _scope(self) -> PolicyScope:
        said = self.entry.scope
        return PolicyScope() if said is None else PolicyScope(said.domains, said.products, said.tags, said.classes)

    def _check_scope(self) -> None:
        """A name that is not known, or that is not the holder's to rule. It stays in the scope, where it matches nothing."""
        scope = self._scope()
        if self.level is PolicyLevel.BUILT_IN:
            return
        for key, said, known in (
            ("domains", scope.domains, self.known.domains),
            ("products", scope.products, self.known.products),
            ("classes", scope.classes, self.known.classes),
        ):
            for number, name in enumerate(said):
                at = (*self._at("scope"), key, number)
                if known and name not in known:
                    # It may be another repository's, so it only warns.
                    mend = did_you_mean(name, known) or f"known: {one_of(known)}"
                    summary = f"`{name}` in the scope of `{self.entry.id}` is not one of the {key}"
                    self.reader.trouble("H316", summary, at, mend, Severity.WARNING)
                elif key != "classes" and self.holder and not _covers(self.holder, name):
                    summary = f"the policy `{self.entry.id}` of {self.holder} cannot be about {name}"
                    self.reader.trouble("H316", summary, at, "delete it, or ask for the rule in the mesh's governance folder")

    def _at(self, key: str) -> tuple[str | int, ...]:
        return (*self.entry.at, key)

    def _place(self, key: str, note: str = "") -> Place:
        return self.reader.document.place(self._at(key), note)

    def _tell(
        self, code: str, summary: str, at: str | tuple[Place, ...], mend: str = "", severity: Severity = Severity.ERROR
    ) -> None:
        places = (self._place(at),) if isinstance(at, str) else at or (self._place("id"),)
        self.reader.trouble(code, summary, places, mend, severity)


def _above(policy: Policy, level: PolicyLevel, holder: str) -> bool:
    """Whether a policy was set at a higher level and holds for what the holder answers for."""
    return _ORDER.index(policy.level) < _ORDER.index(level) and _covers(policy.holder, holder)


def _covers(holder: str, name: str) -> bool:
    return not holder or name == holder or name.startswith(f"{holder}.")


def _strict(policy: Policy) -> tuple[bool, int]:
    return policy.mode is PolicyMode.ENFORCE, -_rank(policy.severity)


def _rank(severity: str) -> int:
    return _SEVERITIES.index(Severity(severity))


def _class_words(classes: Iterable[DataClass]) -> frozenset[str]:
    return frozenset(word for c in classes for word in (c.name, *c.also))
