"""Reading one SQL statement, with positions."""

import pytest

from hansa.compile import SqlFault, Statement, read_statement
from hansa.compile.confinement import references
from hansa.compile.selected import outer_select


def _read(text: str) -> Statement:
    found = read_statement(text)
    assert isinstance(found, Statement), found
    return found


@pytest.mark.parametrize(
    "text",
    [
        "select 1 as one",
        "select a from t;",
        "select a from t;;\n-- the end\n",
        "FROM t SELECT a",
        "from t",
        "with x as (select 1 as a) select a from x",
        "select a from t union all by name select b from u",
        "(select a from t)",
        "select a, sum(b) from t group by all qualify row_number() over (partition by a) = 1",
        "from t pivot (sum(b) for a in ('x', 'y'))",
        "pivot t on a in ('x') using sum(b)",
        "with c as (from t) pivot c on a in ('x') using sum(b)",
        "unpivot t on a, b into name k value v",
        "values (1, 'a'), (2, 'b')",
    ],
)
def test_one_query_in_any_of_its_forms_is_read(text: str) -> None:
    assert isinstance(read_statement(text), Statement)


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("select 1;\nselect 2", 2, 1, "second statement"),
        ("\n  insert into t values (1)", 2, 3, "not INSERT"),
        ("create table t as select 1", 1, 1, "not CREATE"),
        ("copy t to 'x'", 1, 1, "not COPY"),
        ("attach 'x.db'", 1, 1, "not ATTACH"),
        ("load httpfs", 1, 1, "not LOAD"),
        ("explain select 1", 1, 1, "not EXPLAIN"),
        ("with gone as (\n  delete from t returning *\n) from gone", 2, 3, "not DELETE"),
        ("with new as (insert into t values (1) returning *) from new", 1, 14, "not INSERT"),
        ("-- nothing here\n", 1, 1, "no query"),
        ("select (a\nfrom t", 2, 1, "expecting )"),
        ("select 'abc", 1, 1, "not closed"),
        ("(" * 900 + "select 1" + ")" * 900, 1, 1, "nested too deeply"),
    ],
)
def test_anything_else_is_a_fault_with_its_place(text: str, line: int, column: int, words: str) -> None:
    fault = read_statement(text)
    assert isinstance(fault, SqlFault)
    assert words in fault.reason
    assert (fault.line, fault.column) == (line, column)


def test_what_is_no_query_is_refused_without_a_word_on_the_log(caplog: pytest.LogCaptureFixture) -> None:
    for text in ("load httpfs", "call pragma_version()", "execute p", "reset memory_limit", "prepare p as select 1"):
        assert isinstance(read_statement(text), SqlFault)
    assert caplog.records == []


def test_a_pivot_has_its_places() -> None:
    text = "\npivot gone on a in ('x') using sum(b)"
    statement = _read(text)
    assert [(r.name, r.line, r.column) for r in references(statement)] == [("gone", 2, 7)]
    assert statement.text == text


def test_a_closing_semicolon_and_what_follows_it_are_not_part_of_the_text() -> None:
    assert _read("select 1 as one -- first\n;\n-- last").text == "select 1 as one -- first\n"


def test_comments_layout_and_the_case_of_keywords_do_not_show_in_the_canonical_text() -> None:
    left = _read("select  a, 'X' as b -- why\nfrom t")
    assert left.canonical == _read("SELECT a,\n/* so */ 'X' AS b FROM t;").canonical


@pytest.mark.parametrize(
    "other", ["select A, 'X' as b from t", "select a, 'x' as b from t", 'select a, "X" as b from t', "select a, 'X' b from t"]
)
def test_everything_else_shows_in_the_canonical_text(other: str) -> None:
    assert _read("select a, 'X' as b from t").canonical != _read(other).canonical


def test_an_item_begins_where_people_see_it_begin() -> None:
    statement = _read("select\n    id,\n    cast(x as bigint) as y,\n    case when a then b end as z,\n    -q as r\nfrom t")
    select = outer_select(statement.tree)
    assert select is not None
    assert [statement.item_position(i) for i in select.expressions] == [(2, 5), (3, 5), (4, 5), (5, 5)]


@pytest.mark.parametrize(
    ("query", "written"),
    [
        ("select age::varchar as x from t", "age::varchar"),
        ("select a, cast(b as int) x from t", "cast(b as int)"),
        ("select a, -extract(year from d) as x from t", "-extract(year from d)"),
        ("select coalesce(a, b) x", "coalesce(a, b)"),
        ("select case when a then b end as x, c from t", "case when a then b end"),
        ("from t select (a + b) as x", "(a + b)"),
        ("select x from t", "x"),
    ],
)
def test_the_expression_of_an_item_is_known_as_written(query: str, written: str) -> None:
    statement = _read(query)
    select = outer_select(statement.tree)
    assert select is not None
    item = next(i for i in select.expressions if i.alias_or_name == "x")
    assert statement.item_text(item) == written


def test_reasons_speak_of_sql_and_not_of_a_parser() -> None:
    for text in [
        "select id name age from t",
        "select a from t where",
        "select a from",
        "select a from t group",
        "select * exclude from t",
    ]:
        fault = read_statement(text)
        if isinstance(fault, SqlFault):
            assert "sqlglot" not in fault.reason
            assert "Token" not in fault.reason
            assert fault.mend
