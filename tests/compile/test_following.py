"""Lineage through the models of a product, and what a mesh knows of it in the end."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence

import duckdb
import pytest

from hansa.compile.following import assumed, followed, port_lineage
from hansa.model import ColumnLineage, ColumnRead, Compiled, Language, Learnt, Lineage, Model, Subtype
from hansa.names import parse_product

CompiledOf = Callable[..., Compiled]
INPUTS = {"lines": ("id", "value"), "people": ("id", "name")}
DIRECT = (Subtype.IDENTITY, Subtype.TRANSFORMATION, Subtype.AGGREGATION)


def read(source: str, subtype: Subtype = Subtype.IDENTITY, learnt: Learnt = Learnt.PARSED) -> ColumnRead:
    table, _, column = source.partition(".")
    return ColumnRead(table, column, subtype, learnt)


def lineage(rows: tuple[ColumnRead, ...] = (), **columns: tuple[ColumnRead, ...]) -> Lineage:
    return Lineage(tuple(ColumnLineage(name, reads) for name, reads in columns.items()), rows)


def model(name: str, found: Lineage, *reads: str) -> Model:
    return Model(name, Language.SQL, "", reads=reads, lineage=found)


def through(inner: ColumnRead, outer: Subtype, learnt: Learnt = Learnt.PARSED) -> ColumnRead:
    """What a column amounts to that is made of a sibling's column."""
    step = model("step", lineage(a=(inner,)), "lines")
    end = model("end", lineage(b=(ColumnRead("step", "a", outer, learnt),)), "step")
    ((found,),) = [c.reads for c in followed([step, end])["end"].columns]
    return found


@pytest.mark.parametrize("outer", Subtype)
@pytest.mark.parametrize("inner", Subtype)
def test_a_way_is_direct_just_when_all_its_steps_are(inner: Subtype, outer: Subtype) -> None:
    found = through(read("lines.value", inner), outer).subtype
    assert found.direct is (inner.direct and outer.direct)
    assert found in (inner, outer)
    if found.direct:
        assert found is max(inner, outer, key=DIRECT.index), "a sum of a rounded value is an aggregation"


@pytest.mark.parametrize("learnt", Learnt)
def test_a_way_is_known_as_well_as_its_least_known_step(learnt: Learnt) -> None:
    assert through(read("lines.value"), Subtype.IDENTITY, learnt).learnt is learnt
    assert through(read("lines.value", learnt=learnt), Subtype.JOIN).learnt is learnt
    assert through(read("lines.value", learnt=Learnt.ASSUMED), Subtype.SORT, learnt).learnt is Learnt.ASSUMED


def test_rows_of_a_model_are_rows_of_whatever_reads_it_even_if_no_column_is_read() -> None:
    step = model("step", lineage((read("lines.value", Subtype.FILTER),), a=(read("lines.id"),)), "lines")
    counted = model("counted", lineage(n=()), "step")
    assert followed([step, counted])["counted"] == lineage((read("lines.value", Subtype.FILTER),), n=())


def test_a_join_on_a_siblings_column_is_one_on_what_that_came_from() -> None:
    step = model("step", lineage(key=(read("lines.id", Subtype.TRANSFORMATION),)), "lines")
    joined = lineage((read("step.key", Subtype.JOIN), read("people.id", Subtype.JOIN)), name=(read("people.name"),))
    found = followed([step, model("joined", joined, "people", "step")])["joined"]
    assert found.rows == (read("lines.id", Subtype.JOIN), read("people.id", Subtype.JOIN))
    assert found.of("name") == (read("people.name"), *found.rows)


def test_a_column_reached_on_two_ways_stands_once_for_each_way_of_taking_part() -> None:
    step = model("step", lineage(a=(read("lines.value"),), b=(read("lines.value", learnt=Learnt.DECLARED),)), "lines")
    end = model("end", lineage(c=(read("step.a"), read("step.b"), read("step.b", Subtype.CONDITIONAL))), "step")
    assert followed([step, end])["end"].of("c") == (
        read("lines.value", Subtype.CONDITIONAL, Learnt.DECLARED),
        read("lines.value"),
    )


def test_what_is_passed_on_unchanged_is_not_copied() -> None:
    step = model("step", lineage(a=(read("lines.id"), read("lines.value"))), "lines")
    end = model("end", lineage(b=(read("step.a"),)), "step")
    found = followed([step, end])
    assert found["step"] is step.lineage
    assert found["end"].columns[0].reads is step.lineage.columns[0].reads
    assert port_lineage(("b",), found["end"], INPUTS) is found["end"]


def test_a_port_has_the_order_and_the_spelling_of_its_contract() -> None:
    found = port_lineage(("Value", "id"), lineage(id=(read("lines.id"),), VALUE=(read("lines.value"),)), INPUTS)
    assert [c.column for c in found.columns] == ["Value", "id"]
    assert found.of("value") == (read("lines.value"),)


