"""The classes of data and their order, what contracts say in their words, and the classes that hold for every column."""

import datetime as dt
from collections.abc import Mapping, Set
from pathlib import PurePosixPath

from hansa.compile.circles import circles
from hansa.compile.contracts import Contracts
from hansa.compile.declassifying import compile_declassifications, decisions_that_hold, warn_of_idle_decisions
from hansa.compile.findings import Findings
from hansa.compile.flowing import Flowed, flow, flow_again
from hansa.compile.masking import warn_of_misfits
from hansa.compile.origins import Origins
from hansa.compile.understating import warn_of_understatements
from hansa.declare.document import Document
from hansa.declare.governance import GovernanceFiles
from hansa.declare.governance.classifications import ClassEntry, ClassificationsFile
from hansa.declare.kinds import read
from hansa.frozen import dataclass
from hansa.model import ContractColumn, DataClass, Declassification, Governance, Lattice, Mesh
from hansa.model.compiled import Carried, CarriedOver
from hansa.names import ProductName, parse_product
from hansa.trouble import Place, Severity, Trouble, did_you_mean, one_of


@dataclass(frozen=True, slots=True)
class Classes:
    classes: tuple[DataClass, ...] = ()
    default: str = ""
    declassifications: tuple[Declassification, ...] = ()


def compile_classes(files: GovernanceFiles, findings: Findings) -> Classes:
    """The declared classes, with troubles of an order that does not hold together, and the decisions that may be taken."""
    classes: tuple[DataClass, ...] = ()
    default = ""
    if files.classifications is not None:
        classes, default = _Classifying(files.classifications, findings).classes()
    decisions: tuple[Declassification, ...] = ()
    if files.declassifications is not None:
        in_doubt = _in_doubt(findings)
        decisions = compile_declassifications(files.declassifications, Lattice.of(classes), findings)
        decisions = () if in_doubt else decisions
    return Classes(classes, default, decisions)


def _in_doubt(findings: Findings) -> bool:
    """Whether the order of classes, or the file that has it, is in trouble: nobody can say then what is below what."""
    places = (place for trouble in findings.troubles if trouble.is_error for place in trouble.places)
    return any(PurePosixPath(place.file).name == "classifications.yaml" for place in places)


