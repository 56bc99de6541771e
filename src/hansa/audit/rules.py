"""From a contract's quality rules to checks: library metrics, old rule names, SQL, and what is not evaluated."""

from hansa.audit.checks import Check, Metric, MetricName, Mistaken, Question, SqlRule, Unsupported
from hansa.model import Comparison, Operator, Rule, RuleKind

# Names of ODCS 3.0 and of tools that it was written with, where their meaning is clear (compared without case, _ and -).
_OLD_NAMES = {
    "rowcount": MetricName.ROW_COUNT,
    "countcheck": MetricName.ROW_COUNT,
    "nullcheck": MetricName.NULL_VALUES,
    "nullcount": MetricName.NULL_VALUES,
    "nullvalues": MetricName.NULL_VALUES,
    "notnull": MetricName.NULL_VALUES,
    "missingcount": MetricName.MISSING_VALUES,
    "missingvalues": MetricName.MISSING_VALUES,
    "invalidcount": MetricName.INVALID_VALUES,
    "invalidvalues": MetricName.INVALID_VALUES,
    "validvalues": MetricName.INVALID_VALUES,
    "unique": MetricName.DUPLICATE_VALUES,
    "uniquecheck": MetricName.DUPLICATE_VALUES,
    "duplicatecount": MetricName.DUPLICATE_VALUES,
    "duplicatevalues": MetricName.DUPLICATE_VALUES,
}
# Old names that say what is wanted by themselves: none of what they count.
_NONE_OF_IT = {"nullcheck", "notnull", "unique", "uniquecheck", "validvalues"}
# Since ODCS 3.1 a rule has an operator, or `check` says so. Without one it was `nullCheck` or `uniqueCheck` of ODCS 3.0, whose
# names the compiler has made those of today.
_ONCE_WITHOUT_OPERATOR = {MetricName.NULL_VALUES, MetricName.DUPLICATE_VALUES}
_DIMENSIONS = {
    MetricName.ROW_COUNT: "completeness",
    MetricName.NULL_VALUES: "completeness",
    MetricName.MISSING_VALUES: "completeness",
    MetricName.INVALID_VALUES: "conformity",
    MetricName.DUPLICATE_VALUES: "uniqueness",
}


def rule_check(rule: Rule, column: str, tables: tuple[str, ...] = ()) -> Check:
    """The check of one rule; `column` is empty for a rule on the table, which may stand before its columns by these names."""
    question = _question(rule, column, tables)
    kind = question.metric.value if isinstance(question, Metric) else (rule.metric or rule.kind.value)
    dimension = rule.dimension or (_DIMENSIONS[question.metric] if isinstance(question, Metric) else "")
    name = rule.id or rule.name or (f"{column}.{kind}" if column else kind)
    return Check(name, kind, question, column, rule.severity or "error", dimension, _threshold(rule, question), rule.place)


def _question(rule: Rule, column: str, tables: tuple[str, ...]) -> Question:
    match rule.kind:
        case RuleKind.LIBRARY:
            return _metric(rule, column, tables)
        case RuleKind.SQL:
            if not rule.query.strip():
                return Mistaken("the rule has no query")
            return _bounded(rule.operator) or SqlRule(rule.query, rule.operator)
        case RuleKind.TEXT:
            return Unsupported("a rule in words is for people to judge")
        case RuleKind.CUSTOM:
            return Unsupported(f"rules of the engine `{rule.engine}` are not evaluated" if rule.engine else "a custom rule")


def _metric(rule: Rule, column: str, tables: tuple[str, ...]) -> Question:
    plain = rule.metric.lower().replace("_", "").replace("-", "")
    metric = _OLD_NAMES.get(plain)
    if metric is None:
        return Unsupported(f"the rule `{rule.metric}` has no meaning in the standard" if rule.metric else "no metric is named")
    none_of_it = plain in _NONE_OF_IT or metric in _ONCE_WITHOUT_OPERATOR
    operator = rule.operator or (Operator(Comparison.BE, (0,)) if none_of_it else None)
    if operator is None:
        if rule.metric in set(MetricName):
            return Mistaken(f"{metric} is compared with nothing: give it an operator, such as mustBe")
        return Unsupported(f"the old rule `{rule.metric}` does not say what it wants")
    key = tuple(_plain_name(str(name), tables) for name in rule.argument("properties")) or ((column,) if column else ())
    pattern = rule.argument("pattern")
    asked = Metric(
        metric,
        operator,
        rule.unit == "percent",
        rule.argument("missingValues"),
        rule.argument("validValues"),
        str(pattern[0]) if pattern else "",
        key if metric is MetricName.DUPLICATE_VALUES else (),
    )
    return _bounded(operator) or _complete(asked, column) or asked


def _plain_name(column: str, tables: tuple[str, ...]) -> str:
    """ODCS names a column by itself or, in full, with its table before it."""
    before, dot, name = column.partition(".")
    return name if dot and before.lower() in {t.lower() for t in tables} else column


def _complete(asked: Metric, column: str) -> Mistaken | None:
    if asked.metric is MetricName.ROW_COUNT:
        return Mistaken("rowCount has no percent: the rows are all the rows") if asked.percent else None
    if asked.metric is MetricName.DUPLICATE_VALUES:
        return None if asked.columns else Mistaken("duplicateValues on a table needs `properties`, the columns of the key")
    if not column:
        return Mistaken(f"{asked.metric} counts values of a column, and stands at the table")
    if asked.metric is MetricName.INVALID_VALUES and not asked.valid and not asked.pattern:
        return Mistaken("invalidValues needs `validValues` or a `pattern`")
    return None


def _bounded(operator: Operator | None) -> Mistaken | None:
    if operator is None:
        return None
    wanted = 2 if operator.comparison in (Comparison.BETWEEN, Comparison.NOT_BETWEEN) else 1
    if len(operator.bounds) != wanted:
        return Mistaken(f"{operator.comparison} takes {wanted} bounds, not {len(operator.bounds)}")
    return None


def _threshold(rule: Rule, question: Question) -> str:
    operator = question.operator if isinstance(question, Metric | SqlRule) else rule.operator
    if operator is None:
        return "true" if isinstance(question, SqlRule) else ""
    percent = isinstance(question, Metric) and question.percent
    return str(operator) + (" percent" if percent else "")