def test_a_column_that_no_model_is_known_to_make_depends_on_everything() -> None:
    found = port_lineage(("id", "more"), lineage(id=(read("lines.id"),)), INPUTS)
    assert {(r.table, r.column) for r in found.of("more")} == {(t, c) for t, columns in INPUTS.items() for c in columns}
    assert {r.learnt for r in found.of("more")} == {Learnt.ASSUMED}
    assert [r for r in found.of("id") if r.subtype.direct] == [read("lines.id")]


def test_a_model_whose_columns_nobody_knows_passes_on_everything_that_it_reads() -> None:
    unknown = model("unknown", assumed((), {"lines": INPUTS["lines"]}), "lines")
    end = model("end", assumed(("x",), {"unknown": None}), "unknown")
    found = followed([unknown, end])["end"]
    assert {(r.column, r.subtype.direct, r.learnt) for r in found.of("x")} == {
        (column, direct, Learnt.ASSUMED) for column in ("id", "value") for direct in (True, False)
    }


# ------------------------------------------------------------------------------------------------------------- a whole mesh


def port(compiled: Compiled, product: str) -> Lineage:
    found = compiled.mesh.product(parse_product(product))
    assert found is not None, [str(t) for t in compiled.troubles]
    return found.outputs[0].lineage


def edges(found: Lineage) -> Mapping[str, set[str]]:
    return {c.column: {f"{r.table}.{r.column} {r.subtype} {r.learnt}" for r in c.reads} for c in found.columns}


def test_a_port_is_followed_through_sibling_models_to_its_input_ports(compiled: CompiledOf) -> None:
    files = {
        "P:models/adults.sql": "select id, upper(name) as called, age from people where age > 17",
        "P:models/profiles.sql": "select a.id as ID, coalesce(called, band) as name, a.age\nfrom adults a join people using (id)",
    }
    found = port(compiled(files), "shop.profiles")
    assert edges(found) == {
        "id": {"people.id identity parsed"},
        "name": {"people.name transformation parsed", "people.band transformation parsed"},
        "age": {"people.age identity parsed"},
    }
    assert {(r.column, r.subtype) for r in found.rows} == {("id", Subtype.JOIN), ("age", Subtype.FILTER)}


def test_a_model_keeps_its_own_lineage_over_what_it_reads(compiled: CompiledOf) -> None:
    files = {"P:models/all.sql": "from people", "P:models/profiles.sql": "select id, name, age from all_people"}
    files["P:models/all_people.sql"] = files.pop("P:models/all.sql")
    product = compiled(files).mesh.product(parse_product("shop.profiles"))
    assert product is not None
    by_name = {m.name: m.lineage for m in product.models}
    assert edges(by_name["profiles"])["name"] == {"all_people.name identity parsed"}
    assert edges(by_name["all_people"])["band"] == {"people.band identity parsed"}


@pytest.mark.parametrize(
    "step",
    [
        "select id, age, unnest({'p': band, 'q': name}) from people",
        "select id, age, pair.* from (select *, {'p': band, 'q': name} as pair from people)",
    ],
)
def test_fields_that_only_the_engine_can_name_do_not_make_a_whole_model_assumed(step: str, compiled: CompiledOf) -> None:
    files = {"P:models/step.sql": step, "P:models/profiles.sql": "select id, q as name, age from step"}
    found = port(compiled(files), "shop.profiles")
    assert edges(found) == {
        "id": {"people.id identity parsed"},
        "name": {"people.band transformation parsed", "people.name transformation parsed"},
        "age": {"people.age identity parsed"},
    }


PYTHON = "import pyarrow as pa\nfrom hansa.python import lineage\n\n\n{}\ndef model(inputs):\n    return inputs.people.arrow()\n"


def python(decorator: str) -> Mapping[str, str | None]:
    return {"P:models/profiles.sql": None, "P:models/profiles.py": PYTHON.format(decorator)}


def test_a_python_model_declares_its_lineage(compiled: CompiledOf) -> None:
    result = compiled(python('@lineage(id="people.ID", name=["people.name", "people.band"], age=(), rows=["people.age"])'))
    assert not [t for t in result.troubles if t.is_error]
    found = port(result, "shop.profiles")
    assert edges(found) == {
        "id": {"people.id transformation declared"},
        "name": {"people.name transformation declared", "people.band transformation declared"},
        "age": set(),
    }
    assert found.rows == (read("people.age", Subtype.FILTER, Learnt.DECLARED),)


def test_a_column_that_python_does_not_declare_is_assumed_to_depend_on_everything(compiled: CompiledOf) -> None:
    everything = {f"people.{c} transformation assumed" for c in ("id", "name", "age", "band")}
    assert edges(port(compiled(python("")), "shop.profiles")) == dict.fromkeys(("id", "name", "age"), everything)
    some = edges(port(compiled(python('@lineage(**{"id": ["people.*"]})'), folder="second"), "shop.profiles"))
    assert some["age"] == everything
    assert some["id"] == {e.replace("assumed", "declared") for e in everything}


