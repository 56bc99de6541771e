"""The changes of one port between two states of a mesh: its contract, its stored types, its classes, what is said of it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from hansa.frozen import dataclass
from hansa.model import ChangeKind, ConsumerHit, Impact, MeshChange, OutputPort, sql, widens
from hansa.model.lattice import Lattice
from hansa.names import ColumnName, PortMajor
from hansa.plan.consumers import Readers
from hansa.plan.former import FormerPort
from hansa.plan.promised import Promised, former_pair, pair

if TYPE_CHECKING:
    from hansa.plan.difference import ContractChange, Difference

_TYPE_KEYS = ("logicalType", "physicalType")


@dataclass(frozen=True, slots=True)
class Judging:
    """What is needed to say whom a change concerns, and whether a class became stricter."""

    readers: Readers
    lattice: Lattice


def port_changes(before: OutputPort | FormerPort, after: OutputPort, judging: Judging) -> Iterator[MeshChange]:
    """Every change of a port that is there before and after, under the same major."""
    # It knows the types of contracts from the compiler, which a plan of what did not change needs not load.
    from hansa.plan.difference import difference

    old, new = former_pair(before, after) if isinstance(before, FormerPort) else pair(before, after)
    found = difference(old.document, new.document)
    told = [c for c in found.changes if c.table in ("", old.table, new.table)]
    yield from (_of_contract(change, found, new.port, judging) for change in told)
    renamed = {c.column.lower(): c.renamed_from for c in told if c.column and c.renamed_from}
    typed = {c.column.lower() for c in told if c.path.rpartition(".")[2] in _TYPE_KEYS}
    others = (
        *_stored(old, new, renamed, typed, judging),
        *_classes(old, new, renamed, judging),
        *_rules(old, new),
        *_about(old, new, judging),
        *_version(new, found),
    )
    versions = (str(found.before), str(found.after))
    yield from (replace(c, version_before=versions[0], version_after=versions[1]) for c in others)


def column_subject(port: PortMajor, column: str) -> str:
    return str(ColumnName(port.name, column, port.major))


def _of_contract(change: "ContractChange", found: "Difference", port: PortMajor, judging: Judging) -> MeshChange:
    # Readers know a renamed column by the name that it had.
    column = (change.renamed_from or change.column) if change.column else ""
    return MeshChange(
        subject=column_subject(port, column) if column else str(port),
        change=change.summary,
        impact=change.impact,
        breaking=change.breaking,
        consumers=_concerned(change, port, column, judging.readers),
        kind=change.kind,
        product=str(port.name.of_product),
        port=str(port),
        column=column,
        path=change.path,
        before=said(change.before),
        after=said(change.after),
        version_before=str(found.before),
        version_after=str(found.after),
        suggested=str(found.suggested),
        too_small=found.too_small,
    )


def _concerned(change: "ContractChange", port: PortMajor, column: str, readers: Readers) -> tuple[ConsumerHit, ...]:
    """Nobody reads what is only being added, and nobody must do anything about words."""
    if not change.breaking and (change.impact is Impact.PATCH or change.kind is ChangeKind.ADD):
        return ()
    return readers.of_column(port, column) if column else readers.of_port(port) if change.breaking else ()


def _stored(old: Promised, new: Promised, renamed: Mapping[str, str], typed: set[str], judging: Judging) -> Iterator[MeshChange]:
    """Types that the contract leaves open, and that follow from models: readers meet them all the same."""
    was = {name.lower(): type_ for name, type_ in old.stored.items()}
    for name, type_ in new.stored.items():
        before = was.get(renamed.get(name.lower(), name).lower())
        if before is None or before == type_ or name.lower() in typed:
            continue
        breaking = not widens(before, type_)
        column = renamed.get(name.lower(), name)
        yield _own(
            new,
            f"stored type {sql(before)} → {sql(type_)}",
            Impact.MAJOR if breaking else Impact.MINOR,
            column=column,
            breaking=breaking,
            consumers=judging.readers.of_column(new.port, column),
            path=f"stored.{name}",
            sides=(sql(before), sql(type_)),
        )


def _classes(old: Promised, new: Promised, renamed: Mapping[str, str], judging: Judging) -> Iterator[MeshChange]:
    """Classes that hold for a column, wherever they come from: readers of a stricter one may be masked."""
    names = {n.lower(): n for n in (*(c for c in old.classes), *(c for c in new.classes))}
    was = {name.lower(): classes for name, classes in old.classes.items()}
    now = {name.lower(): classes for name, classes in new.classes.items()}
    for key, name in sorted(names.items()):
        column = renamed.get(key, name)
        before, after = was.get(column.lower(), ()), now.get(key, ())
        if before == after or (key not in now and key not in _columns(new)):
            continue
        raised = any(not judging.lattice.covers(before, each) for each in after)
        yield _own(
            new,
            f"class {', '.join(before) or 'none'} → {', '.join(after) or 'none'}"
            + (": who may read it may change" if raised else ""),
            Impact.MINOR,
            column=column,
            consumers=judging.readers.of_column(new.port, column) if raised else (),
            path=f"class.{name}",
            sides=(", ".join(before), ", ".join(after)),
        )


def _columns(port: Promised) -> set[str]:
    objects = port.document.get("schema") or ()
    return {str(p.get("name", "")).lower() for o in objects if o.get("name") == port.table for p in o.get("properties") or ()}


def _rules(old: Promised, new: Promised) -> Iterator[MeshChange]:
    """Quality rules of which a record holds fingerprints only."""
    for column in sorted(old.rules.keys() & new.rules.keys()):
        if old.rules[column] != new.rules[column]:
            yield _own(new, "quality rules changed", Impact.MINOR, column=column, path="quality")


def _version(new: Promised, found: "Difference") -> Iterator[MeshChange]:
    """The version itself, which is no part of what a contract promises."""
    if found.before != found.after:
        sides = (str(found.before), str(found.after))
        yield _own(new, f"contract version {sides[0]} → {sides[1]}", Impact.PATCH, path="version", sides=sides)


def _about(old: Promised, new: Promised, judging: Judging) -> Iterator[MeshChange]:
    for what, before in old.about.items():
        after = new.about[what]
        if before != after:
            text = f"{what} changed" if what == "description" else f"{what} changed from {before or 'none'} to {after or 'none'}"
            yield _own(new, text, Impact.PATCH, path=what, sides=(before, after))
    if new.deprecated and not old.deprecated:
        ends = f", support ends {new.ends}" if new.ends else ""
        consumers = judging.readers.of_port(new.port)
        yield _own(new, f"deprecated{ends}", Impact.MINOR, consumers=consumers, path="deprecated", sides=("false", "true"))
    elif old.deprecated and not new.deprecated:
        yield _own(new, "no longer deprecated", Impact.PATCH, path="deprecated", sides=("true", "false"))


def _own(
    port: Promised,
    text: str,
    impact: Impact,
    *,
    path: str,
    column: str = "",
    breaking: bool = False,
    consumers: tuple[ConsumerHit, ...] = (),
    sides: tuple[str, str] = ("", ""),
) -> MeshChange:
    """A change that the contract's document does not hold."""
    return MeshChange(
        subject=column_subject(port.port, column) if column else str(port.port),
        change=text,
        impact=impact,
        breaking=breaking,
        consumers=consumers,
        product=str(port.port.name.of_product),
        port=str(port.port),
        column=column,
        path=path,
        before=sides[0],
        after=sides[1],
    )


def said(value: object) -> str:
    """A value of a document as text; empty for none."""
    match value:
        case None:
            return ""
        case str():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)
