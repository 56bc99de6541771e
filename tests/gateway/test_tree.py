"""Trees and texts: what DuckDB writes of a tree comes with the tree that it reads out of just that text."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from hansa.gateway.tree import DEEPEST_BRACKETS, Node, Parser
from hansa.trouble import TroubleError

TEXTS = (
    "SELECT 1",
    "SELECT * FROM a.b WHERE id = 7 AND name = 'it''s' ORDER BY 2 LIMIT 3",
    "WITH x AS (SELECT 1 AS n UNION ALL SELECT 2) SELECT sum(n) FILTER (n > 1) OVER (ORDER BY n) FROM x GROUP BY n",
    "SELECT CASE WHEN x THEN 1.5 ELSE NULL END::DECIMAL(10, 2) FROM (VALUES (true), (false)) AS t(x) WHERE x IN (SELECT true)",
    "FROM a.b SELECT count(DISTINCT c), list_transform([1, 2], lambda y: y + 1), {'k': DATE '2026-01-01'}, $named",
    'SELECT "Zoë"."größe" FROM "a"."b c" AS "Zoë" -- a comment',
)


@pytest.fixture
def parser() -> Iterator[Parser]:
    made = Parser()
    yield made
    made.close()


@pytest.mark.parametrize("text", TEXTS)
def test_the_tree_is_that_of_the_very_text(parser: Parser, text: str) -> None:
    statement = parser.parse(text)
    written, tree = parser.settled(statement)
    assert written == parser.unparse(statement)
    assert tree == parser.parse(written)


@pytest.mark.parametrize(
    "broken",
    [
        {"node": {"type": "NONSENSE"}},
        {"node": {"type": "SELECT_NODE", "cte_map": {}, "select_list": [{"class": "CONSTANT", "type": "COMPARE_EQUAL"}]}},
        {"node": "SELECT 1"},
        {},
    ],
)
def test_a_tree_that_duckdb_does_not_write_is_refused(parser: Parser, broken: Node) -> None:
    with pytest.raises(TroubleError) as refused:
        parser.settled(broken)
    assert refused.value.troubles[0].code == "H708"
    assert parser.settled(parser.parse("SELECT 1"))[0] == "SELECT 1"


def test_a_tree_whose_text_is_nested_too_deeply_is_refused(parser: Parser) -> None:
    flat = parser.parse("SELECT 1" + " + 1" * (DEEPEST_BRACKETS + 1))
    with pytest.raises(TroubleError, match="nested too deeply"):
        parser.settled(flat)


def test_an_error_of_one_text_is_none_of_the_next(parser: Parser) -> None:
    for text, code in (("SELEC 1", "H701"), ("DROP TABLE a", "H702"), ("SELECT 1; SELECT 2", "H702"), ("", "H702")):
        with pytest.raises(TroubleError) as refused:
            parser.parse(text)
        assert refused.value.troubles[0].code == code
        assert parser.unparse(parser.parse("SELECT 1")) == "SELECT 1"


def test_threads_read_each_their_own_text(parser: Parser) -> None:
    def there_and_back(number: int) -> str:
        return parser.settled(parser.parse(f"SELECT {number}"))[0]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(there_and_back, range(200))) == [f"SELECT {n}" for n in range(200)]


@pytest.mark.parametrize(
    ("text", "word"), [("FROM order.table", "order"), ("SELECT 'ä' FROM Select.orders", "Select"), ("FROM t WHERE", "")]
)
def test_a_name_that_is_a_word_of_sql_is_told_to_be_written_in_quotes(parser: Parser, text: str, word: str) -> None:
    with pytest.raises(TroubleError, match="H701") as refused:
        parser.parse(text)
    (trouble,) = refused.value.troubles
    assert trouble.mend == (f'`{word}` is a word of SQL: as a name it is written in quotes, "{word}"' if word else "")
