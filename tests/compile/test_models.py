"""Models: what they read, how they hang together, and what feeds the ports."""

from collections.abc import Callable, Mapping

import pytest

from hansa.compile import Compiled
from hansa.engines.duckdb import DuckDbEngine
from hansa.engines.spark.translate import translate
from hansa.model import Language, Platform, Schema
from hansa.names import ProductName
from hansa.trouble import Severity

CompiledOf = Callable[..., Compiled]
Text = Callable[..., str]

PROFILES = ProductName("shop", "profiles")
SPARK = "apiVersion: hansa/v1\nkind: Mesh\nname: t\nplatforms:\n  here: {engine: spark, remote: 'sc://nowhere'}\nplatform: here\n"


def _own(result: Compiled) -> list[tuple[str, str]]:
    """Code and first place of every trouble of `shop.profiles`, without the file's folder."""
    return [(t.code, str(t.places[0]).rpartition("/")[2]) for t in result.troubles if t.product == str(PROFILES)]


@pytest.mark.parametrize(
    ("sql", "code", "place"),
    [
        ("select id, name, age\nfrom peeple", "H251", "profiles.sql:2:6"),
        ("select id, name, age from people join shop.history h using (id)", "H251", "profiles.sql:1:39"),
        ("select id, name, age from people\nunion all from 'more.parquet'", "H252", "profiles.sql:2:16"),
        ("select id, getenv('HOME') as name, age from people", "H252", "profiles.sql:1:12"),
        ("select id, name, age from people;\n\nselect 2", "H250", "profiles.sql:3:1"),
        ("delete from people", "H250", "profiles.sql:1:1"),
        ("select id, name, ages from people", "H210", "profiles.sql:1:18"),
        ("select id, name, age from people where nme = ''", "H210", "profiles.sql:1:40"),
        ("select id, name, age from profiles", "H257", "profiles.sql:1:27"),
    ],
)
def test_a_model_that_cannot_be_is_told_at_its_place(compiled: CompiledOf, sql: str, code: str, place: str) -> None:
    assert (code, place) in _own(compiled({"P:models/profiles.sql": sql}))


def test_the_engines_candidates_become_a_mend(compiled: CompiledOf) -> None:
    trouble = compiled({"P:models/profiles.sql": "select id, name, agee from people"}).troubles[0]
    assert trouble.code == "H210"
    assert "`age`" in trouble.mend


def test_models_stand_in_the_order_in_which_they_can_be_computed(compiled: CompiledOf) -> None:
    result = compiled(
        {
            "P:models/profiles.sql": "select id, name, age from b_grown",
            "P:models/b_grown.sql": "select * from z_named where age > 17",
            "P:models/z_named.sql": "from people select id, name, age where name <> ''",
        }
    )
    assert result.troubles == ()
    profiles = result.mesh.product(PROFILES)
    assert profiles is not None
    assert [(m.name, m.reads) for m in profiles.models] == [
        ("z_named", ("people",)),
        ("b_grown", ("z_named",)),
        ("profiles", ("b_grown",)),
    ]


def test_models_in_a_circle_are_told_with_every_hop(compiled: CompiledOf) -> None:
    result = compiled(
        {"P:models/profiles.sql": "select id, name, age from b join people using (id)", "P:models/b.sql": "from profiles"}
    )
    trouble = next(t for t in result.troubles if t.code == "H257")
    assert {p.note for p in trouble.places} == {"profiles reads b", "b reads profiles"}


def test_what_is_not_used_is_a_warning(compiled: CompiledOf) -> None:
    result = compiled(
        {"P:models/profiles.sql": "select 1::bigint as id, 'x' as name, 2 as age", "P:models/spare.sql": "select 1 as x"}
    )
    assert {(t.code, t.severity) for t in result.troubles} == {("H258", Severity.WARNING), ("H259", Severity.WARNING)}
    assert result.valid


def test_a_changing_result_is_a_warning(compiled: CompiledOf) -> None:
    result = compiled({"P:models/profiles.sql": "select id, name, year(current_date) as age from people"})
    assert [(t.code, t.severity) for t in result.troubles] == [("H253", Severity.WARNING)]
    assert result.valid


