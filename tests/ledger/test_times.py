"""Times survive their way into a column and back to the microsecond."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from hansa.ledger.times import micros, moment


@given(st.datetimes(timezones=st.timezones()))
def test_any_instant_is_read_as_it_was_written(at: dt.datetime) -> None:
    try:
        utc = at.astimezone(dt.UTC)
    except OverflowError:
        return
    assert moment(micros(at)) == utc


def test_the_next_microsecond_is_another_number() -> None:
    at = dt.datetime(2026, 3, 1, 12, 0, 0, 999_999, tzinfo=dt.UTC)
    assert micros(at + dt.timedelta(microseconds=1)) == micros(at) + 1
