"""Twenty policies over the relations of a thousand products are judged within a second, and a first question within 200 ms.

Size: the generated mesh of 1,000 products and 12,000 columns, compiled and kept before. All twenty queries are of the kinds that
policies are: missing texts, joins of columns with ports, recursive closures, windows, patterns, lists. Relations are loaded when
a query first names them, with the columns that the twenty together look at, and that counts. The peer answers the same first
question by a loop over the compiled mesh.
"""

import datetime as dt
import gc
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.generated import write_mesh
from benchmarks.outcome import Outcome
from benchmarks.process import part, spoken
from benchmarks.series import amount, interleaved, peak
from benchmarks.setting import Setting

if TYPE_CHECKING:
    from hansa.model import Mesh

FIRST, TWENTY = 200.0, 1000.0

QUERIES = (
    "SELECT product AS subject, 'no owner' AS message FROM products WHERE owner IS NULL",
    "SELECT product, 'no README' FROM products WHERE coalesce(length(readme), 0) < 10",
    "SELECT port, 'no description' FROM ports WHERE description IS NULL",
    "SELECT address, 'no description' FROM columns WHERE side = 'output' AND description IS NULL",
    "SELECT address, 'not in snake case' FROM columns WHERE NOT regexp_full_match(column_name, '[a-z][a-z0-9_]*')",
    "SELECT port, 'no latency' FROM ports WHERE port NOT IN (SELECT port FROM slos WHERE property = 'latency')",
    "SELECT port, 'no support channel' FROM contracts WHERE side = 'output' AND supports = 0",
    "SELECT port, 'no licence' FROM contracts WHERE side = 'source' AND license IS NULL",
    "SELECT port, 'no primary key' FROM ports WHERE len(primary_key) = 0",
    "SELECT product, 'nobody reads it' FROM orphan_products",
    "SELECT c.address, 'personal key' FROM personal_columns JOIN columns AS c USING (address) WHERE key_position > 0",
    "SELECT product, format('{} suppliers', count(*)) FROM upstream GROUP BY product HAVING count(*) > 40",
    "SELECT i.input, 'deprecated' FROM inputs AS i JOIN ports AS p ON p.port = i.port WHERE p.deprecated",
    "SELECT i.input, 'old major' FROM inputs AS i JOIN ports AS p USING (port) "
    "WHERE i.major < (SELECT max(q.major) FROM ports AS q WHERE q.product = p.product AND q.name = p.name)",
    "SELECT to_port || '#' || to_column, 'assumed' FROM lineage WHERE learnt = 'assumed'",
    "SELECT c.address, 'read by nobody' FROM columns AS c WHERE c.side = 'output' AND NOT EXISTS "
    "(FROM lineage AS l WHERE l.from_port = c.port AND l.from_column = c.column_name)",
    "SELECT p.product, 'like ' || q.product FROM products AS p JOIN products AS q ON p.name = q.name AND p.product < q.product",
    "SELECT product, 'many inputs' FROM products QUALIFY rank() OVER (PARTITION BY domain ORDER BY inputs DESC) = 1",
    "SELECT port, 'no quality rule' FROM ports WHERE port NOT IN (SELECT port FROM checks WHERE NOT implied)",
    "SELECT product, 'stale' FROM product_health WHERE age_days > 7",
)


def measure(setting: Setting) -> Outcome:
    mesh, size = setting.scratch / "mesh", 20 if setting.small else 1000
    write_mesh(mesh, size)
    plain = part("benchmarks.relations", "loop", mesh, within="ms")
    ours = part("benchmarks.relations", "relations", mesh, within="ms")
    peer, asked = interleaved((plain, ours), setting)
    of = f"of {size:,} products"
    return Outcome(
        (peer, asked),
        (
            amount(f"open and answer a first question over columns {of}", asked.said("ms"), "ms", FIRST),
            amount(f"open and answer twenty policies {of}", asked.said("twenty"), "ms", TWENTY),
            amount("the same twenty, everything loaded", asked.said("again"), "ms"),
            amount("load every relation and view", asked.said("everything"), "ms"),
            amount("a loop over the compiled mesh", peer.said("ms"), "ms"),
            peak("peak memory", asked),
        ),
    )


def _mesh(root: str) -> "Mesh":
    from hansa.wiring import Workplace

    gc.set_threshold(100_000, 20, 20)  # as every command of Hansa does
    with Workplace.open(Path(root)) as workplace:
        return workplace.compiled.mesh


def _loop(root: str) -> Mapping[str, float]:
    mesh = _mesh(root)
    began = time.perf_counter()
    looked_at = [(c.name, bool(c.description)) for p in mesh.products for o in p.outputs for c in o.table.columns]
    taken = _since(began)
    assert looked_at
    return {"ms": taken}


def _relations(root: str) -> Mapping[str, float]:
    from hansa.engines.duckdb.relations import RelationDatabase, open_database
    from hansa.governance import NO_FACTS
    from hansa.governance.relations import RELATIONS, VIEWS, rows_of, view_queries

    mesh = _mesh(root)

    def opened() -> RelationDatabase:
        return open_database(rows_of(mesh, NO_FACTS, dt.date(2026, 1, 1)), view_queries())

    opened().close()  # the first instance of a process initialises DuckDB
    figures: dict[str, float] = {}
    for name, queries in (
        ("ms", QUERIES[3:4]),
        ("twenty", QUERIES),
        ("everything", tuple(f"SELECT count(*) FROM (FROM {r.name})" for r in (*RELATIONS, *VIEWS))),
    ):
        began = time.perf_counter()
        database = opened()
        database.expect(queries)
        for query in queries:
            database.ask(query)
        figures[name] = _since(began)
        if name == "twenty":
            began = time.perf_counter()
            for query in queries:
                database.ask(query)
            figures["again"] = _since(began)
        database.close()
    return figures


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    spoken({"loop": _loop, "relations": _relations})
