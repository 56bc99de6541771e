"""The difference of two contract versions, put together: normal forms, findings, their kinds, the version they ask for."""

from collections.abc import Iterator, Mapping

from hansa.declare.odcs import SchemaObject, SchemaProperty
from hansa.model import ChangeKind, Impact
from hansa.names import Version
from hansa.plan.difference.classify import kind_of_change
from hansa.plan.difference.normal import normal
from hansa.plan.difference.records import ContractChange, Difference
from hansa.plan.difference.rules import RULES
from hansa.plan.difference.versions import suggested, too_small
from hansa.plan.difference.walk import Finding, findings
from hansa.plan.difference.wording import path, summary

_RANK = {Impact.PATCH: 0, Impact.MINOR: 1, Impact.MAJOR: 2}


def difference(before: Mapping[str, object], after: Mapping[str, object]) -> Difference:
    """Every change from one ODCS document to another (plain data, versions 3.0 to 3.2, the two may differ).

    What cannot be read as ODCS is compared as it stands. Raises ValueError when a document's `version` is none.
    """
    old_version, new_version = _version(before), _version(after)
    changes = tuple(_changes(before, after))
    impact = max((c.impact for c in changes), key=_RANK.__getitem__, default=None)
    return Difference(
        changes=changes,
        impact=impact,
        breaking=any(c.breaking for c in changes),
        suggested=suggested(old_version, impact),
        before=old_version,
        after=new_version,
        too_small=too_small(old_version, new_version, impact),
    )


def _version(document: Mapping[str, object]) -> Version:
    return Version.parse(str(document.get("version", "")))


def _changes(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[ContractChange]:
    for found in findings(normal(before), normal(after)):
        kind = kind_of_change(found)
        if kind is not None:
            yield _change(found, kind)


def _change(found: Finding, kind: str) -> ContractChange:
    rule = RULES[kind]
    table, old_table = _name(found, SchemaObject)
    column, old_column = _name(found, SchemaProperty)
    return ContractChange(
        path=path(found.steps),
        kind=found.kind,
        before=found.before,
        after=found.after,
        impact=rule.impact,
        breaking=rule.breaking,
        table=table,
        column=column,
        summary=summary(found, rule),
        renamed_from=old_column if column else old_table,
        rule=kind,
        at_before=found.at_before,
        at_after=found.at_after,
    )


def _name(found: Finding, record: type) -> tuple[str, str]:
    """The name of the table or outermost column that a finding is about, and its old one when that is another."""
    pair = next((p for p in found.around if p.record is record), None)
    if pair is not None:
        old, new = str(pair.before.get("name", "")), str(pair.after.get("name", ""))
        return new, old if old != new else ""
    if found.entry is record:
        entry = found.before if found.kind is ChangeKind.REMOVE else found.after
        return (str(entry.get("name", "")) if isinstance(entry, dict) else ""), ""
    return "", ""
