"""What importing and reading cost: no Iceberg, no database."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from hansa.lake import Lake, Replace, schema_from_json, schema_to_json
from hansa.model import Column, DataFile, DataType, Schema, types
from hansa.names import PortMajor

READ = """
import sys
from pathlib import Path
from hansa.lake import Lake
from hansa.names import parse
lake = Lake("sqlite:////nowhere.db", Path(sys.argv[1]))
assert lake.relation(parse("customer.profiles.profiles@1"), int(sys.argv[2])).paths
print([name for name in ("pyiceberg", "sqlalchemy", "pyarrow", "pydantic") if name in sys.modules])
"""


def test_reading_a_listed_snapshot_imports_nothing_heavy(
    lake: Lake, port: PortMajor, schema: Schema, write: Callable[..., DataFile]
) -> None:
    file = write("SELECT 1::BIGINT AS id, 'a' AS name")
    snapshot = lake.commit(port, [file], schema, change=Replace(), base=None, environment="prod")
    argv = [sys.executable, "-c", READ, str(lake.warehouse), str(snapshot.id)]
    assert subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip() == "[]"


def test_a_stored_schema_is_read_back_as_it_was() -> None:
    plain: tuple[DataType, ...] = (
        types.Boolean(),
        types.Integer(32),
        types.Integer(64),
        types.Float(32),
        types.Float(64),
        types.String(),
    )
    more: tuple[DataType, ...] = (
        types.Binary(),
        types.Date(),
        types.Time(),
        types.Timestamp(True),
        types.Timestamp(False),
        types.Uuid(),
    )
    nested: tuple[DataType, ...] = (
        types.Decimal(38, 9),
        types.List(types.Map(types.String(), types.List(types.Date()))),
        types.Struct((types.Field("ü", types.Struct((types.Field("x", types.Integer(32)),))),)),
    )
    schema = Schema(tuple(Column(f"Column {n}", t, n % 2 == 0) for n, t in enumerate((*plain, *more, *nested))))
    assert schema_from_json(schema_to_json(schema)) == schema


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", '{"format":2,"columns":[]}', '{"format":1,"columns":[{"name":"a","type":"x","required":1}]}'],
)
def test_what_is_no_stored_schema_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        schema_from_json(text)
