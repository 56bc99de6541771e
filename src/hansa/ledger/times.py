"""Times as a ledger keeps them: whole microseconds since 1970 in UTC, which every database keeps exactly."""

import datetime as dt

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def micros(at: dt.datetime) -> int:
    """A time as whole microseconds since 1970; exact."""
    return (at - _EPOCH) // _MICROSECOND


def moment(number: int) -> dt.datetime:
    """The time in UTC that `micros` was given."""
    return _EPOCH + number * _MICROSECOND
