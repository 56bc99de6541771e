"""Plain queries are understood by the shapes of their items: what is found is what their whole trees tell."""

import random
from dataclasses import replace

import pytest
from sqlglot import Dialect

from hansa.compile import SqlFault, Statement, read_statement, statement
from hansa.compile.confinement import breaches, references
from hansa.compile.lineage import lineage_of
from hansa.compile.nullability import infer
from hansa.compile.nullness import NEVER, Relation, maybe

COLUMNS = {
    "t": ["id", "a", "b", "c", "date", "Mixed"],
    "Other": ["id", "a", "x", "y", "status", "value"],
    "third": ["id", "k"],
}
NULLS = {
    name.lower(): Relation(tuple((c, NEVER if n % 2 == 0 else maybe(f"{c} is optional")) for n, c in enumerate(columns)))
    for name, columns in COLUMNS.items()
}


def read(text: str) -> Statement:
    found = read_statement(text)
    assert isinstance(found, Statement), found
    return found


def parsed(text: str, monkeypatch: pytest.MonkeyPatch) -> Statement | SqlFault:
    """The statement without the short way."""
    with monkeypatch.context() as patch:
        patch.setattr(statement, "plain_query", lambda *_: None)
        return read_statement(text)


@pytest.mark.parametrize(
    "item",
    [
        "t.a",
        "t.A",
        "t.mixed",
        "t.date",
        "t.a AS b",
        "t.a AS date",
        "1 AS one",
        "'t.b' AS text",
        "t.a + o.a AS a",
        "t.a + t.a * 2 AS a",
        "-t.a AS a",
        "coalesce(t.a, o.x, 0) AS a",
        "CASE WHEN t.a > 10 THEN o.x ELSE 0.0 END AS a",
        "CASE t.a WHEN 1 THEN o.x WHEN 2 THEN t.a END AS a",
        "if(t.a > 1, t.b, o.x) AS a",
        "upper(t.a) || '-' || lower(o.x) AS a",
        "cast(t.a AS DOUBLE) AS a",
        "t.a::decimal(12, 2) AS a",
        "t.a::hugeint AS a",
        "count(*) AS n",
        "count(DISTINCT t.a) AS n",
        "sum(t.a) OVER (PARTITION BY t.b ORDER BY o.x DESC) AS n",
        "max(t.a) AS n",
        "t.a BETWEEN o.x AND 3 AS a",
        "t.a IN (1, 2, o.x) AS a",
        "t.a IS NOT NULL AND NOT o.x = 'x' AS a",
        "date_trunc('month', t.date) AS month",
        "nullif(t.a, '') AS a",
        "greatest(t.id, o.id) AS id",
    ],
)
def test_an_item_reads_what_the_tree_tells(item: str) -> None:
    query = f"SELECT t.id, {item} FROM t LEFT JOIN Other AS o ON o.id = t.id AND o.x > 1 WHERE t.b IS NOT NULL -- all"
    found = read(query)
    assert found.plain is not None
    assert found.plain.lineage(found.short, COLUMNS) == lineage_of(found.tree, COLUMNS)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT a FROM t",
        "SELECT t.a, b FROM t",
        "SELECT t.* FROM t",
        "SELECT *, t.a FROM t",
        "SELECT DISTINCT t.a FROM t",
        "SELECT DISTINCT 1 AS one, t.a FROM t",
        "SELECT DISTINCT ON (t.a) t.a FROM t",
        "SELECT t.a + 1 FROM t",
        "SELECT t.a x FROM t",
        "SELECT t.a AS x, x + 1 AS y FROM t",
        "SELECT t.a AS x FROM t WHERE x > 1",
        "SELECT t.a AS x FROM t GROUP BY t.a",
        "SELECT t.a AS x FROM t ORDER BY 1",
        "SELECT t.a AS x FROM t LIMIT 1",
        "SELECT t.a AS x FROM t, Other",
        "SELECT t.a AS x FROM t JOIN Other USING (id)",
        "SELECT t.a AS x FROM t NATURAL JOIN Other",
        "SELECT t.a AS x FROM t SEMI JOIN Other AS o ON o.id = t.id",
        "SELECT t.a AS x FROM main.t",
        "SELECT t.a AS x FROM t AS t(a, b)",
        "SELECT t.a AS x FROM (SELECT * FROM t) AS t",
        "SELECT t.a AS x FROM t WHERE t.a IN (SELECT o.id FROM Other o)",
        "SELECT (SELECT max(o.id) FROM Other o) AS x FROM t",
        "SELECT t.a AS x FROM t UNION ALL SELECT o.a FROM Other o",
        "WITH t AS (SELECT 1 AS a) SELECT t.a FROM t",
        "FROM t SELECT t.a",
        "SELECT unnest(t.a) AS x FROM t",
        "SELECT COLUMNS(t.a) AS x FROM t",
        "SELECT t.a.b AS x FROM t",
        "SELECT t.a[1] AS x FROM t",
        "SELECT t.a.abs() AS x FROM t",
        "SELECT list_transform(t.a, lambda v: v + 1) AS x FROM t",
        "SELECT {'k': t.a} AS x FROM t",
        "SELECT hash(*) AS x FROM t",
        "SELECT o.a AS x FROM t",
        'SELECT "t".a AS x FROM t',
        'SELECT t."a" AS x FROM t',
        "SELECT t.a AS x FROM t WHERE t.a = $1",
        "SELECT t.a AS x FROM t WHERE t.a = ?",
        "SELECT t.a AS x FROM t JOIN t ON true",
        "SELECT row_number() OVER w AS n, t.a FROM t WINDOW w AS (ORDER BY t.a)",
        "SELECT t.a, sum(t.b) FILTER (WHERE t.c > 1) AS n FROM t",
        "SELECT current_date AS day, t.a FROM t",
        "SELECT t.a AS x FROM t USING SAMPLE 10",
        "SELECT t.a AS x FROM 'file.parquet' AS t",
        "SELECT t.a AS x FROM read_csv('x') AS t",
    ],
)
def test_other_queries_are_left_to_the_parser(query: str) -> None:
    found = read(query)
    assert found.plain is None
    assert found.tree is found.short


