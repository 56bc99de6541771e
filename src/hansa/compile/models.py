"""Fourth pass: every model is read, what it reads is resolved, and its place in the product's graph is found."""

from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import assert_never

from hansa.compile.circles import circles, in_order
from hansa.compile.confinement import Breach, Reach, breaches, references
from hansa.compile.findings import Findings
from hansa.compile.ports import OutputDraft, said
from hansa.compile.pythonmodel import DeclaredColumn, PythonFault, read_python
from hansa.compile.statement import SqlFault, Statement, read_statement
from hansa.declare.declarations import ModelDeclaration, ProductDeclaration
from hansa.frozen import dataclass
from hansa.model import Language, Model
from hansa.names import is_word, unpinned, word_like
from hansa.trouble import Place, Severity, did_you_mean, one_of

# What engines can do is data of theirs (`Capability.python_models`), and `wiring` loads engines; a declaration knows only their
# names. The engine's own record stays the judge when the model is run.
_WITHOUT_PYTHON = frozenset({"spark"})


@dataclass(frozen=True, slots=True)
class ModelDraft:
    """A model that was read: with its parsed statement if it is SQL, and the lineage that it declares if it is Python."""

    model: Model
    file: str
    statement: Statement | None = None
    declared: tuple[DeclaredColumn, ...] | None = None

    @property
    def place(self) -> Place:
        return self.model.place or Place(self.file)


@dataclass(frozen=True, slots=True)
class ModelGraph:
    """A product's models in the order in which they can be computed, and the model that feeds each output port."""

    models: tuple[ModelDraft, ...]
    feeds: Mapping[str, str]


def read_models(
    product: ProductDeclaration,
    engine: str,
    outputs: Collection[OutputDraft],
    findings: Findings,
) -> ModelGraph:
    """The models of a product. `outputs` are the ports that resolved; input ports are known by name even if they did not."""
    declared = _distinct(product, findings)
    input_names = {p.name for p in product.odps.input_ports}
    known = sorted(input_names | set(declared))
    drafts: dict[str, ModelDraft] = {}
    for declaration in declared.values():
        draft = _read(product, declaration, engine, known, findings)
        if draft is not None:
            drafts[draft.model.name] = draft
    unread = set(declared) - set(drafts)
    feeds = _feeds(product, outputs, set(declared), findings)
    graph = {name: frozenset(draft.model.reads) & set(drafts) for name, draft in sorted(drafts.items())}
    _refuse_circles(product, drafts, graph, findings)
    if not unread and len(feeds) == len(outputs):
        meant = {m for m in drafts if unpinned(m)[0] in {p.name for p in product.odps.output_ports}}
        _warn_of_unused(product, drafts, meant | set(feeds.values()), findings)
    return ModelGraph(tuple(drafts[name] for name in in_order(graph)), feeds)


def _distinct(product: ProductDeclaration, findings: Findings) -> dict[str, ModelDeclaration]:
    """Models by name; a name that stands twice, for two models or for a model and an input port, is refused."""
    found: dict[str, ModelDeclaration] = {}
    ports = {p.name: product.document.place((*p.at, "name"), "an input port") for p in product.odps.input_ports}
    for model in sorted(product.models, key=lambda m: m.file):
        place = Place(model.file, note="a model")
        if not is_word(model.name):
            hint = word_like(model.name)
            mend = f"rename the file; `{hint}` can" if hint else "rename the file"
            summary = f"`{model.name}` cannot name a model: lower-case letters, digits and underscores, a letter first"
            findings.add("H242", summary, [place], mend, products=[product.address])
        first = found.setdefault(model.name, model)
        rival = ports.get(model.name) or (Place(first.file, note="a model") if first is not model else None)
        if rival is not None:
            summary = f"`{model.name}` names two things in {product.address}"
            findings.add(
                "H261", summary, [place, rival], "rename one: models read both by their names", products=[product.address]
            )
    return found


def _read(
    product: ProductDeclaration, declaration: ModelDeclaration, engine: str, known: Collection[str], findings: Findings
) -> ModelDraft | None:
    match declaration.language:
        case Language.SQL:
            return _read_sql(product, declaration, known, findings)
        case Language.PYTHON:
            if engine in _WITHOUT_PYTHON:
                findings.add(
                    "H256",
                    f"the Python model `{declaration.name}` of {product.address} cannot run on {engine}",
                    [Place(declaration.file)],
                    "write it as SQL, or put the product's domain on a platform with engine duckdb",
                    products=[product.address],
                )
            return _read_python(product, declaration, known, findings)
        case _:
            assert_never(declaration.language)


def _read_sql(
    product: ProductDeclaration, declaration: ModelDeclaration, known: Collection[str], findings: Findings
) -> ModelDraft | None:
    statement = read_statement(declaration.text)
    if isinstance(statement, SqlFault):
        place = Place(declaration.file, statement.line, statement.column)
        summary = f"model `{declaration.name}` of {product.address}: {statement.reason}"
        findings.add("H250", summary, [place], statement.mend, products=[product.address])
        return None
    refused = False
    for breach in breaches(statement, known):
        refused = refused or breach.refused
        _tell(product, declaration, breach, findings)
    if refused:
        return None
    spelt = {name.lower(): name for name in known}
    reads = sorted({spelt[r.name.lower()] for r in references(statement)})
    model = Model(
        name=declaration.name,
        language=Language.SQL,
        text=statement.text,
        canonical=statement.canonical,
        reads=tuple(reads),
        path=str(declaration.path),
        place=Place(declaration.file, *statement.beginning),
    )
    return ModelDraft(model, declaration.file, statement)


