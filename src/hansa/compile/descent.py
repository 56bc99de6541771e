"""Finds the lineage of each model: parsed from its SQL, declared by its Python, else assumed to be everything that it reads."""

from collections.abc import Mapping, Sequence

from hansa.compile.findings import Findings
from hansa.compile.following import assumed
from hansa.compile.lineage import aligned, lineage_of
from hansa.compile.models import ModelDraft, ModelGraph
from hansa.compile.pythonmodel import DeclaredColumn, PythonRead
from hansa.model import ColumnLineage, ColumnRead, Learnt, Lineage, Subtype
from hansa.names import ProductName
from hansa.trouble import Place, Severity, did_you_mean, one_of

ROWS = "rows"

Tables = Mapping[str, Sequence[str] | None]


def lineages(
    product: ProductName, graph: ModelGraph, columns: Mapping[str, Sequence[str]], findings: Findings
) -> dict[str, Lineage]:
    """The lineage of every model of a product. `columns` are those of inputs and models, as far as the engine or a contract says.

    A table that is missing there is one whose columns only a run would tell; whatever reads it is assumed to depend on all of it.
    """
    return {d.model.name: _lineage(product, d, columns.get(d.model.name), columns, findings) for d in graph.models}


def _lineage(
    product: ProductName, draft: ModelDraft, made: Sequence[str] | None, columns: Mapping[str, Sequence[str]], findings: Findings
) -> Lineage:
    tables = {name: columns.get(name) for name in draft.model.reads}
    known = {name: names for name, names in tables.items() if names is not None}
    if draft.declared is not None:
        return _Declared(product, draft, tables, findings).lineage(made or ())
    if draft.statement is None or made is None or len(known) < len(tables):
        return assumed(made or (), tables)
    plain, short = draft.statement.plain, draft.statement.short
    told = plain.lineage(short, known) if plain is not None else None
    found = told if told is not None else lineage_of(draft.statement.tree, known)
    named = aligned(found, made)
    if named is None or found.unresolved:
        _tell_assumed(product, draft, found, findings)
    return assumed(made, tables) if named is None else named


def _tell_assumed(product: ProductName, draft: ModelDraft, found: Lineage, findings: Findings) -> None:
    lost = f": {', '.join(found.unresolved)}" if found.unresolved else ""
    findings.add(
        "H273",
        f"model `{draft.model.name}` of {product}: part of its lineage is assumed{lost}",
        [draft.place],
        "write it so that each column's name can be followed; until then it counts as made of everything that is read there",
        products=[product],
        severity=Severity.NOTE,
    )


class _Declared:
    """The lineage that the decorator of a Python model declares, compared with what there is."""

    def __init__(self, product: ProductName, draft: ModelDraft, tables: Tables, findings: Findings) -> None:
        self.product = product
        self.draft = draft
        self.tables = tables
        self.findings = findings

    def lineage(self, made: Sequence[str]) -> Lineage:
        """A column that is not declared is assumed to depend on everything."""
        declared = {d.name.lower(): d for d in self.draft.declared or ()}
        fallback = assumed(made, self.tables)
        if made:
            self._refuse_strangers(declared, made)
        columns = tuple(
            ColumnLineage(whole.column, self._reads(declared[whole.column.lower()], Subtype.TRANSFORMATION))
            if whole.column.lower() in declared
            else whole
            for whole in fallback.columns
        )
        rows = self._reads(declared[ROWS], Subtype.FILTER) if ROWS in declared else ()
        return Lineage(columns, rows) if made else fallback

    def _refuse_strangers(self, declared: Mapping[str, DeclaredColumn], made: Sequence[str]) -> None:
        names = {name.lower() for name in made} | {ROWS}
        for stranger in (d for name, d in declared.items() if name not in names):
            self._tell(
                "H272",
                f"declares the lineage of `{stranger.name}`, a column that its contract does not promise",
                Place(self.draft.file, stranger.line, stranger.column),
                did_you_mean(stranger.name, made) or f"its columns: {one_of(made)}",
            )

    def _reads(self, declared: DeclaredColumn, subtype: Subtype) -> tuple[ColumnRead, ...]:
        reads = {read for source in declared.sources for read in self._source(source, subtype)}
        return tuple(sorted(reads))

    def _source(self, source: PythonRead, subtype: Subtype) -> list[ColumnRead]:
        table, dot, column = source.name.partition(".")
        place = Place(self.draft.file, source.line, source.column)
        if table not in self.tables or not dot:
            mend = did_you_mean(table, self.tables) or f"it reads {one_of(self.tables)}"
            self._tell("H271", f"`{source.name}` is no `input.column` of what it reads", place, f"{mend}; write `input.column`")
            return []
        known = self.tables[table]
        if known is None:
            return [ColumnRead(table, column, subtype, Learnt.DECLARED)]
        if column == "*":
            return [ColumnRead(table, name, subtype, Learnt.DECLARED) for name in known]
        spelt = next((name for name in known if name.lower() == column.lower()), None)
        if spelt is None:
            mend = did_you_mean(column, known) or f"columns of `{table}`: {one_of(known)}"
            self._tell("H271", f"`{table}` has no column `{column}`", place, mend)
            return []
        return [ColumnRead(table, spelt, subtype, Learnt.DECLARED)]

    def _tell(self, code: str, what: str, place: Place, mend: str) -> None:
        summary = f"model `{self.draft.model.name}` of {self.product}: {what}"
        self.findings.add(code, summary, [place], mend, products=[self.product])
