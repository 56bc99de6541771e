"""What a query produces against what its contract promises: columns, types and nulls, each with two places and a mend."""

import time
from collections.abc import Callable

import pytest

from hansa.compile import Compiled
from hansa.names import ProductName
from hansa.trouble import Trouble, render

CompiledOf = Callable[..., Compiled]
Text = Callable[..., str]

PROFILES = ProductName("shop", "profiles")
MODEL, CONTRACT = "P:models/profiles.sql", "P:contracts/profiles.odcs.yaml"


def _trouble(result: Compiled) -> Trouble:
    own = [t for t in result.troubles if t.product == str(PROFILES)]
    assert len(own) == 1, own
    return own[0]


def _checked(compiled: CompiledOf, contract: Text, declared: str, expression: str) -> Compiled:
    """A port with one column `x`, produced by an expression over `people`."""
    return compiled(
        {CONTRACT: contract("profiles", declared), MODEL: f"select {expression} as x from people", "H:product.odps.yaml": None}
    )


def test_a_missing_column_looks_just_so(compiled: CompiledOf) -> None:
    trouble = _trouble(compiled({MODEL: "select id, name as nam, age from people"}))
    assert render(trouble) == (
        "error[H214] output port shop.profiles promises a column its query does not produce\n"
        "  domains/shop/profiles/contracts/profiles.odcs.yaml:10:9  promised here: name\n"
        "  domains/shop/profiles/models/profiles.sql:1:8            produced here: id, nam, age\n"
        "  mend: promise `nam`, or select `nam as name`\n"
        "  more: hansa explain H214"
    )


def test_a_missing_column_without_a_likely_one_is_to_be_added(compiled: CompiledOf) -> None:
    trouble = _trouble(compiled({MODEL: "select id, name from people"}))
    assert trouble.code == "H214"
    assert trouble.mend == "add `age` to the select list, or remove it from the contract"


def test_an_extra_column_is_told_with_two_places(compiled: CompiledOf) -> None:
    trouble = _trouble(compiled({MODEL: "select id, name, age,\n  upper(band) as loud from people"}))
    assert trouble.code == "H215"
    assert (trouble.places[0].line, trouble.places[0].column) == (2, 3)
    assert "profiles.odcs.yaml" in trouble.places[1].file


def test_of_very_many_columns_the_first_are_told_and_the_others_counted(compiled: CompiledOf, contract: Text) -> None:
    model = "select id, name, age, " + ", ".join(f"{n} as c{n}" for n in range(3_000)) + " from people"
    begun = time.process_time()
    troubles = [t for t in compiled({MODEL: model}).troubles if t.code == "H215"]
    assert time.process_time() - begun < 10
    assert len(troubles) == 101
    assert "2,900 columns more that the contract does not promise" in "".join(t.summary for t in troubles)

    promised = contract("profiles", "\n".join(f"- {{name: c{n}, logicalType: integer}}" for n in range(3_000)))
    begun = time.process_time()
    troubles = [t for t in compiled({CONTRACT: promised, "H:product.odps.yaml": None}).troubles if t.code == "H214"]
    assert time.process_time() - begun < 10
    assert len(troubles) == 101
    assert "2,900 columns more that its query does not produce" in "".join(t.summary for t in troubles)


@pytest.mark.slow
@pytest.mark.parametrize(("declared", "code"), [("logicalType: string", "H216"), ("required: true", "H217")])
def test_thousands_of_columns_are_each_told_of_in_the_time_that_a_few_take(
    compiled: CompiledOf, contract: Text, declared: str, code: str
) -> None:
    def seconds(columns: int) -> float:
        model = "select " + ",\n  ".join(f"age + {n} as c{n}" for n in range(columns)) + "\nfrom people"
        promised = contract("profiles", "\n".join(f"- {{name: c{n}, {declared}}}" for n in range(columns)))
        begun = time.process_time()
        told = compiled({CONTRACT: promised, MODEL: model, "H:product.odps.yaml": None}).troubles
        spent = time.process_time() - begun
        assert [t.places[1].line for t in told if t.code == code] == list(range(1, columns + 1))
        return spent

    few = min(seconds(500) for _ in range(2))
    assert seconds(4_000) < 32 * few, "eight times as many; each with each other would be 64"


def test_columns_match_without_regard_to_case_and_keep_the_contracts_order(compiled: CompiledOf) -> None:
    profiles = compiled({MODEL: "select AGE, Name, ID from people"}).mesh.product(PROFILES)
    assert profiles is not None
    assert profiles.outputs[0].schema.names == ("id", "name", "age")


