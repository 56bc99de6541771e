"""The settings of a session: those that say on whose behalf it reads, and those that clients of PostgreSQL set and look up.

`hansa.consumer`, `hansa.purpose` and `hansa.environment` are claims, which the decision on every port judges. The others change
nothing of an answer: what this wire writes is UTF-8, in UTC, and in the ISO form of dates.
"""

from collections.abc import Iterable, Mapping

from hansa.gateway.postgres.troubles import WithState
from hansa.trouble import Trouble, did_you_mean

VERSION = "16.4"
"""The version of PostgreSQL by which clients choose what they may ask: its protocol and catalogue, as far as they are here."""

CLAIMS = ("consumer", "purpose", "environment")
_LONGEST, _MOST = 256, 200

_TOLD = (
    *(
        "server_version",
        "server_encoding",
        "client_encoding",
        "application_name",
        "default_transaction_read_only",
        "in_hot_standby",
    ),
    *("is_superuser", "session_authorization", "DateStyle", "IntervalStyle", "TimeZone", "integer_datetimes"),
    "standard_conforming_strings",
)
_FIXED = {
    "server_version": f"{VERSION} (Hansa)", "server_version_num": "160004", "server_encoding": "UTF8", "in_hot_standby": "off",
    "is_superuser": "off", "integer_datetimes": "on", "max_identifier_length": "63", "max_index_keys": "32",
    "standard_conforming_strings": "on", "transaction_isolation": "repeatable read", "transaction_read_only": "on",
    "lc_collate": "C", "lc_ctype": "C", "lc_messages": "C", "data_directory_mode": "0700", "block_size": "8192", "ssl": "off",
}  # fmt: skip
_DEFAULTS = {
    "application_name": "", "client_encoding": "UTF8", "client_min_messages": "notice", "DateStyle": "ISO, MDY",
    "default_transaction_isolation": "repeatable read", "default_transaction_read_only": "on", "extra_float_digits": "1",
    "IntervalStyle": "postgres", "search_path": '"$user", public', "statement_timeout": "0", "TimeZone": "UTC",
    "bytea_output": "hex", "lock_timeout": "0", "idle_in_transaction_session_timeout": "0", "idle_session_timeout": "0",
    "row_security": "on", "geqo": "on", "jit": "off", "escape_string_warning": "on", "synchronize_seqscans": "on",
    "xmloption": "content", "default_tablespace": "", "check_function_bodies": "on", "synchronous_commit": "on",
    "work_mem": "4MB", "enable_seqscan": "on", "enable_hashjoin": "on", "enable_mergejoin": "on", "enable_nestloop": "on",
    "role": "none", "tcp_keepalives_idle": "0", "tcp_keepalives_interval": "0", "tcp_keepalives_count": "0",
    "quote_all_identifiers": "off", "max_parallel_workers_per_gather": "0", "cursor_tuple_fraction": "0.1",
    "constraint_exclusion": "partition",
}  # fmt: skip
_NAMES = {name.lower(): name for name in (*_FIXED, *_DEFAULTS, "session_authorization")}
_ENCODINGS = frozenset({"utf8", "utf-8", "unicode", "sql_ascii"})


class Settings:
    """What one session has set. `given` are those of its start."""

    def __init__(self, user: str, given: Iterable[tuple[str, str]]) -> None:
        self._fixed = {**_FIXED, "session_authorization": user}
        self._at_start = dict(_DEFAULTS)
        self._now = dict(self._at_start)
        for name, value in given:
            self.set(name, value)
        self._at_start = dict(self._now)

    def set(self, name: str, value: str | None) -> None:
        """Set a setting, or with None give it back the value of the start. Raises TroubleError."""
        lowered = name.lower()
        if lowered == "all":
            self._now = dict(self._at_start)
            return
        called = _NAMES.get(lowered, lowered)
        if called in self._fixed:
            if value is not None and value.lower() != self._fixed[called].lower():
                raise WithState("55P02", Trouble("H739", f"the setting {called} cannot be changed"))
            return
        if value is None:
            self.show(called)
            self._now.pop(called, None)
            self._now.update({called: self._at_start[called]} if called in self._at_start else {})
            return
        if called not in self._now and len(self._now) >= _MOST:
            raise WithState("54000", Trouble("H739", f"a session may have {_MOST} settings"))
        self._now[called] = _judged(called, value)

    def show(self, name: str) -> str:
        """Raises TroubleError for a name of no setting."""
        called = _NAMES.get(name.lower(), name.lower())
        found = self._fixed.get(called, self._now.get(called))
        if found is None and not _is_claim(called):
            raise _unknown(name)
        return found or ""

    def all(self) -> Mapping[str, str]:
        claims = {f"hansa.{claim}": self.claim(claim) for claim in CLAIMS}
        return dict(sorted({**claims, **self._now, **self._fixed}.items()))

    def claim(self, name: str) -> str:
        return self._now.get(f"hansa.{name}", "")

    def told(self) -> Mapping[str, str]:
        """Those of which a client is told at the start, and again when they change."""
        return {name: self.show(name) for name in _TOLD}


def _judged(name: str, value: str) -> str:
    lowered = value.lower().strip("'")  # asyncpg puts it in quotes
    match name:
        case "client_encoding":
            if lowered not in _ENCODINGS:
                raise _unfit(name, value, "texts are UTF8 here")
            return "SQL_ASCII" if lowered == "sql_ascii" else "UTF8"
        case "DateStyle":
            if "iso" not in lowered and not lowered.startswith(("mdy", "dmy", "ymd")):
                raise _unfit(name, value, "dates are written in the form of ISO here")
            return "ISO, MDY"
        case "IntervalStyle":
            if lowered != "postgres":
                raise _unfit(name, value, "intervals are written in the form of postgres here")
            return "postgres"
        case "TimeZone":
            return "UTC"  # moments leave with their zone, so that a client can show them in its own
        case "default_transaction_read_only":
            return "on"
        case _ if name.startswith("hansa.") and not _is_claim(name):
            raise _unknown(name)
        case _ if name in _NAMES.values() or "." in name:
            if len(value) > (_LONGEST if _is_claim(name) else 10_000):
                raise _unfit(name, f"{value[:20]}…", "it is too long")
            return value
        case _:
            raise _unknown(name)


def _is_claim(name: str) -> bool:
    return name.removeprefix("hansa.") in CLAIMS and name.startswith("hansa.")


def _unknown(name: str) -> WithState:
    mend = did_you_mean(name.lower(), [*_NAMES, *(f"hansa.{claim}" for claim in CLAIMS)])
    return WithState("42704", Trouble("H739", f"there is no setting `{name[:100]}`", mend=mend))


def _unfit(name: str, value: str, why: str) -> WithState:
    return WithState("22023", Trouble("H739", f"{name} cannot be `{value[:100]}`: {why}"))
