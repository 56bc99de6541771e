"""The custom property `refresh` of an output port: how it takes in new data."""

from collections.abc import Iterator, Mapping

from hansa.frozen import dataclass
from hansa.model import Refresh, RefreshMode, Table
from hansa.trouble import did_you_mean, one_of

_KEYS = {
    RefreshMode.FULL: {"mode"},
    RefreshMode.APPEND: {"mode", "watermark"},
    RefreshMode.PARTITION: {"mode", "watermark", "by"},
    RefreshMode.MERGE: {"mode", "watermark", "key"},
}


@dataclass(frozen=True, slots=True)
class RefreshFault:
    """What is wrong with a refresh: summary and mend."""

    summary: str
    mend: str


def read_refresh(value: object, table: Table) -> tuple[Refresh, tuple[RefreshFault, ...]]:
    """The refresh that a custom property says, with what is wrong in it; `full` when nothing is said."""
    if value is None:
        return Refresh(), ()
    written: Mapping[str, object] = value if isinstance(value, Mapping) else {"mode": value}
    mode = str(written.get("mode", "")).lower()
    modes = [str(m) for m in RefreshMode]
    if mode not in modes:
        mend = did_you_mean(mode, modes) or f"known: {one_of(modes)}"
        return Refresh(), (RefreshFault(f"`{mode}` is no way to refresh a port", mend),)
    refresh = Refresh(
        mode=RefreshMode(mode),
        watermark=_spelt(str(written.get("watermark") or ""), table),
        by=tuple(_spelt(c, table) for c in _texts(written.get("by"))) or _default_by(mode, table),
        key=tuple(_spelt(c, table) for c in _texts(written.get("key"))) or _default_key(mode, table),
    )
    return refresh, tuple(_faults(refresh, written, table))


def _faults(refresh: Refresh, written: Mapping[str, object], table: Table) -> Iterator[RefreshFault]:
    strange = sorted(str(k) for k in written if k not in _KEYS[refresh.mode])
    for key in strange:
        known = _KEYS[refresh.mode]
        mend = did_you_mean(key, known) or f"known with `{refresh.mode}`: {one_of(known)}"
        yield RefreshFault(f"`{key}` says nothing to a refresh by {refresh.mode}", mend)
    columns = [c.name for c in table.columns]
    for column in (refresh.watermark, *refresh.by, *refresh.key):
        if column and table.find(column) is None:
            mend = did_you_mean(column, columns) or f"columns of `{table.name}`: {one_of(columns)}"
            yield RefreshFault(f"the refresh names column `{column}`, which `{table.name}` does not have", mend)
    match refresh.mode:
        case RefreshMode.APPEND if not refresh.watermark:
            yield RefreshFault("an append needs a column that says which rows are new", "add `watermark: <column>`")
        case RefreshMode.PARTITION if not refresh.by:
            yield RefreshFault(
                "a refresh by partition needs its columns", "add `by: [<column>]`, or `partitioned: true` in the contract"
            )
        case RefreshMode.MERGE if not refresh.key:
            yield RefreshFault("a merge needs a key", "add `key: [<column>]`, or `primaryKey: true` in the contract")
        case _:
            pass


def _default_by(mode: str, table: Table) -> tuple[str, ...]:
    return table.partition_by if mode == RefreshMode.PARTITION else ()


def _default_key(mode: str, table: Table) -> tuple[str, ...]:
    return table.primary_key if mode == RefreshMode.MERGE else ()


def _texts(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(v) for v in value) if isinstance(value, list | tuple) else (str(value),)


def _spelt(column: str, table: Table) -> str:
    """A column in the contract's spelling, where it has it."""
    found = table.find(column) if column else None
    return found.name if found is not None else column
