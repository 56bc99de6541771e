"""The rows of a query come once: nobody takes what is gone for an empty answer."""

import pyarrow as pa
import pytest

from hansa.client.results import Result
from hansa.trouble import TroubleError

TABLE = pa.table({"a": [1, 2, 3]})


def result() -> Result:
    return Result(TABLE.to_reader(max_chunksize=2), ())


def test_whatever_takes_all_rows_keeps_them() -> None:
    found = result()
    assert found.pandas()["a"].tolist() == [1, 2, 3]
    assert found.polars()["a"].to_list() == [1, 2, 3]
    assert found.duckdb().fetchall() == [(1,), (2,), (3,)]
    assert found.arrow() == found.reader().read_all() == TABLE
    assert list(found.rows()) == list(found.rows()) == [(1,), (2,), (3,)]


def test_rows_that_came_are_gone_and_that_is_said() -> None:
    found = result()
    rows = found.rows()
    assert next(rows) == (1,)
    for again in (found.pandas, found.polars, found.arrow, found.reader, found.rows):
        with pytest.raises(TroubleError, match="H956"):
            again()
    assert list(rows) == [(2,), (3,)], "whoever has them goes on"


def test_a_reader_hands_them_on_as_they_come() -> None:
    found = result()
    assert [batch.num_rows for batch in found.reader()] == [2, 1]
    with pytest.raises(TroubleError, match="H956"):
        found.arrow()
