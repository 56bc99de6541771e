"""Decisions to lower a class: which of them may be taken, which hold today, and which have nothing to lower.

What is wrong with a decision never opens anything: the column keeps the classes that flow in.
"""

import datetime as dt
from collections.abc import Iterable, Mapping

from hansa.compile.circles import circles
from hansa.compile.findings import Findings
from hansa.compile.flowing import Decisions
from hansa.declare.document import Document
from hansa.declare.governance.classifications import DeclassificationEntry, DeclassificationsFile
from hansa.declare.kinds import read
from hansa.model import Declassification, Lattice, Mesh, OutputPort
from hansa.model.compiled import Carried
from hansa.names import ColumnName, PortMajor, ProductName, parse
from hansa.trouble import Place, Severity, did_you_mean, one_of

_REQUIRED = ("reason", "approver", "scope")


def compile_declassifications(document: Document, lattice: Lattice, findings: Findings) -> tuple[Declassification, ...]:
    """The decisions that are whole: with reason, approver and scope, and downwards."""
    file, reader = read(DeclassificationsFile, document)
    findings.troubles += reader.troubles
    found = [d for entry in file.declassifications if (d := _decision(entry, document, lattice, findings)) is not None]
    return tuple(_without_circles(found, findings))


def _decision(entry: DeclassificationEntry, document: Document, lattice: Lattice, findings: Findings) -> Declassification | None:
    place = document.place((*entry.at, "column"))
    raw = document.value(entry.at)
    written = raw if isinstance(raw, dict) else {}
    # What is missing altogether has been told by the reader.
    empty = [name for name in _REQUIRED if name in written and not getattr(entry, name).strip()]
    for name in empty:
        summary = f"nobody says the {name} of lowering {entry.column}"
        findings.add("H277", summary, [document.place((*entry.at, name))], f"write the {name}, or take the decision out")
    lowers = tuple(_class(word, (*entry.at, "lowers", n), document, lattice, findings) for n, word in enumerate(entry.lowers))
    to = _class(entry.to, (*entry.at, "to"), document, lattice, findings) if entry.to else None
    address = _address(entry, place, findings)
    decided = _day(entry.decided, (*entry.at, "decided"), document, findings)
    expires = _day(entry.expires, (*entry.at, "expires"), document, findings)
    # A decision must not hold for ever because of a typing error in its last day.
    dated = bool(decided or not entry.decided) and bool(expires or not entry.expires)
    whole = dated and lowers and all(lowers) and all(getattr(entry, name).strip() for name in _REQUIRED)
    if not whole or to is None or address is None:
        return None
    names = tuple(name for name in lowers if name is not None)
    raised = [name for name in names if lattice and not lattice.stricter(name, to)]
    if raised or to in names:
        findings.add(
            "H277",
            f"{address} cannot be lowered from {', '.join(raised or [to])} to {to}: {to} is not below",
            [document.place((*entry.at, "to"))],
            f"below {names[0]}: {one_of(below)}" if (below := lattice.below.get(names[0])) else "name a class that is below",
        )
        return None
    return Declassification(str(address), names, to, entry.reason, entry.approver, entry.scope, decided, expires, place)


def _class(word: str, path: tuple[str | int, ...], document: Document, lattice: Lattice, findings: Findings) -> str | None:
    found = lattice.meaning(word)
    if found is None:
        known = sorted(set(lattice.words.values()))
        mend = did_you_mean(word, known) or f"known: {one_of(known)}"
        findings.add("H276", f"no class is called `{word}`", [document.place(path)], mend)
    return found


def _address(entry: DeclassificationEntry, place: Place, findings: Findings) -> ColumnName | None:
    if not entry.column:
        return None
    try:
        address = parse(entry.column)
    except ValueError as error:
        findings.add("H277", str(error), [place], "write domain.product.port#column")
        return None
    if isinstance(address, ColumnName):
        return address
    findings.add("H277", f"`{entry.column}` names no column", [place], "write domain.product.port#column")
    return None


