"""Compares what a query produces with what its contract promises, column by column."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from hansa.compile.findings import Findings
from hansa.compile.logical import fits, in_family
from hansa.compile.models import ModelDraft
from hansa.compile.nullness import Relation
from hansa.compile.ports import OutputDraft, said
from hansa.compile.selected import Selected
from hansa.model import Column, ContractColumn, DataType, Schema, sql, widens
from hansa.model.types import Timestamp
from hansa.trouble import Place, did_you_mean

_MOST_TOLD = 100
"""Columns of one port that are told of one by one: to look each of thousands up takes minutes, and nobody mends them so."""


@dataclass(slots=True)
class Production:
    """What a model was found to produce: its schema, and which of its columns may be null.

    The latter is found out when somebody asks, and for at least the columns that are asked for: it takes as long as the rest, and
    most columns of most tables may be null.
    """

    schema: Schema
    find_nulls: Callable[[Collection[str]], Relation]
    _nulls: Relation | None = None

    @property
    def nulls(self) -> Relation:
        if self._nulls is None:
            self._nulls = self.find_nulls(self.schema.names)
        return self._nulls

    def nulls_of(self, columns: Collection[str]) -> Relation:
        return self.find_nulls(columns) if self._nulls is None else self._nulls


def stored_schema(port: OutputDraft) -> Schema | None:
    """The schema that a contract fixes by itself; None when it leaves a type open entirely."""
    return None if any(c.type is None for c in port.table.columns) else port.table.schema()


def compare(port: OutputDraft, draft: ModelDraft, produced: Production, findings: Findings) -> Schema | None:
    """The stored schema of a port: the contract's columns in its order, their types exact. None when a type stays unknown."""
    same = [c.name for c in port.table.columns] == [c.name for c in produced.schema.columns]
    selected = Selected(draft)
    if not same:
        renamed = _tell_missing(port, selected, produced.schema, findings)
        _tell_extras(port, selected, [c for c in produced.schema if c.name not in renamed], findings)
    columns: list[Column] = []
    full = [c.name for c in port.table.columns if c.not_null and produced.schema.find(c.name) is not None]
    nulls = produced.nulls_of(full) if full else None
    for number, promised in enumerate(port.table.columns):
        found = produced.schema.columns[number] if same else produced.schema.find(promised.name)
        type_ = promised.type if found is None else _stored_type(port, selected, promised, found, findings)
        if found is not None and nulls is not None:
            _compare_nulls(port, selected, promised, nulls, findings)
        if type_ is None:
            return None
        kept = found if same and found is not None and found.type is type_ and not found.required else None
        columns.append(kept if kept is not None and not promised.not_null else Column(promised.name, type_, promised.not_null))
    return Schema(tuple(columns))


def _tell_missing(port: OutputDraft, selected: Selected, produced: Schema, findings: Findings) -> frozenset[str]:
    """Tell of promised columns that are not there. Returns the surplus columns that were probably meant: told already."""
    spare = [c.name for c in produced if port.table.find(c.name) is None]
    missing = [c for c in port.table.columns if produced.find(c.name) is None]
    meant: set[str] = set()
    for promised in missing[:_MOST_TOLD]:
        near = _nearest(promised.name, [s for s in spare if s not in meant])
        if near:
            meant.add(near)
            mend = f"promise `{near}`, or select `{near} as {promised.name}`"
        else:
            mend = f"add `{promised.name}` to the select list, or remove it from the contract"
        shown = ", ".join(produced.names[:12]) + (", …" if len(produced.names) > 12 else "")
        findings.add(
            "H214",
            f"output port {said(port.address)} promises a column its query does not produce",
            [_promise(promised, f"promised here: {promised.name}"), selected.beginning(f"produced here: {shown}")],
            mend,
            products=[port.address.of_product],
        )
    if left := missing[_MOST_TOLD:]:
        summary = f"output port {said(port.address)} promises {_counted(left)} more that its query does not produce"
        places = [_promise(left[0], f"promised from here on: {left[0].name}")]
        findings.add("H214", summary, places, "is it the right contract?", products=[port.address.of_product])
    return frozenset(meant)


