"""What a reader sees of a port, as the text of a view: the rows of its filter, then the columns, masked as decided."""

from collections.abc import Mapping

from hansa.access.masking import MaskKeys, masked
from hansa.model import ColumnDecision, ColumnEffect, Decision, Schema, quoted

QUERY_LOCAL = "sha-256-query-local"
"""The mask whose values differ from query to query."""


def visible(decision: Decision, schema: Schema) -> tuple[str, ...]:
    """The columns of a port that a reader sees, in the order of the port; what was not decided is hidden."""
    effects = _effects(decision)
    return tuple(c.name for c in schema if c.name.lower() in effects)


def masked_columns(decision: Decision) -> tuple[str, ...]:
    return tuple(c.column for c in decision.columns if c.effect is ColumnEffect.MASKED)


def is_query_local(decision: Decision) -> bool:
    return any(c.mask == QUERY_LOCAL for c in decision.columns if c.effect is ColumnEffect.MASKED)


def projection(scan: str, decision: Decision, schema: Schema, keys: MaskKeys, *, barrier: bool) -> str:
    """The SELECT of a governed view over a scan.

    The filter stands inside and knows only the port's own columns. With `barrier`, no condition of the reader is computed before
    the filter, so that no error tells of a hidden row: DuckDB moves no filter past an OFFSET.
    """
    effects = _effects(decision)
    rows = scan
    if decision.row_filter:
        rows = f"(SELECT * FROM {scan} WHERE ({decision.row_filter})" + (" OFFSET 0)" if barrier else ")")
    parts = []
    for column in schema:
        effect = effects.get(column.name.lower())
        if effect is None:
            continue
        name = quoted(column.name)
        value = f"seen.{name}" if effect.effect is ColumnEffect.CLEAR else masked(f"seen.{name}", column.type, effect.mask, keys)
        parts.append(f"{value} AS {name}")
    return f"SELECT {', '.join(parts)} FROM {rows} AS seen"


def _effects(decision: Decision) -> Mapping[str, ColumnDecision]:
    return {c.column.lower(): c for c in decision.columns if c.effect is not ColumnEffect.HIDDEN}