class _Classifying:
    """Reads `classifications.yaml`. A word is resolved to its class as soon as all classes are known."""

    def __init__(self, document: Document, findings: Findings) -> None:
        self.document = document
        self.findings = findings
        self.file, reader = read(ClassificationsFile, document)
        findings.troubles += reader.troubles
        self.words: dict[str, tuple[str, Place]] = {}

    def classes(self) -> tuple[tuple[DataClass, ...], str]:
        entries = [e for e in self.file.classes if e.name.strip() and self._claims(e, e.name, "name")]
        for entry in entries:
            for number, word in enumerate(entry.also):
                self._claims(entry, word, "also", number)
        above = {
            e.name.strip(): tuple(
                found for number, word in enumerate(e.above) if (found := self._known(word, (*e.at, "above", number)))
            )
            for e in entries
        }
        above = self._without_circles(entries, above)
        default = self._known(self.file.default, ("default",)) if self.file.default else ""
        return tuple(self._class(e, above[e.name.strip()]) for e in entries), default or ""

    def _class(self, entry: ClassEntry, above: tuple[str, ...]) -> DataClass:
        return DataClass(
            name=entry.name.strip(),
            title=entry.title,
            description=entry.description,
            above=above,
            mask=entry.mask,
            indirect=entry.indirect,
            also=tuple(word.strip() for word in entry.also if word.strip()),
            place=self.document.place((*entry.at, "name")),
        )

    def _claims(self, entry: ClassEntry, word: str, *path: str | int) -> bool:
        """Whether a word is free for a class; one that another class has is a trouble."""
        place = self.document.place((*entry.at, *path))
        said = word.strip().lower()
        owner, first = self.words.setdefault(said, (entry.name.strip(), place))
        if first is place or (owner == entry.name.strip() and path[0] == "also"):
            return True
        self.findings.add(
            "H275",
            f"two classes claim the word `{word.strip()}`",
            [first.noted(f"class {owner}"), place.noted(f"class {entry.name.strip()}")],
            "let one of them go without it; words are compared without regard to case",
        )
        return False

    def _known(self, word: str, path: tuple[str | int, ...]) -> str | None:
        found = self.words.get(word.strip().lower())
        if found is not None:
            return found[0]
        names = [name for name, _ in self.words.values()]
        mend = did_you_mean(word, names) or f"known: {one_of(names)}; or add the class to `classes`"
        self.findings.add("H276", f"no class is called `{word}`", [self.document.place(path)], mend)
        return None

    def _without_circles(self, entries: list[ClassEntry], above: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """The order without classes that would be stricter than themselves: those lose what they are above."""
        at = {e.name.strip(): e.at for e in entries}
        walks = circles({name: frozenset(under) for name, under in above.items()})
        for walk in walks:
            self.findings.add(
                "H275",
                f"classes are stricter than themselves: {' above '.join(walk)}",
                [self.document.place((*at[name], "above"), f"{name} above {', '.join(above[name])}") for name in walk[:-1]],
                "take one of them out of `above`",
            )
        lost = {name for walk in walks for name in walk}
        return {name: () if name in lost else under for name, under in above.items()}


def refuse_unknown_words(contracts: Contracts, governance: Governance, findings: Findings) -> None:
    """What a contract says of a column must be a word of a class, once there are classes: else nobody knows how to guard it."""
    lattice = Lattice.of(governance.classes)
    if not lattice:
        return
    names = [c.name for c in governance.classes]
    for product, of_product in contracts.items():
        unknown: dict[str, list[ContractColumn]] = {}
        for column in (c for contract in of_product for table in contract.tables for c in table.columns):
            if column.classification.strip() and lattice.meaning(column.classification) is None:
                unknown.setdefault(column.classification.strip(), []).append(column)
        for word, columns in unknown.items():
            hint = did_you_mean(word, [*names, *lattice.words])
            findings.add(
                "H276",
                f"{product} calls {_counted(columns)} `{word}`, which is no class of this mesh",
                [c.place and c.place.noted(c.name) for c in columns[:5]],
                f"{hint} known: {one_of(names)}; a class can take other people's words by `also`".strip(),
                products=[product],
            )


def _counted(columns: list[ContractColumn]) -> str:
    return f"`{columns[0].name}`" if len(columns) == 1 else f"{len(columns)} columns"


@dataclass(frozen=True, slots=True)
class Classified:
    """A mesh with the classes of every column. `later` has the troubles that they bring, by product."""

    mesh: Mesh
    carried: Mapping[ProductName, Carried]
    later: Mapping[ProductName, tuple[Trouble, ...]]


@dataclass(frozen=True, slots=True)
class Before:
    """How classes flowed before some products `changed`: those that are compiled anew, and those that are no longer there."""

    carried: Mapping[ProductName, Carried]
    later: Mapping[ProductName, tuple[Trouble, ...]]
    changed: Set[ProductName]


def classified(
    mesh: Mesh, governance: Governance, findings: Findings, today: dt.date | None = None, before: Before | None = None
) -> Classified:
    """The mesh with the classes of every column of every port, and the troubles of what contracts leave unsaid.

    A decision that ends holds only while `today` is known and not after its day: who has no clock gets the stricter answer.
    What was found `before` stays where nothing that it rests on changed.
    """
    lattice = Lattice.of(governance.classes)
    known = _known_elsewhere(mesh, lattice, findings)
    decisions = decisions_that_hold(mesh, governance.declassifications, today, findings)
    if before is None:
        flowed = flow(mesh, known, governance.default_class, decisions)
        carried, later = flowed.carried, {}
    else:
        there = before.changed & mesh.by_name().keys()
        flowed = flow_again(mesh, known, governance.default_class, decisions, before.carried, there)
        if _moved(before, flowed.carried):
            # Whoever is told of a class is told where it is written, however far above that is.
            told = {p for p, troubles in before.later.items() if troubles} & mesh.by_name().keys()
            flowed = flow_again(mesh, known, governance.default_class, decisions, before.carried, there | told)
        carried = CarriedOver(flowed.carried, before.carried)
        later = {p: t for p, t in before.later.items() if p not in flowed.carried and p not in before.changed}
    warn_of_idle_decisions(decisions, carried, findings)
    later = {**later, **_told_later(flowed, carried, known, governance)}
    findings.troubles += (t for troubles in later.values() for t in troubles)
    return Classified(flowed.mesh, carried, later)


def _moved(before: Before, carried: Mapping[ProductName, Carried]) -> bool:
    """Whether a place where classes begin is another now, or is gone."""
    for product in before.changed:
        old, new = before.carried.get(product), carried.get(product)
        if (old.places if old is not None else {}) != (new.places if new is not None else {}):
            return True
    return False


def _told_later(
    flowed: Flowed, carried: Mapping[ProductName, Carried], lattice: Lattice, governance: Governance
) -> Mapping[ProductName, tuple[Trouble, ...]]:
    """What there is to tell of the products that classes were computed for."""
    told = Findings()
    understated = (each for product in flowed.understated.values() for each in product)
    warn_of_understatements(understated, Origins(flowed.mesh, carried).place, lattice, told)
    products = flowed.mesh.by_name()
    warn_of_misfits((products[p] for p in flowed.carried), governance, told)
    found: dict[ProductName, list[Trouble]] = {}
    for trouble in told.troubles:
        found.setdefault(parse_product(trouble.product), []).append(trouble)
    return {product: tuple(troubles) for product, troubles in found.items()}


def _known_elsewhere(mesh: Mesh, lattice: Lattice, findings: Findings) -> Lattice:
    """The order with the classes that other repositories recorded and this one does not have: incomparable to all others."""
    if not lattice:
        return lattice
    words = dict(lattice.words)
    for product in mesh.products:
        if not product.manifest:
            continue
        recorded = {word for port in product.outputs for column in port.classes for word in column.effective}
        unknown = sorted(word for word in recorded if lattice.meaning(word) is None)
        if unknown:
            words |= {word.lower(): word for word in unknown}
            findings.add(
                "H276",
                f"{product.address} of another repository has classes that this mesh does not: {', '.join(unknown)}",
                [product.place],
                "add them to `classes`, or to `also` of the classes that they mean; until then they stand apart from all others",
                severity=Severity.WARNING,
            )
    return Lattice(words, lattice.below, lattice.indirect)
