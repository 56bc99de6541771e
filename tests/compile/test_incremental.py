"""Whatever is edited, what `compile_again` finds is what compiling everything finds, down to each place."""

import dataclasses
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hansa.compile import compile  # noqa: A004
from hansa.declare import load
from hansa.engines.duckdb import DuckDbEngine
from hansa.model import Compiled, Platform, Schema
from hansa.wiring import Workplace

TYPES = {"integer": ("BIGINT", "INTEGER"), "string": ("VARCHAR",), "number": ("DOUBLE",)}
COLUMNS = {"id": "integer", "name": "string", "amount": "number", "email": "string"}


@dataclass
class Product:
    """A generated product: who it reads, and what its one contract says."""

    number: int
    reads: list[int]
    columns: dict[str, str] = field(default_factory=lambda: dict(COLUMNS))
    physical: bool = True
    version: str = "1.0.0"
    status: str = "active"
    deprecated: bool = False
    title: str = "first"
    classification: str = "internal"
    term: str = "money"
    comment: str = ""
    where: str = "true"
    copies: list[int] = field(default_factory=list)
    borrows: int | None = None
    readme: str = "# Read me"
    owner: str = "ada"
    port: str = ""
    broken: bool = False

    @property
    def domain(self) -> str:
        return f"d{self.number % 2}"

    @property
    def folder(self) -> str:
        return f"domains/{self.domain}/p{self.number}"

    @property
    def output(self) -> str:
        return self.port or f"p{self.number}"


@dataclass
class Edited:
    """A mesh on disk that is edited at random, a little at a time."""

    root: Path
    chance: random.Random
    products: dict[int, Product] = field(default_factory=dict)
    glossary: list[str] = field(default_factory=lambda: ["money"])
    classes: bool = True
    acknowledged: bool = False
    agreed: bool = False

    def begin(self, size: int) -> None:
        for number in range(size):
            reads = self.chance.sample(range(number), min(number, self.chance.choice((0, 1, 1, 2)))) if number else []
            self.products[number] = Product(number, sorted(reads))
        self.write()

    def write(self) -> None:
        """Bring the folder to what it is to be, touching no file that stays as it is."""
        wanted = dict(self._files())
        for name, text in wanted.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists() or path.read_text() != text:
                path.write_text(text)
        for path in self.root.rglob("*.*"):
            if path.is_file() and ".hansa" not in path.parts and path.relative_to(self.root).as_posix() not in wanted:
                path.unlink()

    def _files(self) -> Iterator[tuple[str, str]]:
        yield "hansa.yaml", "apiVersion: hansa/v1\nkind: Mesh\nname: edited\n"
        for domain in ("d0", "d1"):
            yield f"domains/{domain}/domain.yaml", f"apiVersion: hansa/v1\nkind: Domain\nname: {domain}\nowner: a@b.c\n"
        terms = "".join(f"  - {{id: {t}, name: {t}, definition: something}}\n" for t in self.glossary)
        yield "governance/glossary.yaml", f"apiVersion: hansa/v1\nkind: Glossary\nterms:\n{terms}"
        if self.classes:
            yield "governance/classifications.yaml", CLASSES
        yield "governance/declassifications.yaml", DECISIONS
        if self.acknowledged:
            yield f"{self.products[2].folder}/acknowledgements.yaml", ACCEPTED
        if self.agreed:
            yield f"{self.products[2].folder}/agreements.yaml", AGREED
        for product in self.products.values():
            yield from self._product(product)

    def _product(self, product: Product) -> Iterator[tuple[str, str]]:
        inputs = [(f"in_{n}", f"c{n}", self.products[n].version) for n in product.reads]
        if product.borrows is not None:
            inputs.append(("borrowed", f"source{product.borrows}", "1.0.0"))
        if not inputs:
            inputs.append(("source", f"source{product.number}", "1.0.0"))
            yield f"{product.folder}/contracts/source.odcs.yaml", self._source(product.number)
        lists = "".join(f"  - {{name: {n}, contractId: {c}, version: {v}}}\n" for n, c, v in inputs)
        yield (
            f"{product.folder}/product.odps.yaml",
            f"apiVersion: v1.1.0\nkind: DataProduct\nid: p{product.number}\nname: p{product.number}\nstatus: active\n"
            f"inputPorts:\n{lists}outputPorts:\n  - name: {product.output}\n    version: {product.version}\n"
            f"    contractId: c{product.number}\n    description: {product.title}\n"
            + ("    deprecated: true\n" if product.deprecated else "")
            + f"team: {{name: t, members: [{{username: {product.owner}, role: owner}}]}}\n",
        )
        yield f"{product.folder}/contracts/own.odcs.yaml", self._contract(product)
        for copied in product.copies:
            yield f"{product.folder}/contracts/copy{copied}.odcs.yaml", self._contract(self.products[copied])
        yield f"{product.folder}/models/{product.output}.sql", self._model(product, [n for n, *_ in inputs])
        if product.readme:
            yield f"{product.folder}/README.md", product.readme

    def _source(self, number: int) -> str:
        columns = "".join(f"      - {{name: {c}, physicalType: {TYPES[k][0]}}}\n" for c, k in COLUMNS.items())
        return (
            f"apiVersion: v3.2.0\nkind: DataContract\nid: source{number}\nversion: 1.0.0\nstatus: active\n"
            "servers: [{server: files, type: local, path: no.parquet, format: parquet}]\n"
            f"schema:\n  - name: source\n    properties:\n{columns}"
        )

    def _contract(self, product: Product) -> str:
        columns = ""
        for name, kind in product.columns.items():
            physical = f", physicalType: {TYPES[kind][0]}" if product.physical else ""
            terms = f", authoritativeDefinitions: [{{type: term, url: 'term:{product.term}'}}]" if name == "amount" else ""
            said = f", classification: {product.classification}" if name == "email" else ""
            columns += f"      - {{name: {name}, logicalType: {kind}{physical}{said}{terms}}}\n"
        return (
            f"{product.comment}apiVersion: v3.2.0\nkind: DataContract\nid: c{product.number}\nversion: {product.version}\n"
            f"status: {product.status}\ndescription: {{purpose: {product.title}}}\n"
            f"schema:\n  - name: t\n    properties:\n{columns}"
        )

    def _model(self, product: Product, inputs: list[str]) -> str:
        first = inputs[0]
        joins = "".join(f" JOIN {other} ON {other}.id = {first}.id" for other in inputs[1:])
        columns = ", ".join(f"{self.chance_of(product, inputs)}.{c} AS {c}" for c in product.columns)
        text = f"SELECT {columns} FROM {first}{joins} WHERE {product.where}\n"
        return f"{text}SELECT" if product.broken else text

    @staticmethod
    def chance_of(product: Product, inputs: list[str]) -> str:
        return inputs[product.number % len(inputs)]

    def edit(self, *, valid: bool) -> str:
        """One random edit, by name; of a mesh with errors often one that mends them."""
        product = self.products[self.chance.choice(list(self.products))]
        name = "heal" if not valid and self.chance.random() < 0.4 else self.chance.choice(list(EDITS))
        EDITS[name](self, product)
        self.write()
        return f"{name} of p{product.number}"


