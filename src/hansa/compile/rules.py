"""From a `quality` entry of ODCS to a rule, with the checks of its meaning that need no data."""

import re
from collections.abc import Mapping, Sequence

from hansa.compile.confinement import confine
from hansa.compile.findings import Findings
from hansa.compile.statement import SqlFault
from hansa.declare.declarations import ContractDeclaration
from hansa.declare.odcs import Quality, SchemaObject, SchemaProperty
from hansa.model import Comparison, Operator, Rule, RuleKind, Scalar, quoted
from hansa.names import ProductName
from hansa.trouble import Place, did_you_mean, one_of

# The names of library rules before ODCS 3.1, where a check was called `rule`.
FORMER_METRICS = {
    "nullcheck": "nullValues",
    "nullcount": "nullValues",
    "nullvalues": "nullValues",
    "uniquecheck": "duplicateValues",
    "duplicatecount": "duplicateValues",
    "duplicatevalues": "duplicateValues",
    "countcheck": "rowCount",
    "rowcount": "rowCount",
}
_PLACEHOLDER = re.compile(r"\$?\{(\w+)\}")
_QUALIFIER = re.compile(r"\$?\{(?:schema|database|catalog|dataset|project)\}\s*\.\s*")
_TABLE_WORDS = {"object", "table", "model"}
_COLUMN_WORDS = {"property", "column", "field"}


class UnknownPlaceholder(ValueError):
    """A rule's SQL names a placeholder that stands for nothing here."""


def filled(query: str, table: str, column: str = "") -> str:
    """A rule's SQL with its placeholders replaced by quoted names. `{schema}.` and its like are dropped: there is one place.

    Raises UnknownPlaceholder, also for `{property}` in a rule of a whole table.
    """

    def name(match: re.Match[str]) -> str:
        word = match[1].lower()
        if word in _TABLE_WORDS:
            return quoted(table)
        if word in _COLUMN_WORDS and column:
            return quoted(column)
        raise UnknownPlaceholder(match[0])

    return _PLACEHOLDER.sub(name, _QUALIFIER.sub("", query))


def compiled_rules(
    declaration: ContractDeclaration,
    written: Sequence[Quality],
    table: SchemaObject,
    column: SchemaProperty | None,
    owner: ProductName,
    findings: Findings,
) -> tuple[Rule, ...]:
    """The rules of a table or a column. A rule with a trouble is kept, since its contract is broken anyway."""
    rules = tuple(_rule(declaration, q, column.name if column else "") for q in written)
    tables = [t.name for t in declaration.odcs.schema]
    for quality, rule in zip(written, rules, strict=True):
        place = declaration.document.place
        for summary, mend in _faults(rule, table):
            findings.add("H209", summary, [place(quality.at)], mend, products=[owner])
        _check_columns(rule, table, place((*quality.at, "arguments")), owner, findings)
        if rule.kind is RuleKind.SQL and rule.query:
            _check_sql(rule, table, tables, place((*quality.at, "query")), owner, findings)
    return rules


def _rule(declaration: ContractDeclaration, quality: Quality, column: str) -> Rule:
    written = quality.arguments if isinstance(quality.arguments, Mapping) else {}
    return Rule(
        kind=RuleKind(quality.type) if quality.type in set(RuleKind) else RuleKind.CUSTOM,
        name=quality.name,
        id=quality.id,
        column=column,
        metric=quality.metric or FORMER_METRICS.get(quality.rule.lower(), quality.rule),
        query=quality.query or (quality.implementation if isinstance(quality.implementation, str) else ""),
        engine=quality.engine,
        operator=_operator(quality),
        arguments=tuple((str(k), _scalars(v)) for k, v in sorted(written.items(), key=lambda item: str(item[0]))),
        unit=quality.unit,
        dimension=quality.dimension,
        severity=quality.severity,
        description=quality.description,
        place=declaration.document.place(quality.at),
    )


def _operator(quality: Quality) -> Operator | None:
    if not quality.operators:
        return None
    name, value = quality.operators[0]
    return Operator(Comparison(name), _scalars(value))


def _scalars(value: object) -> tuple[Scalar, ...]:
    items = value if isinstance(value, list | tuple) else (value,)
    return tuple(i if isinstance(i, str | int | float | bool) or i is None else str(i) for i in items)


def _faults(rule: Rule, table: SchemaObject) -> list[tuple[str, str]]:
    """What makes a rule impossible to measure where it stands: summary and mend. What a rule alone cannot say, declare tells."""
    faults: list[tuple[str, str]] = []
    if rule.metric in ("nullValues", "missingValues", "invalidValues") and not rule.column:
        mend = "write the rule at the property that it measures"
        faults.append((f"`{rule.metric}` measures a column and stands at `{table.name}` as a whole", mend))
    if rule.metric == "duplicateValues" and not rule.column and not rule.argument("properties"):
        faults.append(
            (f"`duplicateValues` of `{table.name}` does not say of which columns", "add `arguments: {properties: [...]}`")
        )
    return faults


def _check_columns(rule: Rule, table: SchemaObject, place: Place, owner: ProductName, findings: Findings) -> None:
    known = [p.name for p in table.properties]
    lowered = {k.lower() for k in known}
    for named in rule.argument("properties"):
        # ODCS names properties as `column` or, in full, as `table.column`.
        column = str(named).removeprefix(f"{table.name}.")
        if column.lower() not in lowered:
            mend = did_you_mean(column, known) or f"columns of `{table.name}`: {one_of(known)}"
            findings.add(
                "H207", f"a rule measures `{column}`, which `{table.name}` does not have", [place], mend, products=[owner]
            )


def _check_sql(
    rule: Rule, table: SchemaObject, tables: Sequence[str], place: Place, owner: ProductName, findings: Findings
) -> None:
    try:
        query = filled(rule.query, table.name, rule.column)
    except UnknownPlaceholder as unknown:
        mend = "known placeholders: `{object}`" + (" and `{property}`" if rule.column else "; `{property}` in rules of a column")
        findings.add(
            "H208", f"a SQL rule of `{table.name}` uses {unknown}, which stands for nothing", [place], mend, products=[owner]
        )
        return
    found = confine(query, tables)
    if isinstance(found, SqlFault):
        findings.add("H208", f"a SQL rule of `{table.name}` is no query: {found.reason}", [place], found.mend, products=[owner])
        return
    for breach in found:
        if breach.refused:
            mend = "a rule may read the tables of its own contract: " + one_of(tables)
            findings.add("H208", f"a SQL rule of `{table.name}`: {breach.reason}", [place], mend, products=[owner])