def _day(text: str, path: tuple[str | int, ...], document: Document, findings: Findings) -> dt.date | None:
    """The day that is written; None for nothing, and for what is no day, which is a trouble."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        findings.add("H277", f"`{text[:60]}` is no day", [document.place(path)], "write it as 2026-01-31")
        return None


def _without_circles(decisions: list[Declassification], findings: Findings) -> Iterable[Declassification]:
    """Decisions about one column must not lead back to where they began; none of such a circle holds.

    Where classes have an order every decision leads down, so this can only happen without one.
    """
    by_column: dict[str, list[Declassification]] = {}
    for each in decisions:
        by_column.setdefault(each.column.lower(), []).append(each)
    refused: set[int] = set()
    for column, about in by_column.items():
        reads: dict[str, set[str]] = {}
        for each in about:
            reads.setdefault(each.to, set())
            for name in each.lowers:
                reads.setdefault(name, set()).add(each.to)
        for walk in circles(reads):
            around = [d for d in about if d.to in walk and set(d.lowers) & set(walk)]
            refused.update(id(d) for d in around)
            summary = f"the decisions about {column} lead in a circle: {' to '.join(walk)}"
            findings.add("H277", summary, [d.place for d in around], "keep the one that is right")
    return (d for d in decisions if id(d) not in refused)


def decisions_that_hold(
    mesh: Mesh, declassifications: Iterable[Declassification], today: dt.date | None, findings: Findings
) -> Decisions:
    """The decisions of today, by the columns that they are about."""
    found: dict[tuple[PortMajor, str], tuple[Declassification, ...]] = {}
    for decision in declassifications:
        address = parse(decision.column)
        assert isinstance(address, ColumnName), decision.column
        if address.port.of_product in mesh.broken:
            continue  # its troubles come first
        ports = _ports(mesh, address, decision, findings)
        if not ports:
            continue
        if decision.expires is not None and (today is None or today > decision.expires):
            if today is not None:
                summary = f"the decision to lower {decision.column} to {decision.to} ended on {decision.expires}"
                mend = "decide again, with a later `expires`, or take it out and classify what reads the column"
                findings.add("H278", summary, [decision.place], mend, severity=Severity.WARNING)
            continue
        if decision.decided is not None and (today is None or today < decision.decided):
            if today is not None:
                summary = (
                    f"the decision to lower {decision.column} to {decision.to} is of {decision.decided} and lowers nothing before"
                )
                mend = "write the day on which it was decided, or wait for it"
                findings.add("H278", summary, [decision.place], mend, severity=Severity.WARNING)
            continue
        for port in ports:
            key = (port.pinned, address.column.lower())
            found[key] = (*found.get(key, ()), decision)
    return found


def _ports(mesh: Mesh, address: ColumnName, decision: Declassification, findings: Findings) -> tuple[OutputPort, ...]:
    """The ports that a decision is about, one for each major that it holds for; troubles when there are none."""
    product = mesh.product(address.port.of_product)
    mend = ""
    if product is None:
        known = [str(p.address) for p in mesh.own]
        summary = f"no product is called {address.port.of_product}"
        mend = did_you_mean(str(address.port.of_product), known) or f"known: {one_of(known)}"
    elif product.manifest:
        # Repositories share their governance files; what was decided about this column stands in its manifest.
        return ()
    else:
        named = [o for o in product.outputs if o.address == address.port and address.major in (None, o.major)]
        having = tuple(o for o in named if o.table.find(address.column) is not None)
        if having:
            return having
        if named:
            columns = [c.name for o in named for c in o.table.columns]
            summary = f"{address.port} has no column `{address.column}`"
            mend = did_you_mean(address.column, columns) or f"known: {one_of(columns)}"
        else:
            ports = [str(o.pinned) for o in product.outputs]
            summary = f"{product.address} has no output port {decision.column.partition('#')[0]}"
            mend = did_you_mean(str(address.port), ports) or f"known: {one_of(ports)}"
    # It lowers nothing. A column that goes must not stop everybody, as an error in a governance file does.
    summary = f"a decision is about no column of this mesh: {summary}"
    findings.add("H277", summary, [decision.place], mend, severity=Severity.WARNING)
    return ()


def warn_of_idle_decisions(decisions: Decisions, carried: Mapping[ProductName, Carried], findings: Findings) -> None:
    """Decisions that hold and change nothing: their class does not flow in, or the contract itself insists on it."""
    keys: dict[int, tuple[Declassification, list[tuple[PortMajor, str]]]] = {}
    for key, about in decisions.items():
        for decision in about:
            keys.setdefault(id(decision), (decision, []))[1].append(key)
    for decision, where in keys.values():
        through = [(carried.get(port.name.of_product), (port, column)) for port, column in where]
        flows = {name for of, key in through if of is not None for name, _ in of.inflow.get(key, ())}
        said = {name for of, key in through if of is not None for name in of.said.get(key, ())}
        if not flows & set(decision.lowers):
            summary = f"nothing {' or '.join(decision.lowers)} flows into {decision.column}: there is nothing to lower"
            findings.add("H278", summary, [decision.place], "take the decision out", severity=Severity.WARNING)
        elif insisted := said & set(decision.lowers):
            summary = f"{decision.column} stays {', '.join(sorted(insisted))}: its own contract says so"
            mend = f"say `classification: {decision.to}` there, or take the decision out"
            findings.add("H278", summary, [decision.place], mend, severity=Severity.WARNING)