@pytest.mark.parametrize(
    ("decorator", "code", "said"),
    [
        ("@lineage(id=[SOURCE])", "H270", "cannot be read"),
        ("@lineage", "H270", "cannot be read"),
        ("@lineage(id='people.id')\n@lineage(age='people.age')", "H270", "cannot be read"),
        ("@lineage(**SOURCES)", "H270", "cannot be read"),
        ("@lineage(id='people.idd')", "H271", "did you mean `id`"),
        ("@lineage(id='peopl.id')", "H271", "did you mean `people`"),
        ("@lineage(id='people')", "H271", "input.column"),
        ("@lineage(nam='people.name')", "H272", "did you mean `name`"),
    ],
)
def test_declared_lineage_that_cannot_be_is_told_where_it_stands(
    compiled: CompiledOf, decorator: str, code: str, said: str
) -> None:
    (trouble,) = [t for t in compiled(python(decorator)).troubles if t.is_error]
    assert trouble.code == code
    assert said in str(trouble)
    assert trouble.places[0].file.endswith("profiles.py")
    assert trouble.places[0].line in (5, 6)


def test_to_declare_lineage_computes_nothing_anew(compiled: CompiledOf) -> None:
    canonical = set()
    for number, decorator in enumerate(("", "@lineage(id='people.id')")):
        product = compiled(python(decorator), folder=f"mesh{number}").mesh.product(parse_product("shop.profiles"))
        assert product is not None
        canonical.add(product.models[0].canonical)
    assert len(canonical) == 1


def test_sql_over_python_whose_columns_nobody_knows_depends_on_all_that_the_python_reads(compiled: CompiledOf) -> None:
    files = {
        "P:models/step.py": "def model(inputs):\n    return inputs.people.arrow()\n",
        "P:contracts/profiles.odcs.yaml": None,
        "P:models/profiles.sql": "select id, name, age from step",
    }
    del files["P:contracts/profiles.odcs.yaml"]
    found = port(compiled(files), "shop.profiles")
    assert {r.column for r in found.of("id") if r.subtype.direct} == {"id", "name", "age", "band"}
    assert {r.learnt for r in found.of("id")} == {Learnt.ASSUMED}


# ------------------------------------------------------------------------------------------------------------- what data shows

STEPS = (
    "select id, upper(name) as name, age, band from people where age > 20",
    "select max(id) as id, name, sum(age) as age, min(band) as band from people group by name",
    "select id, lag(name) over (order by band, id) as name, case when age > 40 then id else age end as age, band from people",
    "select a.id, b.name, a.age, b.band from people a left join people b on a.id = b.age",
    "select * replace (age + id as age) from people qualify row_number() over (partition by band order by age, id) = 1",
    "select id, name, age, band from people where age >= (select avg(id) from people where band = 'low')",
)
ENDS = (
    "select id, name, age from step",
    "select count(*) as id, 'all' as name, null::bigint as age from step",
    "select s.id, p.name, s.age from people p join step s on p.id = s.id",
    "select p.id, p.name, (select max(age) from step) as age from people p",
    "select id, name, age from people union all select age, band, id from step where name < 'n'",
    "with twice as (select id, age * 2 as age from step) select max(id) as id, 'x' as name, age from twice group by age",
)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        yield made


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("step", STEPS)
def test_a_port_column_that_other_data_changes_depends_on_it(
    compiled: CompiledOf, contract: Callable[..., str], connection: duckdb.DuckDBPyConnection, step: str, end: str
) -> None:
    """With one column of the source drawn anew, whatever comes out differently must have that column in its lineage."""
    promised = "- {name: id, logicalType: integer}\n- {name: name, logicalType: string}\n- {name: age, logicalType: integer}"
    files = {
        "P:models/step.sql": step,
        "P:models/profiles.sql": end,
        "P:contracts/profiles.odcs.yaml": contract("profiles", promised),
    }
    found = port(compiled(files), "shop.profiles")
    draw = random.Random(f"{step}|{end}")
    names = ("id", "name", "age", "band")
    query = f"step as ({step}) select id, name, age from ({end})"
    for _ in range(4):
        people = {c: drawn(draw, c) for c in names}
        before = outcome(connection, people, query)
        for changed in names:
            after = outcome(connection, {**people, changed: drawn(draw, changed)}, query)
            for column in ("id", "name", "age"):
                if before[column] != after[column]:
                    assert any(r.column == changed for r in found.of(column)), f"{changed} decides about {column}"


def drawn(draw: random.Random, column: str) -> list[object]:
    kinds: Mapping[str, Sequence[object]] = {"name": ("ann", "bob", "zoe"), "band": ("low", "high")}
    return [draw.choice(kinds.get(column, range(60))) for _ in range(6)]


def outcome(connection: duckdb.DuckDBPyConnection, people: Mapping[str, list[object]], query: str) -> Mapping[str, list[str]]:
    """Each column of the result on its own, in no order."""
    rows = ", ".join(str(row) for row in zip(*people.values(), strict=True))
    found = connection.execute(f"with people({', '.join(people)}) as (values {rows}), {query}").fetchall()
    return {c: sorted(str(row[i]) for row in found) for i, c in enumerate(("id", "name", "age"))}
