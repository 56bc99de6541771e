"""Python models: what they are given, what they may return, and how their mistakes are told."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest

from hansa.engines import EngineFailed, Materialisation, PythonQuery, QueryRefused
from hansa.engines.duckdb import DuckDbEngine
from hansa.model import DataFile, ParquetFiles, Relation, Schema, View
from hansa.model.types import Integer, String

Run = Callable[[str], dict[str, list[object]]]


@pytest.fixture
def result_of(
    engine: DuckDbEngine,
    orders: ParquetFiles,
    tmp_path: Path,
    schema: Callable[..., Schema],
    read: Callable[[Iterable[DataFile]], pa.Table],
) -> Run:
    """Run the source of a model that reads `orders` and `names`, promising customer and n; its rows by column."""

    def materialise(source: str) -> dict[str, list[object]]:
        path = tmp_path / "model.py"
        path.write_text(source)
        tables: dict[str, Relation] = {
            "orders": orders,
            "names": View("SELECT DISTINCT customer FROM orders"),
            "hidden": View("SELECT 1 AS x"),
        }
        query = PythonQuery(str(path), ("names", "orders"))
        work = Materialisation(query, tables, schema(customer=String(), n=Integer()), tmp_path / "out", ("customer",))
        return dict(read(engine.materialise(work)).to_pydict())

    return materialise


COUNTED = {"customer": ["ann", "bob"], "n": [2, 1]}


@pytest.mark.parametrize(
    "body",
    [
        "return inputs.orders.sql('SELECT customer, count(*) AS n FROM self GROUP BY 1')",
        "return inputs['orders'].duckdb().aggregate('customer, count(*) AS n')",
        "return inputs.orders.arrow().group_by('customer').aggregate([([], 'count_all')]).rename_columns(['customer', 'n'])",
        "import pyarrow as pa\n"
        "    t = inputs.orders.reader().read_all().group_by('customer').aggregate([([], 'count_all')])\n"
        "    return t.rename_columns(['customer', 'n']).to_reader()",
        "import pyarrow.dataset as ds\n    t = inputs.orders.arrow().group_by('customer').aggregate([([], 'count_all')])\n"
        "    return ds.dataset(t.rename_columns(['customer', 'n']))",
        "import polars as pl\n    return inputs.orders.polars().group_by('customer').agg(pl.len().alias('n'))",
        "import polars as pl\n    return inputs.orders.polars().lazy().group_by('customer').agg(pl.len().alias('n'))",
        "return inputs.orders.pandas().groupby('customer').size().reset_index(name='n')",
    ],
    ids=["sql", "duckdb", "arrow", "reader", "dataset", "polars", "lazy", "pandas"],
)
def test_a_model_may_work_in_any_of_the_known_forms(result_of: Run, body: str) -> None:
    assert result_of(f"def model(inputs):\n    {body}\n") == COUNTED


def test_a_model_may_use_what_it_defines_beside_the_function(result_of: Run) -> None:
    source = (
        "from dataclasses import dataclass\n\n@dataclass\nclass Line:\n    customer: str\n    n: int\n\n"
        "def model(inputs):\n    import pyarrow as pa\n    lines = [Line('ann', 2), Line('bob', 1)]\n"
        "    return pa.Table.from_pylist([vars(line) for line in lines])\n"
    )
    assert result_of(source) == COUNTED


def test_only_what_a_model_reads_is_visible(result_of: Run) -> None:
    assert (
        result_of(
            "def model(inputs):\n    assert sorted(inputs) == ['names', 'orders']\n    return inputs.orders.sql("
            "'SELECT customer, count(*) AS n FROM self GROUP BY 1')\n"
        )
        == COUNTED
    )
    with pytest.raises(EngineFailed, match="`hidden` is no input of this model; it reads names, orders"):
        result_of("def model(inputs):\n    return inputs.hidden.arrow()\n")


def test_a_mistake_is_told_with_file_and_line_of_the_users_code(result_of: Run, tmp_path: Path) -> None:
    with pytest.raises(EngineFailed) as caught:
        result_of("def total(x):\n    return 1 / x\n\ndef model(inputs):\n    return total(0)\n")
    assert caught.value.kind == "data"
    assert caught.value.reason == "model.py:2: ZeroDivisionError: division by zero"
    assert not (tmp_path / "out").exists()


def test_a_mistake_in_sql_inside_a_model_is_told_alike(result_of: Run) -> None:
    with pytest.raises(EngineFailed, match=r"model.py:2: .*custmer"):
        result_of("def model(inputs):\n    return inputs.orders.sql('SELECT custmer FROM self')\n")


def test_a_failure_while_a_lazy_result_is_written_is_a_failure_of_the_data(result_of: Run, tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match="wrong kind of day") as caught:
        result_of(
            "import pyarrow as pa\n\ndef batches():\n    yield pa.record_batch({'customer': ['a'], 'n': [1]})\n"
            "    raise ValueError('wrong kind of day')\n\ndef model(inputs):\n"
            "    schema = pa.schema([('customer', pa.string()), ('n', pa.int64())])\n"
            "    return pa.RecordBatchReader.from_batches(schema, batches())\n"
        )
    assert caught.value.kind == "data"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def modle(inputs):\n    pass\n", "no function model"),
        ("def model(inputs):\n    pass\n", "returned nothing"),
        ("def model(inputs):\n    return [1]\n", "returned builtins.list"),
        ("def model(inputs:\n", "never closed"),
        ("def model(inputs):\n    return inputs.names.arrow()\n", "lacks the column `n`"),
    ],
)
def test_a_file_that_is_no_model_is_refused(result_of: Run, source: str, reason: str) -> None:
    with pytest.raises(QueryRefused, match=reason):
        result_of(source)


def test_an_import_that_is_not_installed_is_told_with_its_line(result_of: Run) -> None:
    with pytest.raises(EngineFailed, match=r"model.py:1: ModuleNotFoundError"):
        result_of("import no_such_library\n\ndef model(inputs):\n    pass\n")


def test_models_leave_nothing_in_the_folder_of_the_mesh(result_of: Run, tmp_path: Path) -> None:
    result_of("def model(inputs):\n    return inputs.orders.sql('SELECT customer, count(*) AS n FROM self GROUP BY 1')\n")
    assert not (tmp_path / "__pycache__").exists()


def test_what_a_model_prints_does_not_reach_standard_output(result_of: Run, capsys: pytest.CaptureFixture[str]) -> None:
    query = "SELECT customer, count(*) AS n FROM self GROUP BY 1"
    assert (
        result_of(f"print('loading')\n\ndef model(inputs):\n    print('at', 'work')\n    return inputs.orders.sql({query!r})\n")
        == COUNTED
    )
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "loading\nat work\n")


@pytest.mark.parametrize("ending", ["sys.exit(3)", "raise KeyboardInterrupt"])
def test_a_model_that_wants_to_end_the_process_only_fails_itself(result_of: Run, ending: str) -> None:
    with ThreadPoolExecutor(1) as runner:
        outcome = runner.submit(result_of, f"import sys\n\ndef model(inputs):\n    {ending}\n")
        with pytest.raises(EngineFailed, match=r"model\.py:4"):
            outcome.result()
