"""The functions of PostgreSQL that clients ask the catalogue with, as macros; those that tell of the session are values."""

from collections.abc import Callable, Mapping

from hansa.frozen import dataclass
from hansa.gateway.postgres.settings import VERSION, Settings

PREFIX = "hansa_"
"""Before the name of a macro, so that none is taken for a function of DuckDB."""

MACROS: Mapping[str, str] = {
    "format_type": """(t, m) AS (SELECT CASE WHEN t = 1700 AND m >= 4
        THEN 'numeric(' || ((m - 4) >> 16) || ',' || ((m - 4) & 65535) || ')'
        ELSE (SELECT min(h.sqlname) FROM cat.pg_type h WHERE h.oid = t) END)""",
    "regclass": "(t) AS (SELECT min(h.relname) FROM cat.pg_class h WHERE h.oid = t)",
    "regtype": "(t) AS (SELECT min(h.sqlname) FROM cat.pg_type h WHERE h.oid = t)",
    "regnamespace": "(t) AS (SELECT min(h.nspname) FROM cat.pg_namespace h WHERE h.oid = t)",
    "pg_get_constraintdef": "(o, p := false) AS (SELECT min(h.written) FROM cat.pg_constraint h WHERE h.oid = o)",
    "pg_get_userbyid": "(o) AS CASE WHEN o IS NULL THEN NULL ELSE 'hansa' END",
    "pg_encoding_to_char": "(n) AS CASE WHEN n IS NULL THEN NULL ELSE 'UTF8' END",
    "quote_ident": """(t) AS CASE WHEN regexp_full_match(t, '[a-z_][a-z0-9_]*') THEN t
        ELSE '"' || replace(t, '"', '""') || '"' END""",
    "to_regtype": "(t) AS (SELECT min(h.oid) FROM cat.pg_type h WHERE h.typname = t OR h.sqlname = t)",
    "to_regclass": """(t) AS (SELECT min(h.oid) FROM cat.pg_class h JOIN cat.pg_namespace n ON n.oid = h.relnamespace
        WHERE n.nspname || '.' || h.relname = replace(t, '"', '') OR h.relname = t)""",
    "current_setting": "(n, m := false) AS (SELECT min(h.setting) FROM cat.pg_settings h WHERE lower(h.name) = lower(n))",
    "set_config": "(n, v, l) AS v",
    **dict.fromkeys(
        ("pg_table_is_visible", "pg_type_is_visible", "pg_function_is_visible", "pg_collation_is_visible"), "(o) AS o IS NOT NULL"
    ),
    **dict.fromkeys(("pg_get_expr", "pg_get_indexdef", "pg_get_viewdef"), "(a, b := NULL, c := NULL) AS CAST(NULL AS VARCHAR)"),
    **dict.fromkeys(
        ("obj_description", "shobj_description", "col_description", "pg_get_serial_sequence", "pg_tablespace_location"),
        "(a, b := NULL) AS CAST(NULL AS VARCHAR)",
    ),
    **dict.fromkeys(
        ("has_schema_privilege", "has_table_privilege", "has_database_privilege", "has_any_column_privilege", "pg_has_role"),
        "(a, b, c := NULL) AS upper(CAST(coalesce(c, b) AS VARCHAR)) IN ('SELECT', 'USAGE', 'CONNECT', 'MEMBER')",
    ),
    **dict.fromkeys(("pg_relation_size", "pg_table_size", "pg_total_relation_size"), "(a, b := NULL) AS CAST(0 AS BIGINT)"),
    **dict.fromkeys(("pg_relation_is_publishable", "pg_is_other_temp_schema"), "(a) AS false"),
    "array_upper": "(a, n) AS len(a)",
    "array_lower": "(a, n) AS CASE WHEN len(a) > 0 THEN 1 END",
    **dict.fromkeys(
        ("pg_get_function_result", "pg_get_function_arguments", "pg_get_function_identity_arguments", "pg_get_functiondef"),
        "(a) AS CAST(NULL AS VARCHAR)",
    ),
    "pg_get_partkeydef": "(a) AS CAST(NULL AS VARCHAR)",
    "pg_get_statisticsobjdef_columns": "(a) AS CAST(NULL AS VARCHAR)",
    "pg_char_to_encoding": "(a) AS 6",
}
"""By PostgreSQL's names. A privilege is what may be asked for at all: what of it is granted, each query is told."""

HELPING: Mapping[str, tuple[str, ...]] = {
    "format_type": ("pg_type",), "regtype": ("pg_type",), "to_regtype": ("pg_type",), "regclass": ("pg_class",),
    "to_regclass": ("pg_class", "pg_namespace"), "regnamespace": ("pg_namespace",), "pg_get_constraintdef": ("pg_constraint",),
    "current_setting": ("pg_settings",),
}  # fmt: skip
"""The relations that macros look into."""

KEYWORDS = frozenset({"current_user", "session_user", "user", "current_role", "current_catalog", "current_schema"})
"""Functions that are written as columns are."""


@dataclass(frozen=True, slots=True)
class Session:
    """What functions tell of the session that asks."""

    database: str
    user: str
    process: int
    settings: Settings

    def value(self, name: str, arguments: tuple[str, ...] | None) -> object:
        """The value of a function of the session, NotImplemented for any other. `arguments` are None where they are no texts."""
        told = _TOLD.get(name)
        if told is not None:
            return told(self)
        if name == "current_setting" and arguments:
            return self.settings.show(arguments[0])
        if name == "current_schemas":
            return "{pg_catalog,public}"
        return NotImplemented


def told_names() -> tuple[str, ...]:
    """All functions of the catalogue."""
    return (*MACROS, *_TOLD, "current_schemas")


def is_told(name: str) -> bool:
    """Whether a function is one of the catalogue's, and none that a query of data may call."""
    return name in told_names()


_TOLD: Mapping[str, Callable[[Session], object]] = {
    **dict.fromkeys(("current_user", "session_user", "user", "current_role"), lambda session: session.user),
    **dict.fromkeys(("current_catalog", "current_database"), lambda session: session.database),
    "current_schema": lambda _: "public",
    "version": lambda _: f"PostgreSQL {VERSION} (Hansa), a gateway that only reads",
    "pg_backend_pid": lambda session: session.process,
    "pg_is_in_recovery": lambda _: False,
    "pg_client_encoding": lambda _: "UTF8",
    "pg_my_temp_schema": lambda _: 0,
    "pg_advisory_unlock_all": lambda _: None,
    "inet_server_addr": lambda _: None,
    "inet_client_addr": lambda _: None,
    "txid_current": lambda _: 1,
    "pg_current_xact_id": lambda _: 1,
}
