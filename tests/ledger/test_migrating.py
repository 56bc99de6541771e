"""From no tables, or older ones, to those that this Hansa knows."""

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from pyiceberg.catalog.sql import SqlCatalog
from sqlalchemy import create_engine, inspect

from hansa.ledger import LedgerGone, ReadsRecorded, tables
from hansa.ledger.migrations import CURRENT, VERSION_TABLE
from hansa.ledger.migrations.upgrading import scripts, upgrade
from hansa.ledger.opening import open_ledger
from hansa.model import ReadOutcome, ReadRecord

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
URL = "sqlite:///ledger.db"
SINCE_0003 = ("users", "tokens", "access_steps", "audit_log", "audit_head")
NOT_BEFORE_0004 = "DROP INDEX ix_outbox_subject_id"
SINCE_0007 = ("feedback_steps",)
SINCE_0006 = ("manifests", *SINCE_0007)
SINCE_0005 = ("sessions", "invitations", "token_uses", *SINCE_0006)
ICEBERG = {"iceberg_tables", "iceberg_namespace_properties"}


@pytest.fixture(params=["created", "migrated"])
def file(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A new ledger's database: as it is created at once, and as the migrations make it from nothing."""
    path = tmp_path / "ledger.db"
    if request.param == "migrated":
        engine = create_engine(f"sqlite:///{path}")
        with engine.begin() as connection:
            upgrade(connection)
        engine.dispose()
    open_ledger(URL, tmp_path).close()
    return path


def differences(file: Path) -> list[object]:
    engine = create_engine(f"sqlite:///{file}")

    def ours(name: str | None, kind: str, _: object) -> bool:
        return kind != "table" or name not in ICEBERG

    with engine.connect() as connection:
        options = {"include_name": ours, "version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), tables.metadata)
    engine.dispose()
    return list(found)


def run_sql(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_the_migrations_make_exactly_the_tables_of_the_metadata(file: Path) -> None:
    assert differences(file) == []


def test_foreign_keys_and_autoincrement_are_made_too(file: Path) -> None:
    """What Alembic does not compare in SQLite: the statements that both ways of creating the tables leave behind."""
    engine = create_engine("sqlite://")
    tables.metadata.create_all(engine)
    with engine.connect() as connection, closing(sqlite3.connect(file)) as migrated:
        for table in tables.metadata.sorted_tables:
            asked = f"SELECT sql FROM sqlite_master WHERE name = '{table.name}'"
            wanted = connection.exec_driver_sql(asked).scalar_one()
            assert set(_lines(migrated.execute(asked).fetchone()[0])) == set(_lines(wanted))


def _lines(statement: str) -> list[str]:
    return [line.strip().rstrip(",") for line in statement.splitlines() if line.strip()]


def test_a_difference_would_be_found(file: Path) -> None:
    run_sql(file, "ALTER TABLE runs ADD COLUMN surplus TEXT")
    assert "surplus" in str(differences(file))


def test_current_is_the_head_of_the_migrations() -> None:
    assert scripts().get_heads() == [CURRENT]


def test_the_catalogue_of_iceberg_lives_in_the_same_file_untouched(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    catalog = SqlCatalog("lake", uri=f"sqlite:///{file}", warehouse=tmp_path.as_uri())
    catalog.create_namespace("customer")
    open_ledger(URL, tmp_path).close()
    assert differences(file) == []
    assert catalog.list_namespaces() == [("customer",)]
    catalog.close()
    engine = create_engine(f"sqlite:///{file}")
    assert set(inspect(engine).get_table_names()) > ICEBERG
    engine.dispose()


def test_an_older_ledger_is_upgraded(file: Path) -> None:
    # No version is the oldest: a ledger whose creation never came to an end.
    names = [table.name for table in reversed(tables.metadata.sorted_tables)]
    run_sql(file, *(f"DROP TABLE {name}" for name in names), f"DELETE FROM {VERSION_TABLE}")
    open_ledger(URL, file.parent).close()
    assert differences(file) == []


def test_a_ledger_of_the_first_version_keeps_what_it_holds_and_gets_the_new_tables(file: Path) -> None:
    run_sql(
        file,
        *(f"DROP TABLE {name}" for name in ("policy_decisions", *SINCE_0003, *SINCE_0005)),
        NOT_BEFORE_0004,
        f"UPDATE {VERSION_TABLE} SET version_num = '0001'",
        "INSERT INTO runs (id, environment, started, mesh, actor, status, products)"
        " VALUES ('r1', 'prod', 1, 'm', 'ada', 'failed', '[]')",
    )
    ledger = open_ledger(URL, file.parent)
    assert [run.id for run in ledger.runs()] == ["r1"]
    assert ledger.decisions() == ()
    ledger.close()
    assert differences(file) == []


def test_a_ledger_of_the_second_version_keeps_its_decisions_and_gets_directory_access_steps_and_audit_log(file: Path) -> None:
    run_sql(
        file,
        *(f"DROP TABLE {name}" for name in (*SINCE_0003, *SINCE_0005)),
        NOT_BEFORE_0004,
        f"UPDATE {VERSION_TABLE} SET version_num = '0002'",
        "INSERT INTO runs (id, environment, started, mesh, actor, status, products)"
        " VALUES ('r1', 'prod', 1, 'm', 'ada', 'failed', '[]')",
        "INSERT INTO policy_decisions (run, policy, level, holder, mode, outcome, policy_print, about_json, violations, product,"
        " subject, message, waiver, decides)"
        " VALUES ('r1', 'owner', 'global', '', 'enforce', 'pass', 'p', '[]', 0, '', '', '', '', 0)",
    )
    ledger = open_ledger(URL, file.parent)
    assert [decision.policy for decision in ledger.decisions()] == ["owner"]
    assert (ledger.users(), ledger.tokens(), ledger.access_steps(), ledger.audit_log()) == ((), (), (), ())
    ledger.apply([ReadsRecorded((ReadRecord("q1", NOW, ReadOutcome.BEGUN, "ada"),))])
    assert [entry.serial for entry in ledger.audit_log()] == [1]
    ledger.close()
    assert differences(file) == []


def test_a_ledger_from_before_sessions_keeps_its_tokens(file: Path) -> None:
    run_sql(
        file,
        *(f"DROP TABLE {name}" for name in SINCE_0005),
        f"UPDATE {VERSION_TABLE} SET version_num = '0004'",
        "INSERT INTO tokens (id, user, hash, created, scopes_json, label) VALUES ('t1', 'ada', 'h', 1, '[]', '')",
    )
    ledger = open_ledger(URL, file.parent)
    assert [token.id for token in ledger.tokens()] == ["t1"]
    assert (ledger.sessions(), ledger.token_used("t1"), ledger.invitation("h")) == ((), None, None)
    ledger.close()
    assert differences(file) == []


def test_a_ledger_from_before_uploads_keeps_its_sessions_and_gets_the_table_of_manifests(file: Path) -> None:
    run_sql(
        file,
        *(f"DROP TABLE {name}" for name in SINCE_0006),
        f"UPDATE {VERSION_TABLE} SET version_num = '0005'",
        "INSERT INTO invitations (hash, user, until) VALUES ('h', 'ada', 1)",
    )
    ledger = open_ledger(URL, file.parent)
    assert ledger.invitation("h") is not None
    assert (ledger.manifests(), ledger.last_manifest()) == ((), 0)
    ledger.close()
    assert differences(file) == []


def test_a_ledger_from_before_feedback_keeps_its_manifests_and_gets_the_table_of_what_people_say(file: Path) -> None:
    run_sql(
        file,
        *(f"DROP TABLE {name}" for name in SINCE_0007),
        f"UPDATE {VERSION_TABLE} SET version_num = '0006'",
        "INSERT INTO invitations (hash, user, until) VALUES ('h', 'ada', 1)",
    )
    ledger = open_ledger(URL, file.parent)
    assert ledger.invitation("h") is not None
    assert (ledger.feedback_steps(), ledger.last_feedback_step()) == ((), 0)
    ledger.close()
    assert differences(file) == []


@pytest.mark.parametrize(("found", "code"), [("0999", "H453"), ("9999", "H453"), ("ae1027a6acf", "H452"), ("zzzz", "H452")])
def test_a_newer_ledger_or_one_of_others_is_refused_and_left_as_it_is(file: Path, found: str, code: str) -> None:
    run_sql(file, f"UPDATE {VERSION_TABLE} SET version_num = '{found}'")
    before = file.read_bytes()
    with pytest.raises(LedgerGone, match=found) as raised:
        open_ledger(URL, file.parent)
    assert raised.value.code == code
    assert file.read_bytes() == before


def test_a_database_of_something_else_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    run_sql(file, "CREATE TABLE runs (of TEXT)", "INSERT INTO runs VALUES ('mine')")
    with pytest.raises(LedgerGone, match="already exists") as raised:
        open_ledger(URL, tmp_path)
    assert raised.value.code == "H452"
    assert "\n" not in raised.value.reason
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("runs",)]
        assert connection.execute("SELECT * FROM runs").fetchall() == [("mine",)]