CLASSES = """\
apiVersion: hansa/v1
kind: Classifications
default: public
classes:
  - name: public
  - {name: internal, above: [public]}
  - {name: personal, above: [internal], indirect: true}
"""
ACCEPTED = """\
apiVersion: hansa/v1
kind: Acknowledgements
acknowledgements:
  - {subject: d1.p1.p1#email, version: 2.0.0, by: ada, reason: fine}
"""
AGREED = """\
apiVersion: hansa/v1
kind: Agreements
agreements:
  - {consumer: d1.p1, port: p2, columns: [email], approver: ada}
  - {consumer: d1.p3, port: p2@1, expires: 2999-12-31, approver: ada}
"""
DECISIONS = """\
apiVersion: hansa/v1
kind: Declassifications
declassifications:
  - {column: d1.p1.p1#email, lowers: [personal], to: internal, reason: r, approver: p, scope: s}
"""


def _column_goes(mesh: Edited, product: Product) -> None:
    if len(product.columns) > 2:
        del product.columns[mesh.chance.choice(list(product.columns)[1:])]


def _readers(mesh: Edited, product: Product) -> None:
    new = [n for n in mesh.products if n < product.number and n not in product.reads]
    if product.reads and mesh.chance.random() < 0.5:
        product.reads.pop()
    elif new:
        product.reads.append(mesh.chance.choice(new))


def _copies(mesh: Edited, product: Product) -> None:
    product.copies = [] if product.copies else [mesh.chance.choice(list(mesh.products))]
    if product.number in product.copies:
        product.copies = []


def _borrow(mesh: Edited, product: Product) -> None:
    keeping = [p.number for p in mesh.products.values() if not p.reads and p.borrows is None and p is not product]
    product.borrows = None if product.borrows is not None or not keeping else mesh.chance.choice(keeping)


def _major(mesh: Edited, product: Product) -> None:
    product.version = mesh.chance.choice(("1.0.0", "1.1.0", "2.0.0"))


def _set(name: str, *values: object) -> Callable[[Edited, Product], None]:
    return lambda mesh, product: setattr(product, name, mesh.chance.choice(values))