def _tell(product: ProductDeclaration, declaration: ModelDeclaration, breach: Breach, findings: Findings) -> None:
    match breach.reach:
        case Reach.TABLE | Reach.QUALIFIED:
            code, severity = "H251", Severity.ERROR
        case Reach.FILE | Reach.FUNCTION | Reach.PARAMETER:
            code, severity = "H252", Severity.ERROR
        case Reach.CHANGING:
            code, severity = "H253", Severity.WARNING
        case _:
            assert_never(breach.reach)
    findings.add(
        code,
        f"model `{declaration.name}` of {product.address}: {breach.reason}",
        [Place(declaration.file, breach.line, breach.column)],
        breach.mend,
        products=[product.address],
        severity=severity,
    )


def _read_python(
    product: ProductDeclaration, declaration: ModelDeclaration, known: Collection[str], findings: Findings
) -> ModelDraft | None:
    read = read_python(declaration.text)
    if isinstance(read, PythonFault):
        place = Place(declaration.file, read.line, read.column)
        summary = f"model `{declaration.name}` of {product.address}: {read.reason}"
        findings.add(read.code, summary, [place], read.mend, products=[product.address])
        return None
    for strange in (r for r in read.reads if r.name not in known):
        findings.add(
            "H251",
            f"model `{declaration.name}` of {product.address}: `{strange.name}` is neither an input port nor a model of it",
            [Place(declaration.file, strange.line, strange.column)],
            did_you_mean(strange.name, known)
            or (f"known here: {one_of(known)}" if known else "declare an input port of this name"),
            products=[product.address],
        )
    model = Model(
        name=declaration.name,
        language=Language.PYTHON,
        text=declaration.text,
        canonical=read.canonical,
        reads=tuple(sorted({r.name for r in read.reads if r.name in known})),
        path=str(declaration.path),
        place=Place(declaration.file, read.line, 1),
    )
    return ModelDraft(model, declaration.file, declared=read.declared)


def _feeds(
    product: ProductDeclaration, outputs: Collection[OutputDraft], models: Collection[str], findings: Findings
) -> dict[str, str]:
    """The model that feeds each port, by the port's pinned name: `profiles_v2` for major 2 if there is one, else `profiles`."""
    feeds: dict[str, str] = {}
    for port in outputs:
        name = port.address.port
        fitting = [m for m in (f"{name}_v{port.pinned.major}", name) if m in models]
        if fitting:
            feeds[str(port.pinned)] = fitting[0]
            continue
        findings.add(
            "H260",
            f"output port {said(port.address)} has no model",
            [port.place],
            did_you_mean(name, models) or f"add `models/{name}.sql` to `{product.folder}`",
            products=[product.address],
        )
    return feeds


def _refuse_circles(
    product: ProductDeclaration, drafts: Mapping[str, ModelDraft], graph: Mapping[str, frozenset[str]], findings: Findings
) -> None:
    for walk in circles(graph):
        alone = len(walk) == 2
        summary = f"model `{walk[0]}` reads itself" if alone else "models read each other in a circle: " + " → ".join(walk)
        mend = "read an input port, or name another model" if alone else "move what both need into a model that both read"
        places = [_reading_place(drafts[reader], read).noted(f"{reader} reads {read}") for reader, read in pairwise(walk)]
        findings.add("H257", f"{product.address}: {summary}", places, mend, products=[product.address])


def _reading_place(draft: ModelDraft, read: str) -> Place:
    for reference in references(draft.statement) if draft.statement is not None else ():
        if reference.name.lower() == read.lower():
            return Place(draft.file, reference.line, reference.column)
    return draft.place


def _warn_of_unused(
    product: ProductDeclaration, drafts: Mapping[str, ModelDraft], feeding: Collection[str], findings: Findings
) -> None:
    """Input ports and models that nothing reads. Only told when all models could be read and every port has one."""
    needed: set[str] = set()
    ahead = [name for name in feeding if name in drafts]
    while ahead:
        name = ahead.pop()
        if name not in needed:
            needed.add(name)
            ahead += drafts[name].model.reads if name in drafts else ()
    for port in product.odps.input_ports:
        if not any(port.name in draft.model.reads for draft in drafts.values()):
            findings.add(
                "H258",
                f"no model of {product.address} reads input port `{port.name}`",
                [product.document.place((*port.at, "name"))],
                "remove the port, or read it",
                products=[product.address],
                severity=Severity.WARNING,
            )
    for name, draft in sorted(drafts.items()):
        if name not in needed:
            findings.add(
                "H259",
                f"model `{name}` of {product.address} feeds no output port",
                [draft.place],
                "name it like an output port, read it from another model, or remove it",
                products=[product.address],
                severity=Severity.WARNING,
            )