@pytest.mark.parametrize(
    "query",
    [
        "SELECT t.a AS x, FROM t",
        "SELECT t.a + AS x, t.b FROM t",
        "SELECT t.a AS x FROM t WHERE",
        "SELECT t.a AS x FROM t WHERE t.b =",
        "SELECT t.a AS x FROM t JOIN",
        "SELECT t.a AS x FROM t LEFT JOIN Other o ON",
        "SELECT (t.a AS x FROM t",
        "SELECT t.a) AS x FROM t",
        "SELECT CASE WHEN t.a THEN 1 AS x FROM t",
        "SELECT t.a AS x FROM t; SELECT 1",
        "SELECT t.a AS x FROM t WHERE t.b = 'open",
        "SELECT t.a AS x FROM",
        "SELECT FROM t",
        "SELECT t.a AS x FROM t LEFT WHERE t.a = 1",
        "SELECT cast(t.a AS ) AS x FROM t",
        "SELECT t.a t.b AS x FROM t",
        "SELECT t.a AS x y FROM t",
        "SELECT t.a AS select FROM t",
    ],
)
def test_what_is_wrong_is_told_as_by_the_parser(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted, found = parsed(query, monkeypatch), read_statement(query)
    assert (found if isinstance(found, SqlFault) else found.tree) == (wanted if isinstance(wanted, SqlFault) else wanted.tree)


def test_a_column_that_is_not_there_is_left_to_the_tree() -> None:
    found = read("SELECT t.a, t.nothing FROM t")
    assert found.plain is not None
    assert found.plain.lineage(found.short, COLUMNS) is None
    assert found.plain.lineage(found.short, {"other": ["a"]}) is None


def test_the_tree_of_some_items_has_these_alone() -> None:
    found = read("SELECT t.id, t.a + 1 AS More, t.b FROM t WHERE t.b > 1")
    assert found.tree_with(["more", "B"]).sql() == "SELECT t.a + 1 AS More, t.b FROM t WHERE t.b > 1"
    assert found.tree_with([]).sql() == "SELECT t.id FROM t WHERE t.b > 1"
    assert found.tree.sql() == "SELECT t.id, t.a + 1 AS More, t.b FROM t WHERE t.b > 1"
    assert found.tree is found.tree


def random_query(chance: random.Random) -> str:
    joined = chance.sample(["Other AS o", "third", "t AS s"], chance.randrange(4))
    names = {"t": "t", "Other AS o": "o", "third": "third", "t AS s": "s"}
    known = {"t": COLUMNS["t"], "o": COLUMNS["Other"], "third": COLUMNS["third"], "s": COLUMNS["t"]}
    sources = ["t", *(names[j] for j in joined)]

    def column() -> str:
        source = chance.choice(sources)
        name = chance.choice(known[source])
        return f"{chance.choice([source, source.upper()])}.{chance.choice([name, name, name.lower(), name.upper()])}"

    def value(depth: int = 0) -> str:
        forms = [
            "{}",
            "{} + {}",
            "coalesce({}, {})",
            "CASE WHEN {} > 1 THEN {} ELSE {} END",
            "count({})",
            "{} IS NULL",
            "({}, 1)",
        ]
        forms += [
            "now()",
            "getenv({})",
            "'a, b'",
            "1.5",
            "sum({}) OVER (PARTITION BY {})",
            "{}::VARCHAR",
            "NOT {}",
            "max({} ) * 2",
        ]
        form = chance.choice(forms)
        return form.format(
            *(value(depth + 1) if depth < 2 and chance.random() < 0.2 else column() for _ in range(form.count("{}")))
        )

    items = [
        column() if chance.random() < 0.5 else f"{value()} AS {chance.choice('abcxyz')}{n}" for n in range(chance.randrange(1, 9))
    ]
    kinds = ("JOIN", "LEFT JOIN", "FULL OUTER JOIN", "INNER JOIN", "right join")
    joins = "".join(f"\n{chance.choice(kinds)} {j} ON {names[j]}.id = {column()}" for j in joined)
    tail = chance.choice(
        ["", "", f" WHERE {column()} > 1 AND {column()} IS NOT NULL", " WHERE strange.x > 1", f" WHERE {value()}"]
    )
    return f"SELECT {', '.join(items)}\nFROM t{joins}{tail}"


def test_random_queries_say_what_their_trees_say(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(5)
    plain = 0
    for _ in range(400):
        query = random_query(chance)
        whole, found = parsed(query, monkeypatch), read_statement(query)
        if isinstance(whole, SqlFault) or isinstance(found, SqlFault):
            assert found == whole
            continue
        assert found.tree == whole.tree
        assert found.canonical == whole.canonical
        assert references(found) == references(whole)
        assert breaches(found, ["t", "Other"]) == breaches(whole, ["t", "Other"])
        if found.plain is None:
            continue
        lineage = found.plain.lineage(found.short, COLUMNS)
        if lineage is not None:
            plain += 1
            assert lineage == lineage_of(whole.tree, COLUMNS), query
        nulls = infer(whole.tree, NULLS)
        for name, nullness in nulls.columns:
            if nulls.find(name) == nullness:  # else it stands twice
                assert infer(found.tree_with([name]), NULLS).find(name) == nullness, (query, name)
    assert plain > 250


def test_words_of_sql_as_names_are_read_as_the_parser_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = 0
    for word in sorted({w.lower() for w in Dialect.get_or_raise("duckdb").tokenizer_class.KEYWORDS if w.isidentifier()}):
        for query in (
            f"SELECT t.a AS {word}, t.b FROM t",
            f"SELECT t.b, t.{word} + 1 AS y FROM t WHERE t.{word} > 1",
            f"SELECT t.b, {word}(t.a) AS x FROM t",
            f"SELECT {word}.b FROM t {word} JOIN {word} AS u ON u.b = {word}.b",
        ):
            whole, found = parsed(query, monkeypatch), read_statement(query)
            if isinstance(whole, SqlFault) or isinstance(found, SqlFault):
                assert found == whole
                continue
            assert found.tree == whole.tree, query
            columns = {"t": sorted({"a", "b", word}), word: ["b"]}
            lineage = found.plain.lineage(found.short, columns) if found.plain is not None else None
            if lineage is not None:
                plain += 1
                assert lineage == lineage_of(whole.tree, columns), query
    assert plain > 400


def test_a_statement_may_be_copied_with_its_trees() -> None:
    found = read("SELECT t.a FROM t")
    assert replace(found, text=found.text).tree == found.tree