def _touch(mesh: Edited, product: Product) -> None:
    for path in (mesh.root / product.folder).rglob("*.*"):
        path.touch()


def _stray(mesh: Edited, product: Product) -> None:
    (mesh.root / product.folder / f"notes{mesh.chance.randrange(9)}").write_text("nothing")
    (mesh.root / product.folder / "models" / f"notes{mesh.chance.randrange(9)}").write_text("nothing")


EDITS: dict[str, Callable[[Edited, Product], None]] = {
    "filter": _set("where", "true", "id > 1", "name IS NOT NULL", "amount > 2"),
    "column away": _column_goes,
    "columns back": lambda _, product: product.columns.update(COLUMNS),
    "types": _set("physical", True, False),
    "column's type": lambda mesh, product: product.columns.update(amount=mesh.chance.choice(("number", "integer"))),
    "version": _major,
    "status": _set("status", "active", "deprecated", "retired"),
    "port deprecated": _set("deprecated", True, False),
    "description": _set("title", "first", "second", "third"),
    "class": _set("classification", "internal", "personal", "personal", "public", "unheard"),
    "term": _set("term", "money", "glory"),
    "line above": _set("comment", "", "# one\n", "# one\n# two\n"),
    "readers": _readers,
    "copy of a contract": _copies,
    "borrowed source": _borrow,
    "readme": _set("readme", "", "# Read me", "# More"),
    "owner": _set("owner", "ada", "bob"),
    "port's name": _set("port", "", "other"),
    "broken model": _set("broken", True, False, False),
    "touch": _touch,
    "stray file": _stray,
    "glossary": lambda mesh, _: setattr(mesh, "glossary", mesh.chance.choice((["money"], ["money", "glory"]))),
    "classes": lambda mesh, _: setattr(mesh, "classes", mesh.chance.random() < 0.8),
    "changes accepted": lambda mesh, _: setattr(mesh, "acknowledged", not mesh.acknowledged),
    "agreements": lambda mesh, _: setattr(mesh, "agreed", not mesh.agreed),
    "heal": lambda mesh, _: _heal(mesh),
}


def _heal(mesh: Edited) -> None:
    """Back to a mesh without errors, so that there is something to go on from."""
    for product in mesh.products.values():
        product.columns = {c: product.columns.get(c, k) for c, k in COLUMNS.items()} | {"amount": "number"}
        product.broken, product.borrows, product.copies = False, None, []
        product.classification = "internal" if product.classification == "unheard" else product.classification
        product.version = "1.0.0"


def everything(compiled: Compiled) -> tuple[str, list[str], str]:
    """All that a compilation says: values, places, what troubles are filed under."""
    basis = dataclasses.replace(compiled, basis=None)
    bases = sorted(map(repr, compiled.basis.products)) if compiled.basis is not None else []
    return repr(basis.mesh), [f"{t!r} {t.product}" for t in compiled.troubles], "\n".join(bases)


def cold(root: Path) -> Compiled:
    engine = DuckDbEngine()

    def describe(_: Platform, query: str, tables: dict[str, Schema]) -> Schema:
        return engine.describe(query, tables)

    try:
        with Workplace(root, {}) as workplace:
            return compile(load(root, {}), describe, workplace.today)  # type: ignore[arg-type]
    finally:
        engine.close()


def edited(root: Path, seed: int, edits: int) -> tuple[int, int]:
    """How many edits were compiled alone: those that left the mesh without errors, and those that did not."""
    mesh = Edited(root, random.Random(seed))
    mesh.begin(9)
    alone = {True: 0, False: 0}
    fine = True
    for _ in range(edits):
        name = mesh.edit(valid=fine)
        expected = cold(root)
        with Workplace(root, {}) as workplace:
            found = workplace.compiled
            told = everything(found)
            changed = workplace.compilation.kept is not None and workplace.compilation.kept.changed
            again = changed and not workplace.compilation.was_read
        assert told == everything(expected), f"seed {seed}: {name}"
        assert found == expected
        assert found.mesh.fingerprint == expected.mesh.fingerprint
        fine = found.valid
        alone[fine] += bool(again)
    return alone[True], alone[False]


@pytest.mark.parametrize("seed", [3, pytest.param(5, marks=pytest.mark.slow)])
def test_an_edited_mesh_is_compiled_as_if_it_were_compiled_whole(tmp_path: Path, seed: int) -> None:
    whole, broken = edited(tmp_path, seed, 20)
    assert whole > 4, "products were compiled alone"
    assert broken > 0, "and told of their errors, too"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 13))
def test_a_mesh_that_is_edited_for_long_stays_what_it_is(tmp_path: Path, seed: int) -> None:
    edited(tmp_path, seed, 80)