def _nearest(name: str, spare: list[str]) -> str:
    """The surplus column that was probably meant: near in spelling, or with the same words in short."""
    phrase = did_you_mean(name, spare, most=1)
    if phrase:
        return phrase.split("`")[1]
    return ""


def _tell_extras(port: OutputDraft, selected: Selected, produced: list[Column], findings: Findings) -> None:
    """Tell of produced columns that are not promised."""
    extra = [c for c in produced if port.table.find(c.name) is None]
    for column in extra[:_MOST_TOLD]:
        _tell_extra(port, selected, column, findings)
    if left := extra[_MOST_TOLD:]:
        summary = f"output port {said(port.address)}: its query produces {_counted(left)} more that the contract does not promise"
        place = (port.table.place or port.place).noted("not promised here")
        findings.add("H215", summary, [place], "is it the right contract?", products=[port.address.of_product])


def _counted(columns: Sequence[object]) -> str:
    return "1 column" if len(columns) == 1 else f"{len(columns):,} columns"


def _tell_extra(port: OutputDraft, selected: Selected, column: Column, findings: Findings) -> None:
    table = port.table.place or port.place
    findings.add(
        "H215",
        f"output port {said(port.address)}: its query produces `{column.name}`, which the contract does not promise",
        [selected.place(column.name, f"produced here: {column.name}"), table.noted("not promised here")],
        f"add `{column.name}` ({sql(column.type)}) to the contract, or leave it out of the select list",
        products=[port.address.of_product],
    )


def _stored_type(
    port: OutputDraft, selected: Selected, promised: ContractColumn, found: Column, findings: Findings
) -> DataType | None:
    """The type in which a column is stored: the promised one where it is exact, else the produced one, if it is of the family."""
    if promised.exact and promised.type is not None:
        if widens(found.type, promised.type):
            return promised.type
        return _tell_type(port, selected, promised, found, sql(promised.type), findings)
    fitting = promised.type is not None and fits(promised.type, found.type)
    if fitting or (not _says_more(promised) and in_family(promised.logical_type, found.type)):
        return found.type
    return _tell_type(port, selected, promised, found, promised.logical_type, findings)


def _says_more(promised: ContractColumn) -> bool:
    """Whether the contract says more than a family: what is inside, or that a moment has a zone."""
    text = sql(promised.type) if promised.type is not None else ""
    inside = promised.logical_type in ("object", "array", "map") and text not in (
        "",
        "VARCHAR",
        "VARCHAR[]",
        "MAP(VARCHAR, VARCHAR)",
    )
    return inside or promised.type == Timestamp(zoned=True)


def _tell_type(
    port: OutputDraft, selected: Selected, promised: ContractColumn, found: Column, wanted: str, findings: Findings
) -> DataType | None:
    target = sql(promised.type) if promised.type is not None else wanted
    value = selected.written(found.name)
    findings.add(
        "H216",
        f"output port {said(port.address)} promises `{promised.name}` as {wanted}, and its query produces {sql(found.type)}",
        [
            _promise(promised, f"promised here: {promised.name} {wanted}"),
            selected.place(found.name, f"produced here: {sql(found.type)}"),
        ],
        f"select `cast({value} as {target}) as {promised.name}`, or promise {sql(found.type)}",
        products=[port.address.of_product],
    )
    return promised.type


def _compare_nulls(port: OutputDraft, selected: Selected, promised: ContractColumn, nulls: Relation, findings: Findings) -> None:
    found = nulls.find(promised.name) if promised.not_null else None
    if found is None or not found.maybe:
        return
    written = selected.written(promised.name)
    kept = promised.name if written == "…" else written
    why = "required" if promised.required else "part of the primary key"
    findings.add(
        "H217",
        f"output port {said(port.address)} promises no nulls in `{promised.name}`, and its query may produce them",
        [
            _promise(promised, f"{why} here: {promised.name}"),
            selected.place(promised.name, f"may be null: {found.because}"),
        ],
        f"keep them out with `where {kept} is not null`, give a default with `coalesce(…)`, or make the column optional",
        products=[port.address.of_product],
    )


def _promise(promised: ContractColumn, note: str) -> Place | None:
    return promised.place.noted(note) if promised.place is not None else None
