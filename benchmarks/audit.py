"""An audit costs at most one hand-written scan that asks the same.

Size: the source contracts of promotions (20.9 M rows, 5 columns) and transactions (1.5 M rows, 11 columns) of the reference
mesh, real data: nulls, ranges, accepted values, row count, an SQL rule. The peer is what a careful person writes once by hand:
all counts in one statement, one pass. The floor decodes every column and checks nothing. Each process opens the engine, audits
and ends; the seconds of imports are left out on all sides, opening the engine's instance is not.
"""

import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.outcome import Outcome
from benchmarks.process import ROOT, part, spoken
from benchmarks.sample import promotions, transactions
from benchmarks.series import Figure, Series, interleaved, ratio
from benchmarks.setting import Setting

LIMIT = 1.0

_DISPLAY = "('0', '1', '2', '3', '4', '5', '6', '7', '9', 'A')"
_MAILER = "('0', 'A', 'C', 'D', 'F', 'H', 'J', 'L', 'P', 'X', 'Z')"


def measure(setting: Setting) -> Outcome:
    series: list[Series] = []
    figures: list[Figure] = []
    for name, file in (("promotions", promotions(setting)), ("transactions", transactions(setting))):
        contenders = tuple(part("benchmarks.audit", kind, name, file) for kind in ("decode", "by hand", "hansa.audit"))
        decode, hand, ours = interleaved(contenders, setting)
        series += (decode, hand, ours)
        figures.append(ratio(f"{name}: audit ÷ scan by hand", ours, hand, LIMIT))
        figures.append(ratio(f"{name}: audit ÷ decoding all columns", ours, decode))
    return Outcome(tuple(series), tuple(figures))


def _count(condition: str) -> str:
    return f"count(*) FILTER (WHERE {condition})"


def _promotion_counts() -> list[str]:
    integers = ("product_id", "store_id", "week")
    counts = [_count(f"{c} IS NULL") for c in (*integers, "display_location", "mailer_location")]
    counts += [_count("product_id < 1"), _count("store_id < 1"), _count("week < 1 OR week > 53"), "count(*)"]
    return [*counts, _count(f"display_location NOT IN {_DISPLAY}"), _count(f"mailer_location NOT IN {_MAILER}")]


def _transaction_counts() -> list[str]:
    positive = ("store_id", "basket_id", "product_id")
    money = ("quantity", "sales_value", "retail_disc", "coupon_disc", "coupon_match_disc")
    others = ("household_id", "week", "transaction_timestamp")
    counts = [_count(f"{c} IS NULL") for c in (*positive, *money, *others)]
    counts += [_count(f"{c} < 1") for c in positive] + [_count(f"{c} < 0") for c in money]
    counts += [_count("household_id < 1 OR household_id > 2500"), _count("week < 1 OR week > 53"), "count(*)"]
    return [*counts, _count("abs(sales_value - round(sales_value, 2)) > 0.000001")]


def _by_hand(name: str, file: str) -> Mapping[str, float]:
    import duckdb

    counts = _promotion_counts() if name == "promotions" else _transaction_counts()
    started = time.perf_counter()
    with duckdb.connect() as connection:
        rows = connection.execute(f"SELECT {', '.join(counts)} FROM read_parquet('{file}')").fetchall()
    assert len(rows) == 1
    return {"seconds": time.perf_counter() - started, "checks": len(counts)}


def _decode(name: str, file: str) -> Mapping[str, float]:
    import duckdb

    started = time.perf_counter()
    with duckdb.connect() as connection:
        columns = connection.execute(f"DESCRIBE FROM read_parquet('{file}')").fetchall()
        # Sums are not in the footers, so that every value has to be decoded.
        sums = (f"sum({_as_number(str(c[0]), str(c[1]))})" for c in columns)
        connection.execute(f"SELECT {', '.join(sums)} FROM read_parquet('{file}')").fetchall()
    return {"seconds": time.perf_counter() - started}


def _as_number(column: str, kind: str) -> str:
    if kind == "VARCHAR":
        return f"strlen({column})"
    return f"epoch_us({column})" if kind.startswith("TIMESTAMP") else column


def _audited(name: str, file: str) -> Mapping[str, float]:
    from hansa.audit import audit
    from hansa.engines.duckdb import DuckDbEngine
    from hansa.model import ParquetFiles
    from hansa.wiring import Workplace

    with Workplace.open(ROOT / "examples" / "retail") as workplace:
        ports = [i for p in workplace.compiled.mesh.products for i in p.inputs if i.name == name and Path(file).stem == name]
    given = next(i for i in ports if i.contract.id.endswith(f".{name}"))
    started = time.perf_counter()
    engine = DuckDbEngine()
    found = engine.schema_of(ParquetFiles((file,), given.schema))
    result = audit(name, given.table, found, ParquetFiles((file,), found), engine)
    engine.close()
    return {"seconds": time.perf_counter() - started, "checks": len(result.results), "rows": result.rows or 0}


if __name__ == "__main__":
    spoken({"decode": _decode, "by hand": _by_hand, "hansa.audit": _audited})