def test_a_model_and_an_input_port_of_one_name_are_refused(compiled: CompiledOf) -> None:
    result = compiled({"P:models/people.sql": "select 1 as id"})
    assert ("H261", "people.sql") in _own(result)


def test_a_python_model_is_read_and_never_run(compiled: CompiledOf) -> None:
    text = "raise SystemExit('must not run')\n\ndef model(inputs):\n    return inputs.people.project('id, name, age')\n"
    result = compiled({"P:models/profiles.sql": None, "P:models/profiles.py": text})
    assert result.troubles == ()
    profiles = result.mesh.product(PROFILES)
    assert profiles is not None
    model = profiles.models[0]
    assert (model.language, model.reads) == (Language.PYTHON, ("people",))
    assert model.path.endswith("profiles.py")
    assert [str(c) for c in profiles.outputs[0].schema] == ["id BIGINT NOT NULL", "name VARCHAR NOT NULL", "age BIGINT"]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("def model(inputs):\n    return inputs.peeple\n", "H251", "profiles.py:2:12"),
        ("def model(inputs:\n    pass\n", "H254", "profiles.py:1:10"),
        ("def compute(inputs):\n    pass\n", "H254", "profiles.py:1:1"),
        ("def model(a, b):\n    pass\n", "H254", "profiles.py:1:1"),
        ("def model(inputs):\n    return inputs['peo' + 'ple']\n", "H255", "profiles.py:2:12"),
        ("def model(inputs):\n    return other(inputs)\n", "H255", "profiles.py:2:18"),
        ("def model(inputs):\n    return getattr(inputs, 'people')\n", "H255", "profiles.py:2:20"),
    ],
)
def test_a_python_model_that_hides_what_it_reads_is_told(compiled: CompiledOf, text: str, code: str, place: str) -> None:
    assert (code, place) in _own(compiled({"P:models/profiles.sql": None, "P:models/profiles.py": text}))


def test_the_types_of_a_python_models_port_must_be_said(compiled: CompiledOf, contract: Text) -> None:
    files = {
        "P:models/profiles.sql": None,
        "P:models/profiles.py": "def model(inputs):\n    return inputs['people']\n",
        "P:contracts/profiles.odcs.yaml": contract("profiles", "- {name: id, physicalType: bigint}\n- {name: age}"),
    }
    trouble = compiled(files).troubles[0]
    assert trouble.code == "H218"
    assert "age" in trouble.summary


def test_a_platform_without_python_is_told_with_a_mend(compiled: CompiledOf) -> None:
    result = compiled(
        {
            "hansa.yaml": SPARK,
            "P:models/profiles.sql": None,
            "P:models/profiles.py": "def model(inputs):\n    return inputs.people\n",
        }
    )
    trouble = next(t for t in result.troubles if t.code == "H256")
    assert "duckdb" in trouble.mend


def test_comments_in_python_do_not_change_the_fingerprint(compiled: CompiledOf) -> None:
    plain = "def model(inputs):\n    return inputs.people\n"
    noted = "# why\n\n\ndef model(inputs):\n    # because\n    return (inputs.people)\n"
    prints = {
        compiled({"P:models/profiles.sql": None, "P:models/profiles.py": text}, str(i)).mesh.fingerprint
        for i, text in enumerate([plain, noted])
    }
    assert len(prints) == 1


def test_what_cannot_be_translated_for_the_platforms_engine_is_told(compiled: CompiledOf, engine: DuckDbEngine) -> None:
    def describe(platform: Platform, query: str, tables: Mapping[str, Schema]) -> Schema:
        assert platform.engine == "spark"
        translate(query, tables)
        return engine.describe(query, tables)

    sql = "select id, name, age from people\nasof join (select id as other from people) o on people.id >= o.other"
    result = compiled({"hansa.yaml": SPARK, "P:models/profiles.sql": sql}, describe=describe)
    trouble = next(t for t in result.troubles if t.code == "H210")
    assert trouble.product == str(PROFILES)
    assert "spark" in trouble.mend
    assert trouble.places[0].line == 2
