"""Only the columns that queries can look at are loaded, and no answer shows it."""

from collections.abc import Collection, Iterator

import pytest

from hansa.engines.asking import Part, RelationRows, Value
from hansa.engines.duckdb.relations import RelationDatabase, open_database
from hansa.engines.protocol import QueryRefused

COLUMNS = (("a", "VARCHAR"), ("b", "BIGINT"), ("c", "VARCHAR[]"), ("d", "DATE"), ("big", "DOUBLE"))
CELLS: dict[str, list[Value | tuple[str, ...]]] = {
    "a": ["x", "y", None, "ü"],
    "b": [1, 2, 3, None],
    "c": [("p",), (), ("p", "q"), ("r",)],
    "d": ["2026-01-31", None, "2026-02-01", "2026-02-02"],
    "big": [0.5, 1.5, None, 2],
}

ROWS = tuple(zip(*CELLS.values(), strict=True))


class Asked:
    """A database of two relations that remembers which columns were wanted."""

    def __init__(self, times: int = 1) -> None:
        self.wanted: list[str] = []
        self._times = times
        other = RelationRows((("b", "BIGINT"), ("e", "VARCHAR")), ((1, "one"), (2, "two")))
        views = {"seen": "SELECT a, b FROM t WHERE b > 1", "twice": "SELECT s.a, t.d FROM seen AS s JOIN t USING (b)"}
        self.database: RelationDatabase = open_database({"t": RelationRows(COLUMNS, parts=self._parts), "o": other}, views)

    def _parts(self, wanted: Collection[str]) -> Iterator[Part]:
        self.wanted.append(" ".join(sorted(wanted)))
        yield tuple(CELLS[name] * self._times for name, _ in COLUMNS if name in wanted)


@pytest.fixture
def asked() -> Iterator[Asked]:
    made = Asked()
    yield made
    made.database.close()


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        ("SELECT a FROM t", "a"),
        ('SELECT x."A" FROM T AS x WHERE x.b > 1', "a b"),
        ("SELECT count(*) FROM t", "a"),
        ("SELECT sum(b) FILTER (d IS NULL) FROM t GROUP BY a ORDER BY max(big)", "a b big d"),
        ("SELECT e FROM o JOIN t USING (b)", "b"),
        ("SELECT e FROM o WHERE EXISTS (FROM t WHERE t.b = o.b)", "b"),
        ("SELECT e FROM o WHERE NOT EXISTS (SELECT * FROM t WHERE t.b = o.b AND d IS NULL)", "b d"),
        ("WITH w AS (SELECT a, unnest(c) AS d2 FROM t) SELECT * EXCLUDE (a) FROM w", "a b big c d"),
        ("SELECT list_transform(c, lambda b2: b2 || a) FROM t", "a c"),
        ("SELECT a FROM seen", "a b"),
        ("SELECT a, d FROM twice", "a b d"),
        ("SELECT 'big', a FROM t", "a big"),
        *(
            (sql, "a b big c d")
            for sql in (
                "FROM t",
                "SELECT t.* FROM t",
                "SELECT COLUMNS('[ab]') FROM t",
                "SELECT t FROM t",
                "SELECT to_json(T)->>'a' FROM t",
                "SELECT (SELECT main.x) FROM t AS x, (SELECT {'x': 1} AS main)",
                "SELECT #2 FROM t",
                "SELECT z FROM t AS x(y, z)",
                "SELECT e FROM o NATURAL JOIN t",
                "SELECT rowid FROM t",
                "SELECT a FROM t ORDER BY ALL",
                "SELECT e FROM o WHERE EXISTS (FROM t GROUP BY ALL HAVING count(*) > 1)",
                "SELECT e FROM o WHERE EXISTS (FROM t EXCEPT FROM t WHERE b = 1)",
                "FROM (UNPIVOT t ON b, big) SELECT a",
                "DESCRIBE t",
                "SUMMARIZE t",
                "SELECT 1 FROM t UNION ALL BY NAME FROM t",
            )
        ),
    ],
)
def test_what_a_query_can_look_at_is_loaded(asked: Asked, sql: str, wanted: str) -> None:
    whole = Asked()
    try:
        whole.database.ask("FROM t")
        assert asked.database.ask(sql) == whole.database.ask(sql)
    finally:
        whole.database.close()
    assert asked.wanted == [wanted]


def test_a_query_for_more_loads_everything_once(asked: Asked) -> None:
    ask = asked.database.ask
    assert ask("SELECT a FROM t").rows == (("x",), ("y",), (None,), ("ü",))
    assert ask("SELECT a FROM seen").rows == (("y",), (None,))
    assert ask("SELECT big FROM t WHERE a = 'ü'").rows == ((2.0,),)
    assert ask("SELECT a, d FROM twice WHERE d IS NOT NULL").rows == ((None, "2026-02-01"),)
    assert ask("FROM t", most=1).more
    assert asked.wanted == ["a", "a b big c d"]


def test_queries_that_are_expected_are_loaded_for_together(asked: Asked) -> None:
    asked.database.expect(["SELECT a FROM t", "SELECT d FROM twice", "SELECT nothing FROM nowhere", "DROP TABLE t", "SELEC"])
    asked.database.ask("SELECT a FROM t")
    asked.database.ask("SELECT a FROM twice")
    assert asked.wanted == ["a b d"]


def test_a_wrong_column_is_told_among_all_that_there_are(asked: Asked) -> None:
    with pytest.raises(QueryRefused) as refused:
        asked.database.ask("SELECT a, bigg FROM t")
    assert asked.wanted == ["a"]
    assert "big" in refused.value.candidates


def test_large_relations_are_the_same_as_small_ones() -> None:
    """They travel as Arrow, and small ones as JSON."""
    large = Asked(times=6_000)
    try:
        answer = large.database.ask("SELECT DISTINCT a, b, c, d, big FROM t ORDER BY b NULLS LAST")
        small = Asked()
        assert answer.rows == small.database.ask("FROM t").rows
        assert large.database.ask("SELECT count(*), count(a), count(d), sum(big) FROM t").rows == (
            (24_000, 18_000, 18_000, 24_000.0),
        )
        small.database.close()
    finally:
        large.database.close()