@pytest.mark.parametrize(
    ("declared", "expression", "stored"),
    [
        ("physicalType: bigint", "1::integer", "BIGINT"),
        ("physicalType: 'decimal(20,2)'", "1::decimal(10,2)", "DECIMAL(20,2)"),
        ("physicalType: double", "1::integer", "DOUBLE"),
        ("physicalType: varchar", "uuid '00000000-0000-0000-0000-000000000000'", "VARCHAR"),
        ("logicalType: integer", "1::integer", "INTEGER"),
        ("logicalType: number", "1::decimal(10,2)", "DECIMAL(10,2)"),
        ("logicalType: number", "1::bigint", "BIGINT"),
        ("logicalType: timestamp", "timestamptz '2026-01-01 00:00:00+00'", "TIMESTAMP WITH TIME ZONE"),
        ("logicalType: date", "timestamp '2026-01-01'", "TIMESTAMP"),
        ("logicalType: object", "{'a': 1}", 'STRUCT("a" INTEGER)'),
        ("logicalType: array", "[name]", "VARCHAR[]"),
        ("logicalType: array, items: {logicalType: number}", "[1::double]", "DOUBLE[]"),
        ("description: open", "name", "VARCHAR"),
    ],
)
def test_what_fits_is_stored_as_promised_or_in_an_open_family_as_produced(
    compiled: CompiledOf, contract: Text, declared: str, expression: str, stored: str
) -> None:
    result = _checked(compiled, contract, f"- {{name: x, {declared}}}", expression)
    assert [render(t) for t in result.troubles if t.is_error and t.product == str(PROFILES)] == []
    profiles = result.mesh.product(PROFILES)
    assert profiles is not None
    assert [str(c) for c in profiles.outputs[0].schema] == [f"x {stored}"]


@pytest.mark.parametrize(
    ("declared", "expression", "mend"),
    [
        ("physicalType: integer", "age", "cast(age as INTEGER) as x"),
        ("physicalType: bigint", "name", "cast(name as BIGINT) as x"),
        ("physicalType: 'decimal(10,2)'", "age / 2", "cast(age / 2 as DECIMAL(10,2)) as x"),
        ("physicalType: date", "timestamp '2026-01-01'", "as DATE) as x"),
        ("physicalType: timestamptz", "timestamp '2026-01-01'", "as TIMESTAMP WITH TIME ZONE) as x"),
        ("logicalType: integer", "age / 2.5", "as BIGINT) as x"),
        ("logicalType: string", "age", "cast(age as VARCHAR) as x"),
        ("logicalType: boolean", "name", "cast(name as BOOLEAN) as x"),
        ("logicalType: timestamp, logicalTypeOptions: {timezone: true}", "timestamp '2026-01-01'", "TIME ZONE) as x"),
        ("logicalType: array, items: {logicalType: number}", "[name]", "as DOUBLE[]) as x"),
        ("logicalType: object, properties: [{name: a, logicalType: integer}]", "{'b': 1}", "STRUCT"),
    ],
)
def test_a_wrong_type_is_told_with_a_ready_cast(
    compiled: CompiledOf, contract: Text, declared: str, expression: str, mend: str
) -> None:
    trouble = _trouble(_checked(compiled, contract, f"- {{name: x, {declared}}}", expression))
    assert trouble.code == "H216"
    assert mend in trouble.mend
    assert [p.file.rpartition("/")[2] for p in trouble.places] == ["profiles.odcs.yaml", "profiles.sql"]
    assert trouble.places[1].column == 8


@pytest.mark.parametrize(
    ("sql", "because", "line"),
    [
        ("select id,\n age as x from people", "`age` of `people` is optional", 2),
        ("select id,\n b.age as x from people a left join people b using (id)", "LEFT JOIN finds no row of `b`", 2),
        ("with c as (select id, nullif(name, '') as x from people)\nselect * from c", "NULLIF makes nulls", 2),
        ("select id, case when age > 17 then name end as x from people", "CASE has no ELSE", 1),
        ("select id, case band when 'low' then 1 end as x from people", "no branch for 'high'", 1),
        ("select id, name as x from people union all select id, null from people", "it is NULL", 1),
    ],
)
def test_a_required_column_that_may_be_null_is_told_with_the_reason(
    compiled: CompiledOf, contract: Text, sql: str, because: str, line: int
) -> None:
    columns = "- {name: id, physicalType: bigint, primaryKey: true}\n- {name: x, required: true}"
    result = compiled({CONTRACT: contract("profiles", columns), MODEL: sql, "H:product.odps.yaml": None})
    trouble = _trouble(result)
    assert trouble.code == "H217"
    assert because in trouble.places[1].note
    assert trouble.places[1].line == line


@pytest.mark.parametrize(
    "expression",
    [
        "coalesce(age, 0)",
        "case when age is null then 0 else age end",
        "case band when 'low' then 1 when 'high' then 2 end",
        "case when band in ('low', 'high') then 1 end",
        "upper(name) || '!'",
        "count(*) over ()",
        "strptime(name, '%Y')",
    ],
)
def test_what_is_never_null_or_not_known_to_be_is_left_to_the_audit(
    compiled: CompiledOf, contract: Text, expression: str
) -> None:
    result = _checked(compiled, contract, "- {name: x, required: true}", expression)
    assert [render(t) for t in result.troubles if t.product == str(PROFILES)] == []


def test_nulls_are_followed_through_sibling_models(compiled: CompiledOf) -> None:
    files = {
        MODEL: "select id, nick as name, age from named",
        "P:models/named.sql": "select id, nullif(name, '') as nick, age from people",
    }
    trouble = _trouble(compiled(files))
    assert (trouble.code, trouble.places[1].note) == ("H217", "may be null: NULLIF makes nulls")
