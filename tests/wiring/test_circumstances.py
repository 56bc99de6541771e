"""When a command is run, for all that ends by itself."""

import datetime as dt

import pytest

from hansa.trouble import TroubleError
from hansa.wiring import moment


def test_the_moment_moves_forward_only() -> None:
    now = dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)
    assert moment({}, lambda: now) == now
    assert moment({"HANSA_TODAY": "2026-12-23"}, lambda: now) == dt.datetime(2026, 12, 23, 10, tzinfo=dt.UTC)
    assert moment({"HANSA_TODAY": "2020-01-01"}, lambda: now) == now
    with pytest.raises(TroubleError, match="H926"):
        moment({"HANSA_TODAY": "tomorrow"}, lambda: now)
